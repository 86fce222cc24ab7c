// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/setting.h"

#include <errno.h>
#include <string.h>

#include "base/address.h"
#include "base/file.h"
#include "base/text.h"
#include "linux/attribute.h"
#include "plan/step.h"

#define PATH_SIZE 160

static int make_path(
	const char *address, const char *name, char ret[PATH_SIZE], struct error *error) {
	struct address parsed;

	if (address_parse(address, &parsed) < 0 || !word_is_name(address) ||
		name_format(ret, PATH_SIZE, "sys/bus/pci/devices/%s%s", address, name) < 0) {
		return error_set(error, -EINVAL, "\"%s\" is no PCI address", address);
	}
	return 0;
}

int setting_open(int root, const char *address, struct error *error) {
	char path[PATH_SIZE];
	int r = make_path(address, "", path, error), fd;

	if (r < 0) {
		return r;
	}
	fd = dir_open(root, path);
	if (fd == -ENOENT) {
		return error_set(error, -ENODEV, "there is no PCI device %s", address);
	}
	return fd < 0 ? error_set(error, fd, "cannot open /%s: %s", path, strerror(-fd)) : fd;
}

int setting_read(int root, const char *address, const char *name, char *ret, size_t size,
	struct error *error) {
	AUTO_CLOSE int fd = setting_open(root, address, error);
	int r = fd < 0 ? fd : file_read_line(fd, name, ret, size);

	if (fd >= 0 && r == -ENOENT) {
		return error_set(error, -ENODEV, "%s has no %s", address, name);
	}
	if (fd >= 0 && r < 0) {
		return error_set(error, r, "cannot read %s of %s: %s", name, address, strerror(-r));
	}
	return r < 0 ? r : 0;
}

int setting_write(
	int root, const char *address, const char *name, const char *value, struct error *error) {
	char path[PATH_SIZE], file[PATH_SIZE], line[VALUE_SIZE + 1];
	int r = make_path(address, "", path, error);

	if (r < 0) {
		return r;
	}
	r = name_format(file, sizeof(file), "%s/%s", path, name);
	/* Also an empty value is a line: a write of no bytes does nothing. */
	r = r < 0 ? r : name_format(line, sizeof(line), "%s\n", value);
	if (r < 0) {
		return error_set(error, r, "\"%s\" cannot be %s of %s", value, name, address);
	}
	r = attribute_write(root, file, line, error);
	if (r == -ENOENT && !file_exists(root, path)) {
		return error_set(error, -ENODEV, "there is no PCI device %s", address);
	}
	return r;
}
