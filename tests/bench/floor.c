// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The floor: what a hand-over costs the kernel. The same writes as baton's, one after the other,
 * each read back, and nothing else: no check, no journal, no undo. Process start included.
 *
 *     floor out ADDRESS...
 *     floor home ADDRESS=DRIVER...
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VFIO "vfio-pci"

static void fail(const char *what) {
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static void write_file(const char *path, const char *value) {
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0 || close(fd) < 0) {
		fail(path);
	}
}

static void expect_driver(const char *address, const char *driver) {
	char path[128], target[256] = "";
	const char *slash;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", address);
	if (readlink(path, target, sizeof(target) - 1) < 0 && errno != ENOENT) {
		fail(path);
	}
	slash = strrchr(target, '/');
	if (strcmp(slash ? slash + 1 : "", driver) != 0) {
		errno = EIO;
		fail(path);
	}
}

static void expect_override(const char *address, const char *value) {
	char path[128], data[64] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver_override", address);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, data, sizeof(data) - 1) < 0 || close(fd) < 0 ||
		strncmp(data, value, strlen(value)) != 0) {
		fail(path);
	}
}

static void unbind(const char *address) {
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver/unbind", address);
	write_file(path, address);
	expect_driver(address, "");
}

static void override(const char *address, const char *value, const char *shown) {
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver_override", address);
	write_file(path, value);
	expect_override(address, shown);
}

static void bind_to(const char *address, const char *driver) {
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s/bind", driver);
	write_file(path, address);
	expect_driver(address, driver);
}

int main(int argc, char **argv) {
	int out = argc > 1 && strcmp(argv[1], "out") == 0;

	for (int i = 2; i < argc; i++) {
		char *driver = strchr(argv[i], '=');

		if (driver) {
			*driver++ = '\0';
		}
		unbind(argv[i]);
		override(argv[i], out ? VFIO "\n" : "\n", out ? VFIO : "(null)");
		if (!out && !driver) {
			errno = EINVAL;
			fail(argv[i]);
		}
		bind_to(argv[i], out ? VFIO : driver);
	}
	return EXIT_SUCCESS;
}
