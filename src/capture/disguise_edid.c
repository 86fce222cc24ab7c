// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "capture/disguise.h"

/* VESA E-EDID: the base block's serial number, and its descriptors */
#define EDID_SIZE        128
#define EDID_SERIAL      12
#define EDID_DATE        16
#define EDID_DESCRIPTORS 54
#define EDID_DESCRIPTOR  18
#define EDID_EXTENSIONS  126
#define EDID_CHECKSUM    127
#define EDID_TAG_SERIAL  0xff

/* Extensions may have the number again, and baton reads none. */
int disguise_edid(const char *data, size_t length, struct text *ret) {
	unsigned char edid[EDID_SIZE], sum = 0;

	if (length < sizeof(edid)) {
		return 0;
	}
	memcpy(edid, data, sizeof(edid));
	memset(edid + EDID_SERIAL, 0, 4);
	edid[EDID_DATE] = 0;
	for (size_t at = EDID_DESCRIPTORS; at + EDID_DESCRIPTOR <= EDID_EXTENSIONS;
		at += EDID_DESCRIPTOR) {
		if (edid[at] == 0 && edid[at + 1] == 0 && edid[at + 3] == EDID_TAG_SERIAL) {
			memset(edid + at + 5, ' ', EDID_DESCRIPTOR - 5);
			edid[at + 5] = '\n';
		}
	}
	edid[EDID_EXTENSIONS] = 0;
	for (size_t i = 0; i < EDID_CHECKSUM; i++) {
		sum = (unsigned char)(sum + edid[i]);
	}
	edid[EDID_CHECKSUM] = (unsigned char)-sum;
	return text_append(ret, (const char *)edid, sizeof(edid));
}
