// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/line.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_MAX 1000000000U

/* CRC-32 as in IEEE 802.3 (reflected, 0xedb88320): the one that gzip and zlib's crc32() give. */
static uint32_t checksum(uint32_t crc, const char *data, size_t length) {
	crc = ~crc;
	for (size_t i = 0; i < length; i++) {
		crc ^= (unsigned char)data[i];
		for (int bit = 0; bit < 8; bit++) {
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
		}
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
