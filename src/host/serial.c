// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/serial.h"

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"

/* PCI Express Base Specification, 7.6.3 and 7.9.3; include/uapi/linux/pci_regs.h */
#define CAPABILITIES_START 0x100
#define CAPABILITIES_MAX   ((4096 - CAPABILITIES_START) / 8)
#define CAPABILITY_SERIAL  0x0003

static int read_word(int fd, off_t offset, uint32_t *ret) {
	uint32_t word;
	ssize_t n = pread(fd, &word, sizeof(word), offset);

	if (n != (ssize_t)sizeof(word)) {
		/* Without root only the first 64 bytes are there. */
		return n < 0 ? -errno : -EACCES;
	}
	*ret = le32toh(word);
	return 0;
}

static int find_serial(int fd, off_t *ret) {
	off_t offset = CAPABILITIES_START;

	for (int i = 0; i < CAPABILITIES_MAX && offset >= CAPABILITIES_START; i++) {
		uint32_t header = 0;
		int r = read_word(fd, offset, &header);

		if (r < 0) {
			return r;
		}
		if (header == UINT32_MAX) {
			return -ENOENT; /* the device does not answer */
		}
		if ((header & 0xffff) == CAPABILITY_SERIAL) {
			*ret = offset;
			return 0;
		}
		offset = header >> 20 & 0xffc;
	}
	return -ENOENT;
}

static void format(uint32_t high, uint32_t low, char ret[SERIAL_SIZE]) {
	snprintf(ret, SERIAL_SIZE, "%02x-%02x-%02x-%02x-%02x-%02x-%02x-%02x", high >> 24,
		high >> 16 & 0xff, high >> 8 & 0xff, high & 0xff, low >> 24, low >> 16 & 0xff,
		low >> 8 & 0xff, low & 0xff);
}

int serial_read(int device, char ret[SERIAL_SIZE]) {
	AUTO_CLOSE int fd = entry_open(device, "config");
	off_t offset = 0;
	uint32_t low = 0, high = 0;
	int r;

	if (fd < 0) {
		return fd;
	}
	r = find_serial(fd, &offset);
	if (r < 0) {
		return r;
	}
	r = read_word(fd, offset + 4, &low);
	if (r < 0) {
		return r;
	}
	r = read_word(fd, offset + 8, &high);
	if (r < 0) {
		return r;
	}
	if ((low == 0 && high == 0) || (low == UINT32_MAX && high == UINT32_MAX)) {
		return -ENOENT;
	}
	format(high, low, ret);
	return 0;
}
