// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/rom.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/create.h"
#include "host/aside.h"
#include "host/rom.h"
#include "linux/attribute.h"
#include "linux/machine.h"

#define DEVICES "sys/bus/pci/devices/"

/* A ROM is read byte by byte over the bus: the largest take seconds. */
#define PATIENCE_MS 5000
#define LIMIT_MS    30000

struct reading {
	int root;
	const char *address;
};

struct rom_bytes {
	int r;
	size_t size;
	char data[ROM_MAX];
};

/* In the child. */
static int set(const struct reading *reading, const char *name, const char *value) {
	char path[sizeof(DEVICES) + ADDRESS_SIZE + 16];
	int r = name_format(path, sizeof(path), DEVICES "%s/%s", reading->address, name);

	return r < 0 ? r : attribute_write(reading->root, path, value, NULL);
}

static int read_all(const struct reading *reading, struct rom_bytes *bytes) {
	char path[sizeof(DEVICES "/rom") + ADDRESS_SIZE];
	AUTO_CLOSE int fd = -1;
	int r = name_format(path, sizeof(path), DEVICES "%s/rom", reading->address);

	fd = r < 0 ? r : path_open(reading->root, path, O_RDONLY);
	if (fd < 0) {
		return fd;
	}
	while (bytes->size < sizeof(bytes->data)) {
		ssize_t n = read(fd, bytes->data + bytes->size, sizeof(bytes->data) - bytes->size);

		if (n < 0 && errno != EINTR) {
			return -errno;
		}
		if (n == 0) {
			break;
		}
		bytes->size += n < 0 ? 0 : (size_t)n;
	}
	return bytes->size == 0 ? -EIO : 0;
}

/* The kernel takes "0" for off only with a newline after it (pci_write_rom). */
static void read_rom(void *context, size_t index, void *ret_value) {
	const struct reading *reading = context;
	struct rom_bytes *bytes = ret_value;
	bool enabled = set(reading, "enable", "1\n") == 0; /* -EBUSY: its driver has done so */

	bytes->r = set(reading, "rom", "1\n");
	if (bytes->r == 0) {
		bytes->r = read_all(reading, bytes);
		if (set(reading, "rom", "0\n") < 0 && bytes->r == 0) {
			bytes->r = -EIO;
		}
	}
	if (enabled && set(reading, "enable", "0\n") < 0 && bytes->r == 0) {
		bytes->r = -EIO;
	}
}

static int fail(const char *address, int r, struct error *error) {
	switch (r) {
	case -ENOENT:
		return error_set(error, r, "%s has no ROM that can be read", address);
	case -ETIMEDOUT:
		return error_set(error, r,
			"reading the ROM of %s takes for ever: the device does not answer",
			address);
	default:
		return error_set(error, r, "cannot read the ROM of %s: %s", address, strerror(-r));
	}
}

int rom_read(struct ops *ops, const char *address, struct text *ret, struct error *error) {
	const struct machine *machine = (struct machine *)ops;
	struct reading reading = {.root = machine->root, .address = address};
	const struct aside aside = {
		.read = read_rom,
		.context = &reading,
		.size = sizeof(struct rom_bytes),
		.root = machine->root,
		.patience_ms = PATIENCE_MS,
		.limit_ms = LIMIT_MS,
	};
	AUTO_FREE struct rom_bytes *bytes = calloc(1, sizeof(*bytes));
	bool answered = false;
	int r = bytes ? aside_read(&aside, 1, bytes, &answered) : -ENOMEM;

	if (r == 0) {
		r = answered ? bytes->r : -ETIMEDOUT;
	}
	r = r < 0 ? r : text_append(ret, bytes->data, bytes->size);
	return r < 0 ? fail(address, r, error) : 0;
}

int rom_write(const char *path, const struct text *bytes, struct error *error) {
	int r = file_create(AT_FDCWD, path, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, bytes);

	return r < 0 ? error_set(error, r, "cannot write %s: %s%s", path, strerror(-r),
			       r == -EEXIST ? "; remove it, or choose another name" : "")
		     : 0;
}
