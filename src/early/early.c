// SPDX-License-Identifier: GPL-2.0-or-later
#include "early/early.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "early/assigned.h"

#define DEVICES       "sys/bus/pci/devices"
#define DRIVERS       "sys/bus/pci/drivers"
#define VFIO          "vfio-pci"
#define LINE_MAX_SIZE 512
#define PATH_SIZE     128
#define NAME_SIZE     64

#define COMMAND_LINE_MAX (64U << 10)

/* One run: what has been found out so far. */
struct run {
	const struct early *early;
	int log, result; /* -1: there is none */
	struct assigned all[ASSIGNED_MAX];
	size_t count;
};

static void say(const struct run *run, const char *address, bool taken, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* In one write each: the kernel's log takes a write for a line. */
static void say(const struct run *run, const char *address, bool taken, const char *format, ...) {
	char sentence[LINE_MAX_SIZE / 2], line[LINE_MAX_SIZE];
	va_list arguments;
	int n;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	n = snprintf(line, sizeof(line), "<%d>baton-early: %s%s%s\n", taken ? 6 : 4,
		*address == '-' ? "" : address, *address == '-' ? "" : " ", sentence);
	if (run->log >= 0) {
		(void)!write(run->log, line, (size_t)n);
	}
	n = snprintf(line, sizeof(line), "%s %s %s\n", address, taken ? "taken" : "left", sentence);
	if (run->result >= 0) {
		(void)!write(run->result, line, (size_t)n);
	}
}

/* Its length, or -1. What is longer counts as not readable. */
static ssize_t read_file(const struct early *early, const char *path, char *ret, size_t size) {
	int fd = openat(early->root, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t length = 0;
	ssize_t n = 1;

	while (fd >= 0 && n > 0 && length < size) {
		n = read(fd, ret + length, size - length);
		length += n > 0 ? (size_t)n : 0;
	}
	if (fd < 0 || n < 0 || length == size) {
		n = -1;
	} else {
		ret[length] = '\0';
		n = (ssize_t)length;
	}
	if (fd >= 0) {
		close(fd);
	}
	return n;
}

static bool write_file(const struct early *early, const char *path, const char *value) {
	int fd = openat(early->root, path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);

	if (fd >= 0) {
		close(fd);
	}
	if (early->written) {
		early->written(early->context, path, value);
	}
	return done;
}

static void name_path(
	char ret[PATH_SIZE], const char *directory, const char *name, const char *attribute) {
	snprintf(ret, PATH_SIZE, "%s/%s/%s", directory, name, attribute);
}

/* "0x10de" */
static bool read_number(
	const struct run *run, const char *address, const char *attribute, unsigned long *ret) {
	char path[PATH_SIZE], text[NAME_SIZE], *end;

	name_path(path, DEVICES, address, attribute);
	if (read_file(run->early, path, text, sizeof(text)) <= 0) {
		return false;
	}
	*ret = strtoul(text, &end, 16);
	return end != text;
}

/* The name of the driver that has it; empty: none. */
static void read_driver(const struct run *run, const char *address, char ret[NAME_SIZE]) {
	char path[PATH_SIZE], target[256];
	const char *slash;
	ssize_t n;

	name_path(path, DEVICES, address, "driver");
	n = readlinkat(run->early->root, path, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	slash = strrchr(target, '/');
	snprintf(ret, NAME_SIZE, "%.*s", NAME_SIZE - 1, slash ? slash + 1 : target);
}

/* Is the word on the kernel's command line? Also "baton.skip=1"; "baton.skip=0" is not. */
static bool is_skipped(const struct run *run) {
	static char line[COMMAND_LINE_MAX];
	char *rest = line, *word;

	if (read_file(run->early, "proc/cmdline", line, sizeof(line)) < 0) {
		return false;
	}
	while ((word = strsep(&rest, " \t\n"))) {
		size_t length = strlen(EARLY_SKIP);

		if (strncmp(word, EARLY_SKIP, length) == 0 &&
			(word[length] == '\0' ||
				(word[length] == '=' && strcmp(word + length, "=0") != 0))) {
			return true;
		}
	}
	return false;
}

/* Does what is there have what the line says? Says so if not. */
static bool is_it(const struct run *run, const struct assigned *assigned) {
	static const char *const attributes[] = {
		"vendor", "device", "subsystem_vendor", "subsystem_device", "class"};
	const unsigned long expected[] = {assigned->vendor, assigned->device,
		assigned->subsystem_vendor, assigned->subsystem_device, assigned->class};
	unsigned long found;

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		if (!read_number(run, assigned->address, attributes[i], &found)) {
			say(run, assigned->address, false, "is not there, or has no %s",
				attributes[i]);
			return false;
		}
		if (found != expected[i]) {
			say(run, assigned->address, false,
				"is another device than was assigned: its %s is %lx, not %lx",
				attributes[i], found, expected[i]);
			return false;
		}
	}
	return true;
}

/* A driver that is built into the kernel was there first. */
static bool may_unbind(const struct run *run, const struct assigned *assigned) {
	return run->early->initial && early_may_free(assigned->class);
}

static void probe(const struct run *run, const char *address) {
	(void)write_file(run->early, "sys/bus/pci/drivers_probe", address);
}

/* Nobody else is to have less than before because of us. */
static void give_back(const struct run *run, const char *address) {
	char path[PATH_SIZE], driver[NAME_SIZE];

	name_path(path, DEVICES, address, "driver_override");
	(void)write_file(run->early, path, "\n");
	read_driver(run, address, driver);
	if (!driver[0]) {
		probe(run, address);
	}
}

static void take(const struct run *run, const struct assigned *assigned) {
	const char *address = assigned->address;
	char path[PATH_SIZE], before[NAME_SIZE], after[NAME_SIZE];

	read_driver(run, address, before);
	if (strcmp(before, VFIO) == 0) {
		say(run, address, true, "is with vfio-pci already");
		return;
	}
	if (before[0] && !may_unbind(run, assigned)) {
		say(run, address, false,
			"has the driver %s already, which is not safe to take away", before);
		return;
	}
	name_path(path, DEVICES, address, "driver_override");
	if (!write_file(run->early, path, VFIO)) {
		say(run, address, false, "does not take a driver_override: %s", strerror(errno));
		return;
	}
	if (before[0]) {
		name_path(path, DRIVERS, before, "unbind");
		(void)write_file(run->early, path, address);
	}
	probe(run, address);
	read_driver(run, address, after);
	if (strcmp(after, VFIO) != 0) {
		give_back(run, address);
		say(run, address, false,
			"was not taken by vfio-pci (no IOMMU, or see above), and is the host's");
		return;
	}
	say(run, address, true, "is with vfio-pci%s%s", before[0] ? ", taken from " : "", before);
}

/* The lines that are whole. */
static void read_assigned(struct run *run) {
	static char data[ASSIGNED_SIZE_MAX];
	ssize_t length = read_file(run->early, &ASSIGNED_FILE[1], data, sizeof(data));
	struct assigned_reader reader = {.data = data, .length = length > 0 ? (size_t)length : 0};
	enum assigned_found found;

	if (length < 0) {
		say(run, "-", false, ASSIGNED_FILE " cannot be read");
	}
	while (run->count < ASSIGNED_MAX &&
		(found = assigned_next(&reader, &run->all[run->count])) != ASSIGNED_END) {
		if (found == ASSIGNED_FOUND) {
			run->count++;
		} else {
			say(run, "-", false,
				ASSIGNED_FILE ":%u is not what baton boot assign writes",
				reader.line);
		}
	}
}

static bool has_vfio(const struct run *run) {
	return faccessat(run->early->root, DRIVERS "/" VFIO, F_OK, 0) == 0;
}

static void take_all(struct run *run) {
	size_t wanted = 0;

	for (size_t i = 0; i < run->count; i++) {
		if (is_it(run, &run->all[i])) {
			run->all[wanted++] = run->all[i];
		}
	}
	if (wanted > 0 && !has_vfio(run)) {
		(void)run->early->load(run->early->context);
	}
	if (wanted > 0 && !has_vfio(run)) {
		say(run, "-", false, "vfio-pci cannot be loaded: nothing is taken from the host");
		return;
	}
	for (size_t i = 0; i < wanted; i++) {
		take(run, &run->all[i]);
	}
}

void early_run(const struct early *early) {
	static struct run run;

	run = (struct run){.early = early, .log = -1, .result = -1};
	if (faccessat(early->root, &ASSIGNED_FILE[1], F_OK, 0) < 0) {
		return;
	}
	run.log = openat(early->root, "dev/kmsg", O_WRONLY | O_CLOEXEC);
	run.result = openat(early->root, &EARLY_RESULT[1],
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (is_skipped(&run)) {
		say(&run, "-", false, EARLY_SKIP " is on the kernel's command line");
	} else {
		read_assigned(&run);
		take_all(&run);
	}
	if (run.log >= 0) {
		close(run.log);
	}
	if (run.result >= 0) {
		close(run.result);
	}
}
