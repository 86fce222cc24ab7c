/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The judge of "as before": prints what a machine is, one fact a line, sorted, so that two dumps
 * are compared with diff. It shares no code with baton and knows nothing of what baton does.
 *
 *     dump                what must be as before
 *     dump ADDRESS...     the same, but of the PCI devices only these (faster)
 *     dump --exceptions   what is left out, and why
 *
 * A line is "KIND SUBJECT...: VALUE". Numbers that the kernel hands out as they come (card0, usb2,
 * event5) are written '#', and so are they in the values of links.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "exception.h"

enum {
	LINES_MAX = 1 << 16,
	VALUE_MAX = 4096,
	DEPTH_MAX = 16,
	NAME_SIZE = 4096,
};

static char *lines[LINES_MAX];
static size_t line_count;

static void die(const char *what) {
	perror(what);
	exit(2);
}

/* Control characters are written as in C, so that a value is one line. */
static void write_value(FILE *stream, const char *value, size_t length) {
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c == '\n') {
			fputs(i + 1 < length ? "\\n" : "", stream);
		} else if (isprint(c)) {
			fputc(c, stream);
		} else {
			fprintf(stream, "\\x%02x", c);
		}
	}
}

static void add(const char *name, const char *value, size_t length) {
	size_t size;
	FILE *stream;

	if (line_count == LINES_MAX) {
		die("too many lines");
	}
	stream = open_memstream(&lines[line_count], &size);
	if (!stream) {
		die("memory");
	}
	fprintf(stream, "%s: ", name);
	write_value(stream, value, length);
	fclose(stream);
	line_count++;
}

static void note(const char *value, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a line unless it is excepted. */
static void note(const char *value, const char *format, ...) {
	char name[NAME_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	if (!exception_is(name)) {
		add(name, value, strlen(value));
	}
}

static bool is_address(const char *name) {
	return fnmatch("[0-9a-f][0-9a-f][0-9a-f][0-9a-f]*:[0-9a-f][0-9a-f]:[01][0-9a-f].[0-7]",
		       name, 0) == 0;
}

/* Writes '#' for every number, but leaves addresses of PCI functions as they are. */
static const char *blur(const char *name, char *ret, size_t size) {
	size_t length = 0;

	if (is_address(name)) {
		snprintf(ret, size, "%s", name);
		return ret;
	}
	for (const char *c = name; *c && length + 1 < size; c++) {
		bool digit = isdigit((unsigned char)*c);

		if (!digit || length == 0 || ret[length - 1] != '#') {
			ret[length++] = digit ? '#' : *c;
		}
	}
	ret[length] = '\0';
	return ret;
}

/* What a file says; -1 if it cannot be read, as many attributes of a driverless device. */
static ssize_t read_at(int directory, const char *name, char *ret, size_t size) {
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, size - 1);

	if (fd >= 0) {
		close(fd);
	}
	if (n >= 0) {
		ret[n] = '\0';
	}
	return n;
}

/* The first line of a file, "" if there is none. */
static const char *read_line(int directory, const char *name, char *ret, size_t size) {
	if (read_at(directory, name, ret, size) < 0) {
		ret[0] = '\0';
	}
	ret[strcspn(ret, "\n")] = '\0';
	return ret;
}

/* The last part of a link's target; "" if there is no link. */
static const char *read_link(int directory, const char *name, char *ret, size_t size) {
	char target[NAME_SIZE], *slash;
	ssize_t n = readlinkat(directory, name, target, sizeof(target) - 1);

	target[n < 0 ? 0 : n] = '\0';
	slash = strrchr(target, '/');
	snprintf(ret, size, "%s", slash ? slash + 1 : target);
	return ret;
}

/* Calls visit for each name in a directory; one that is not there is empty. */
static void each(int at, const char *path,
	void (*visit)(int directory, const char *name, unsigned char type, const char *context),
	const char *context) {
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			visit(fd, entry->d_name, entry->d_type, context);
		}
	}
	if (directory) {
		closedir(directory);
	}
}

/* ---- PCI functions, with everything that their drivers hang below them ---- */

