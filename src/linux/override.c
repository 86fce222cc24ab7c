// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * override ADDRESS: driver_override, the one driver that may take the device, or none. Read and
 * written under the device's lock (drivers/pci/pci-sysfs.c), which somebody's unbind may hold for
 * ever: both are done by the worker.
 */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "linux/attribute.h"
#include "linux/deadline.h"
#include "linux/worker.h"

#define UNSET_TEXT "(null)" /* how the kernel prints no override */

static int make_path(const char *subject, char *ret, size_t size, struct error *error) {
	struct address address;

	if (address_parse(subject, &address) < 0 || !word_is_name(subject) ||
		name_format(ret, size, "sys/bus/pci/devices/%s", subject) < 0) {
		return error_set(error, -EINVAL, "\"%s\" is no PCI address", subject);
	}
	return 0;
}

/* In the worker. */
static int read_value(
	struct machine *machine, const void *order, void *answer, struct error *error) {
	char path[128], line[VALUE_SIZE];
	int r = make_path(order, path, sizeof(path), error);
	AUTO_CLOSE int fd = -1;

	if (r < 0) {
		return r;
	}
	fd = dir_open(machine->root, path);
	if (fd == -ENOENT) {
		return error_set(error, -ENODEV, "there is no PCI device %s", (const char *)order);
	}
	r = fd < 0 ? fd : file_read_line(fd, "driver_override", line, sizeof(line));
	if (r < 0) {
		return error_set(
			error, r, "cannot read /%s/driver_override: %s", path, strerror(-r));
	}
	strcpy(answer, line[0] && strcmp(line, UNSET_TEXT) != 0 ? line : VALUE_NONE);
	return 0;
}

static int get(
	struct machine *machine, const char *subject, char ret[VALUE_SIZE], struct error *error) {
	const struct duty duty = {read_value, subject, strlen(subject) + 1, VALUE_SIZE};
	uint64_t deadline = deadline_after(machine->options.writer_timeout_ms);
	int r = strlen(subject) < SUBJECT_SIZE
			? worker_do(machine, &duty, deadline, ret, error)
			: error_set(error, -EINVAL, "\"%s\" is no PCI address", subject);

	if (r == -EINPROGRESS) {
		return error_set(error, -ETIMEDOUT,
			"the kernel does not say which override %s has: some driver has been busy "
			"with the device for %u s",
			subject, machine->options.writer_timeout_ms / MS_PER_S);
	}
	return r;
}

static int apply(struct machine *machine, const struct change *change, struct error *error) {
	const struct step *step = &change->step;
	bool clear = strcmp(step->to, VALUE_NONE) == 0;
	char path[128], file[160], line[VALUE_SIZE + 1];
	int r = make_path(step->subject, path, sizeof(path), error);

	if (r < 0) {
		return r;
	}
	/* Cleared by an empty line: a write of no bytes does nothing. */
	r = name_format(line, sizeof(line), "%s\n", clear ? "" : step->to);
	if (r >= 0) {
		r = name_format(file, sizeof(file), "%s/driver_override", path);
	}
	if (r < 0) {
		return error_set(error, r, "\"%s\" cannot be an override", step->to);
	}
	r = attribute_write(machine->root, file, line, error);
	if (r == -ENOENT && !file_exists(machine->root, path)) {
		return error_set(error, -ENODEV, "there is no PCI device %s", step->subject);
	}
	return r;
}

const struct fact_row override_row = {get, apply, .blocks = true};
