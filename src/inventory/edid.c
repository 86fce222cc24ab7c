// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/edid.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The base block (E-EDID 1.4, section 3.1). */
#define BLOCK_SIZE       128
#define MAKER_AT         8
#define PRODUCT_AT       10
#define SERIAL_AT        12
#define VERSION_AT       18
#define DESCRIPTORS_AT   54
#define DESCRIPTOR_SIZE  18
#define DESCRIPTOR_COUNT 4

/* A descriptor that is no timing: 0 0 0 TAG 0, and thirteen bytes of text. */
#define TEXT_AT    5
#define TAG_SERIAL 0xff
#define TAG_NAME   0xfc

static int check(const uint8_t *data, size_t length) {
	static const uint8_t header[8] = {0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};
	uint8_t sum = 0;

	if (length < BLOCK_SIZE || memcmp(data, header, sizeof(header)) != 0) {
		return -EINVAL;
	}
	for (size_t i = 0; i < BLOCK_SIZE; i++) {
		sum = (uint8_t)(sum + data[i]);
	}
	return sum == 0 && data[VERSION_AT] == 1 ? 0 : -EINVAL;
}

/* Three letters of five bits, 1 is 'A'. */
static int take_maker(const uint8_t *data, char ret[4]) {
	unsigned int packed = (unsigned int)data[MAKER_AT] << 8 | data[MAKER_AT + 1];

	for (unsigned int i = 0; i < 3; i++) {
		unsigned int letter = packed >> (5 * (2 - i)) & 0x1f;

		if (letter < 1 || letter > 26) {
			return -EINVAL;
		}
		ret[i] = (char)('A' + (letter - 1));
	}
	ret[3] = '\0';
	return 0;
}

/* Ends with a newline, and blanks fill the rest. What is no ASCII becomes '?'. */
static void take_text(const uint8_t *descriptor, char ret[EDID_TEXT_SIZE]) {
	size_t length = 0;

	for (size_t i = TEXT_AT; i < DESCRIPTOR_SIZE && descriptor[i] != '\n'; i++) {
		uint8_t byte = descriptor[i];

		if (byte == 0) {
			break; /* not as the standard has it, but done */
		}
		ret[length++] = byte < ' ' || byte > '~' ? '?' : (char)byte;
	}
	while (length > 0 && ret[length - 1] == ' ') {
		length--;
	}
	ret[length] = '\0';
}

static void take_descriptor(const uint8_t *descriptor, struct edid *edid) {
	if (descriptor[0] || descriptor[1] || descriptor[2]) {
		return; /* a timing */
	}
	if (descriptor[3] == TAG_NAME) {
		take_text(descriptor, edid->name);
	} else if (descriptor[3] == TAG_SERIAL) {
		take_text(descriptor, edid->serial);
	}
}

int edid_parse(const uint8_t *data, size_t length, struct edid *ret) {
	struct edid edid = {0};
	uint32_t number;
	int r = check(data, length);

	r = r < 0 ? r : take_maker(data, edid.maker);
	if (r < 0) {
		return r;
	}
	edid.product = (uint16_t)(data[PRODUCT_AT] | data[PRODUCT_AT + 1] << 8);
	for (size_t i = 0; i < DESCRIPTOR_COUNT; i++) {
		take_descriptor(data + DESCRIPTORS_AT + i * DESCRIPTOR_SIZE, &edid);
	}
	number = (uint32_t)data[SERIAL_AT] | (uint32_t)data[SERIAL_AT + 1] << 8 |
		 (uint32_t)data[SERIAL_AT + 2] << 16 | (uint32_t)data[SERIAL_AT + 3] << 24;
	if (!edid.serial[0] && number) {
		snprintf(edid.serial, sizeof(edid.serial), "%u", number);
	}
	*ret = edid;
	return 0;
}