static void add_attribute(int directory, const char *file, const char *name) {
	char value[VALUE_MAX];
	struct stat stat;
	ssize_t n;

	if (fstatat(directory, file, &stat, 0) < 0 || !(stat.st_mode & S_IRUSR)) {
		return;
	}
	n = read_at(directory, file, value, sizeof(value));
	if (n >= 0) {
		add(name, value, (size_t)n);
	}
}

static void add_link(int directory, const char *file, const char *name, bool own) {
	char target[NAME_SIZE], blurred[NAME_SIZE];

	read_link(directory, file, target, sizeof(target));
	note(own ? target : blur(target, blurred, sizeof(blurred)), "%s", name);
}

/* context: the line so far, "pci ADDRESS " or "pci ADDRESS drm/card#/". */
static void add_entry(int directory, const char *file, unsigned char type, const char *context) {
	char name[NAME_SIZE], blurred[NAME_SIZE];
	bool own = context[strlen(context) - 1] == ' ';

	if (type == DT_DIR) {
		if (!is_address(file) && strlen(context) < NAME_SIZE / 2) {
			snprintf(name, sizeof(name), "%s%s/", context,
				blur(file, blurred, sizeof(blurred)));
			each(directory, file, add_entry, name);
		}
		return;
	}
	snprintf(name, sizeof(name), "%s%s", context,
		own || type == DT_REG ? file : blur(file, blurred, sizeof(blurred)));
	if (exception_is(name)) {
		return;
	}
	if (type == DT_LNK) {
		add_link(directory, file, name, own);
	} else {
		add_attribute(directory, file, name);
	}
}

/* Names of PCI functions are links to directories. context: all words of the command line. */
static char **wanted;

static void add_function(int directory, const char *name, unsigned char type, const char *context) {
	char line[NAME_SIZE], path[NAME_SIZE];
	bool asked = !wanted[0];

	(void)type;
	(void)context;
	for (char **word = wanted; *word; word++) {
		asked = asked || strcmp(*word, name) == 0;
	}
	if (asked) {
		snprintf(line, sizeof(line), "pci %s ", name);
		snprintf(path, sizeof(path), "%s/.", name);
		each(directory, path, add_entry, line);
	}
}

/* ---- drivers, modules, consoles, framebuffers ---- */

static void add_bound(int directory, const char *name, unsigned char type, const char *context) {
	char target[NAME_SIZE], blurred[NAME_SIZE];
	const char *bus = context + strlen("driver ");
	bool named = strncmp(bus, "pci/", 4) == 0 || strncmp(bus, "platform/", 9) == 0;
	ssize_t n = type == DT_LNK ? readlinkat(directory, name, target, sizeof(target) - 1) : -1;

	target[n < 0 ? 0 : n] = '\0';
	if (strstr(target, "/devices/")) {
		note(named ? name : blur(name, blurred, sizeof(blurred)), "%s device", context);
	}
}

static void add_driver(int directory, const char *name, unsigned char type, const char *bus) {
	char line[NAME_SIZE];

	(void)type;
	note("registered", "driver %s/%s", bus, name);
	snprintf(line, sizeof(line), "driver %s/%s", bus, name);
	each(directory, name, add_bound, line);
}

static void add_bus(int directory, const char *name, unsigned char type, const char *context) {
	char path[NAME_SIZE];

	(void)type;
	(void)context;
	snprintf(path, sizeof(path), "%s/drivers", name);
	each(directory, path, add_driver, name);
}

static void add_platform(int directory, const char *name, unsigned char type, const char *context) {
	char driver[NAME_SIZE], path[NAME_SIZE];

	(void)type;
	(void)context;
	snprintf(path, sizeof(path), "%s/driver", name);
	note(read_link(directory, path, driver, sizeof(driver)), "platform %s driver", name);
}

/* Which of them is the first does not matter: a console is known by what it says of itself. */
static void add_console(
	int directory, const char *number, unsigned char type, const char *context) {
	char path[NAME_SIZE], name[NAME_SIZE], line[NAME_SIZE];

	(void)type;
	(void)context;
	snprintf(path, sizeof(path), "%s/name", number);
	read_line(directory, path, name, sizeof(name));
	snprintf(line, sizeof(line), "console %.64s ", name);
	snprintf(path, sizeof(path), "%s/.", number);
	each(directory, path, add_entry, line);
}

