// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/line.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_MAX 1000000000U

/*
 * CRC-32 as in IEEE 802.3 (reflected, 0xedb88320), the one that gzip computes, four bits at a time:
 * the table has the remainders of 0 to 15.
 */
static uint32_t checksum(uint32_t crc, const char *data, size_t length) {
	static const uint32_t remainders[] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8,
		0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};

	crc = ~crc;
	for (size_t i = 0; i < length; i++) {
		crc ^= (unsigned char)data[i];
		crc = crc >> 4 ^ remainders[crc & 15];
		crc = crc >> 4 ^ remainders[crc & 15];
	}
	return ~crc;
}

static uint32_t line_checksum(unsigned int number, const char *text, size_t length) {
	char digits[16];
	int count = snprintf(digits, sizeof(digits), "%u ", number);

	return checksum(checksum(0, digits, (size_t)count), text, length);
}

int line_format(unsigned int number, const char *format, va_list args, struct text *ret) {
	AUTO_FREE char *text = NULL;
	int length = vasprintf(&text, format, args);

	if (length < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return text_add(
		ret, "\n%u %08x %s", number, line_checksum(number, text, (size_t)length), text);
}

/* Decimal without leading zeros up to a blank; returns the digits' count, 0 if it is none. */
static size_t take_number(const char *data, size_t length, unsigned int *ret) {
	unsigned int value = 0;
	size_t i = 0;

	for (; i < length && data[i] >= '0' && data[i] <= '9'; i++) {
		value = value * 10 + (unsigned int)(data[i] - '0');
		if (value > NUMBER_MAX) {
			return 0;
		}
	}
	if (i == 0 || data[0] == '0' || i == length || data[i] != ' ') {
		return 0;
	}
	*ret = value;
	return i;
}

bool line_check(const char *data, size_t length, unsigned int *ret_number, const char **ret_text,
	size_t *ret_length) {
	unsigned int number;
	size_t digits = take_number(data, length, &number), start = digits + 10;
	char wanted[10];

	if (digits == 0 || length < start) {
		return false;
	}
	snprintf(wanted, sizeof(wanted), "%08x ",
		line_checksum(number, data + start, length - start));
	if (memcmp(data + digits + 1, wanted, 9) != 0) {
		return false;
	}
	*ret_number = number;
	*ret_text = data + start;
	*ret_length = length - start;
	return true;
}
