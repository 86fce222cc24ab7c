// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/binding.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "linux/attribute.h"

#define PATH_SIZE 256

int binding_get(
	int root, const char *bus, const char *device, char ret[VALUE_SIZE], struct error *error) {
	char path[PATH_SIZE], driver[VALUE_SIZE];
	AUTO_CLOSE int fd = -1;
	int r = -EINVAL;

	if (word_is_name(device)) {
		r = name_format(path, sizeof(path), "sys/bus/%s/devices/%s", bus, device);
	}
	if (r < 0) {
		return error_set(error, -EINVAL, "\"%s\" cannot be the name of a device", device);
	}
	fd = dir_open(root, path);
	if (fd == -ENOENT) {
		return error_set(error, -ENODEV, "there is no %s device %s", bus, device);
	}
	if (fd < 0) {
		return error_set(error, fd, "cannot open /%s: %s", path, strerror(-fd));
	}
	r = link_read_name(fd, "driver", driver, sizeof(driver));
	if (r == -ENOENT) {
		strcpy(ret, VALUE_NONE);
		return 0;
	}
	if (r < 0) {
		return error_set(error, r, "cannot read /%s/driver: %s", path, strerror(-r));
	}
	strcpy(ret, driver);
	return 0;
}

static bool has_value(int root, const char *bus, const struct step *step) {
	char driver[VALUE_SIZE];

	return binding_get(root, bus, step->subject, driver, NULL) == 0 &&
	       strcmp(driver, step->to) == 0;
}

bool binding_has_driver(int root, const char *bus, const char *driver) {
	char path[PATH_SIZE];

	return word_is_name(driver) &&
	       name_format(path, sizeof(path), "sys/bus/%s/drivers/%s", bus, driver) == 0 &&
	       file_exists(root, path);
}

static int write_to_driver(
	int root, const char *bus, const char *driver, const char *file, const char *device) {
	char path[PATH_SIZE];
	int r = -EINVAL;

	if (word_is_name(driver)) {
		r = name_format(path, sizeof(path), "sys/bus/%s/drivers/%s/%s", bus, driver, file);
	}
	return r < 0 ? r : attribute_write(root, path, device, NULL);
}

/*
 * Written even if the link to the driver has gone: the link goes before the driver's remove has
 * returned, and the kernel makes this write wait for it. ENODEV then says that nothing is left to
 * do, and so does a driver that has gone.
 */
static int release(int root, const char *bus, const struct step *step, struct error *error) {
	int r = write_to_driver(root, bus, step->from, "unbind", step->subject);

	if (r == 0 || ((r == -ENODEV || r == -ENOENT) && has_value(root, bus, step))) {
		return 0;
	}
	return error_set(error, r, "%s cannot be taken from driver %s: %s", step->subject,
		step->from, strerror(-r));
}

static int take(int root, const char *bus, const struct step *step, struct error *error) {
	int r;

	if (has_value(root, bus, step)) {
		return 0;
	}
	r = write_to_driver(root, bus, step->to, "bind", step->subject);
	if (r == 0 || has_value(root, bus, step)) {
		return 0;
	}
	if (r == -ENODEV) {
		return error_set(error, r, "driver %s does not take %s (ids or override say no)",
			step->to, step->subject);
	}
	if (r == -ENOENT) {
		return error_set(error, r, "there is no driver %s for %s: its module is not loaded",
			step->to, step->subject);
	}
	return error_set(error, r, "driver %s failed to start %s: %s; the kernel's log says more",
		step->to, step->subject, strerror(-r));
}

int binding_apply(int root, const char *bus, const struct step *step, struct error *error) {
	if (!word_is_name(step->subject)) {
		return error_set(
			error, -EINVAL, "\"%s\" cannot be the name of a device", step->subject);
	}
	return strcmp(step->to, VALUE_NONE) == 0 ? release(root, bus, step, error)
						 : take(root, bus, step, error);
}