/* The picture that a framebuffer shows belongs to its name; which is the first does not matter. */
static void add_framebuffer(
	int directory, const char *number, unsigned char type, const char *context) {
	char path[NAME_SIZE], name[NAME_SIZE], device[NAME_SIZE];

	(void)type;
	(void)context;
	snprintf(path, sizeof(path), "%s/name", number);
	if (read_line(directory, path, name, sizeof(name))[0]) {
		snprintf(path, sizeof(path), "%s/device", number);
		note(read_link(directory, path, device, sizeof(device)), "framebuffer %s device",
			name);
	}
}

static void add_group(int directory, const char *number, unsigned char type, const char *context) {
	char path[NAME_SIZE], value[NAME_SIZE];

	(void)type;
	(void)context;
	snprintf(path, sizeof(path), "%s/type", number);
	note(read_line(directory, path, value, sizeof(value)), "iommu-group %s type", number);
}

static void add_parameter(
	int directory, const char *name, unsigned char type, const char *context) {
	char value[VALUE_MAX];

	(void)type;
	if (read_at(directory, name, value, sizeof(value)) >= 0) {
		note(value, "%s %s", context, name);
	}
}

/* What is built in has parameters too. */
static void add_parameters(
	int directory, const char *module, unsigned char type, const char *context) {
	char path[NAME_SIZE], line[NAME_SIZE];

	(void)type;
	(void)context;
	snprintf(path, sizeof(path), "%s/parameters", module);
	snprintf(line, sizeof(line), "module %s parameter", module);
	each(directory, path, add_parameter, line);
}

/* ---- tables in /proc: a line each, of which some words count ---- */

static void each_row(const char *path, void (*visit)(char **words, size_t count)) {
	char *row = NULL, *words[16];
	FILE *file = fopen(path, "re");
	size_t size = 0;

	while (file && getline(&row, &size, file) > 0) {
		char *rest = row, *word;
		size_t count = 0;

		while (count < 16 && (word = strsep(&rest, " \t\n"))) {
			if (*word) {
				words[count++] = word;
			}
		}
		visit(words, count);
	}
	free(row);
	if (file) {
		fclose(file);
	}
}

/* NAME SIZE USERS HOLDERS STATE, the holders as "a,b," or "-". */
static void add_module(char **words, size_t count) {
	char *rest, *holder;

	if (count < 5) {
		return;
	}
	note(words[4], "module %s state", words[0]);
	note(words[2], "module %s users", words[0]);
	rest = words[3];
	while ((holder = strsep(&rest, ",-"))) {
		if (*holder) {
			note("holds it", "module %s holder %s", words[0], holder);
		}
	}
}

static void add_mount(char **words, size_t count) {
	if (count > 2) {
		note(words[0], "mount %s %s", words[1], words[2]);
	}
}

static void add_swap(char **words, size_t count) {
	if (count > 1 && words[0][0] == '/') {
		note(words[1], "swap %s", words[0]);
	}
}

static void add_block(int directory, const char *name, unsigned char type, const char *context) {
	char path[NAME_SIZE], value[NAME_SIZE];

	(void)type;
	(void)context;
	snprintf(path, sizeof(path), "%s/size", name);
	note(read_line(directory, path, value, sizeof(value)), "block %s size", name);
}

static void add_network(int directory, const char *name, unsigned char type, const char *context) {
	char path[NAME_SIZE], value[NAME_SIZE];

	(void)type;
	(void)context;
	snprintf(path, sizeof(path), "%s/operstate", name);
	note(read_line(directory, path, value, sizeof(value)), "network %s", name);
}

/* ---- nodes, units, baton's own traces ---- */

