// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/keep.h"

#include <errno.h>
#include <string.h>

#include "host/holder/qemu.h"

/* What is no text: made anew, with nothing in it but what is read out of it. */

/* A command line that says what a QEMU calls its guest, and nothing else of the real one. */
int keep_guest(const struct keeping *keeping, struct text *ret) {
	static const char program[] = "qemu", name[] = "-name";
	char guest[LABEL_SIZE];
	int r;

	if (qemu_guest_parse(keeping->data, keeping->length, guest) < 0) {
		return 0;
	}
	r = text_append(ret, program, sizeof(program));
	r = r < 0 ? r : text_append(ret, name, sizeof(name));
	r = r < 0 ? r : text_add(ret, "guest=%s", guest);
	return r < 0 ? r : text_append(ret, "", 1);
}

/* include/uapi/linux/pci_regs.h */
#define CONFIG_SIZE       256
#define CAPABILITY_SIZE   12
#define CAPABILITY_SERIAL 0x0003
#define CAPABILITY_FIRST  0x00010000 /* version 1, the last in the list */

static unsigned int number_at(const char *data, size_t at) {
	const unsigned char *bytes = (const unsigned char *)data + at;

	return bytes[0] | (unsigned int)bytes[1] << 8 | (unsigned int)bytes[2] << 16 |
	       (unsigned int)bytes[3] << 24;
}

/* Where the capability with the device's serial number is; 0: there is none. */
static size_t find_serial(const struct keeping *keeping) {
	size_t at = CONFIG_SIZE;

	for (size_t i = 0; i < keeping->length / 8 && at >= CONFIG_SIZE; i++) {
		unsigned int header;

		if (keeping->length < CAPABILITY_SIZE || at > keeping->length - CAPABILITY_SIZE) {
			return 0;
		}
		header = number_at(keeping->data, at);
		if ((header & 0xffff) == CAPABILITY_SERIAL) {
			return at;
		}
		at = header >> 20 & 0xffc;
	}
	return 0;
}

/* Of the configuration space, the serial number alone. */
int keep_config(const struct keeping *keeping, struct text *ret) {
	static const unsigned char header[] = {CAPABILITY_SERIAL, 0x00, 0x01, 0x00};
	static const char nothing[CONFIG_SIZE];
	size_t at = find_serial(keeping);
	int r;

	if (at == 0) {
		return 0;
	}
	r = text_append(ret, nothing, sizeof(nothing));
	r = r < 0 ? r : text_append(ret, (const char *)header, sizeof(header));
	return r < 0 ? r : text_append(ret, keeping->data + at + 4, 8);
}

/*
 * The one question that modules.dep.bin is asked (host/driver/vfio.c) is answered by an index with
 * one key (format: host/driver/index.h).
 */
int keep_dependencies(const struct keeping *keeping, struct text *ret) {
	static const unsigned char head[] = {
		0xb0, 0x07, 0xf4, 0x57, 0x00, 0x02, 0x00, 0x01, 0xc0, 0x00, 0x00, 0x0c};
	static const char key[] = "vfio_iommu_type1";
	static const char value[] = {0, 0, 0, 1, 0, 0, 0, 0, 0};
	int r;

	if (!keeping->keeper->host->vfio_lacks_type1) {
		return 0;
	}
	r = text_append(ret, (const char *)head, sizeof(head));
	r = r < 0 ? r : text_append(ret, key, sizeof(key));
	return r < 0 ? r : text_append(ret, value, sizeof(value));
}