static void add_node(int directory, const char *name, unsigned char type, const char *context) {
	char blurred[NAME_SIZE], value[64];
	struct stat stat;

	(void)type;
	if (fstatat(directory, name, &stat, AT_SYMLINK_NOFOLLOW) < 0) {
		return;
	}
	snprintf(value, sizeof(value), "%06o %u:%u", stat.st_mode, stat.st_uid, stat.st_gid);
	note(value, "node %s/%s", context, blur(name, blurred, sizeof(blurred)));
}

static void add_nodes(void) {
	each(AT_FDCWD, "/dev/dri", add_node, "dri");
	each(AT_FDCWD, "/dev/dri/by-path", add_node, "dri/by-path");
	each(AT_FDCWD, "/dev/snd", add_node, "snd");
	each(AT_FDCWD, "/dev/vfio", add_node, "vfio");
}

/* "UNIT LOAD ACTIVE SUB DESCRIPTION", without headers. */
static void add_units(void) {
	char unit[1024], load[64], active[64], sub[64], *row = NULL;
	size_t size = 0;
	FILE *list;

	if (access("/run/systemd/system", F_OK) < 0) {
		return;
	}
	list = popen("systemctl list-units --all --full --plain --no-legend --no-pager", "re");
	while (list && getline(&row, &size, list) > 0) {
		char state[sizeof(active) + sizeof(sub) + 4];

		if (sscanf(row, "%1023s %63s %63s %63s", unit, load, active, sub) == 4) {
			snprintf(state, sizeof(state), "%s (%s)", active, sub);
			note(state, "unit %s %s", unit, load);
		}
	}
	free(row);
	if (!list || pclose(list) != 0) {
		die("systemctl");
	}
}

/* Sessions of the seat: the login screen is one of class greeter. */
static void add_session(int directory, const char *name, unsigned char type, const char *context) {
	char text[VALUE_MAX], *rest = text, *line;
	const char *class = "", *service = "", *seat = "";

	(void)type;
	(void)context;
	if (read_at(directory, name, text, sizeof(text)) < 0) {
		return;
	}
	while ((line = strsep(&rest, "\n"))) {
		class = strncmp(line, "CLASS=", 6) == 0 ? line + 6 : class;
		service = strncmp(line, "SERVICE=", 8) == 0 ? line + 8 : service;
		seat = strncmp(line, "SEAT=", 5) == 0 ? line + 5 : seat;
	}
	if (*seat) {
		note(service, "session %s %s", seat, class);
	}
}

static void add_trace(int directory, const char *name, unsigned char type, const char *context) {
	char value[VALUE_MAX];

	(void)type;
	note(read_at(directory, name, value, sizeof(value)) < 0 ? "?" : value, "state %s/%s",
		context, name);
}

static int compare(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(int argc, char **argv) {
	if (argc > 1 && strcmp(argv[1], "--exceptions") == 0) {
		exceptions_print();
		return 0;
	}
	wanted = argv + 1;
	each(AT_FDCWD, "/sys/bus/pci/devices", add_function, NULL);
	each(AT_FDCWD, "/sys/bus", add_bus, NULL);
	each(AT_FDCWD, "/sys/bus/platform/devices", add_platform, NULL);
	each(AT_FDCWD, "/sys/class/vtconsole", add_console, NULL);
	each(AT_FDCWD, "/sys/class/graphics", add_framebuffer, NULL);
	each(AT_FDCWD, "/sys/module", add_parameters, NULL);
	each(AT_FDCWD, "/sys/kernel/iommu_groups", add_group, NULL);
	each(AT_FDCWD, "/sys/class/block", add_block, NULL);
	each(AT_FDCWD, "/sys/class/net", add_network, NULL);
	each_row("/proc/modules", add_module);
	each_row("/proc/self/mounts", add_mount);
	each_row("/proc/swaps", add_swap);
	add_nodes();
	add_units();
	each(AT_FDCWD, "/run/systemd/sessions", add_session, NULL);
	each(AT_FDCWD, "/run/baton", add_trace, "/run/baton");
	qsort(lines, line_count, sizeof(lines[0]), compare);
	for (size_t i = 0; i < line_count; i++) {
		puts(lines[i]);
	}
	return fflush(stdout) == 0 ? 0 : 2;
}
