// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/character.h"

#include <stdbool.h>

#include "base/macros.h"

struct range {
	uint32_t first, last;
};

/* Of Unicode's: what sets the direction of writing (Bidi_Control), and what ends a line. */
static const struct range steering[] = {
	{0x061c, 0x061c}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};

/* What goes above, below or between others, as far as it is common. */
static const struct range narrow[] = {{0x0300, 0x036f}, {0x200b, 0x200d}, {0x2060, 0x2060},
	{0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}};

/* East Asian Width W and F, in whole blocks, and pictures. */
static const struct range wide[] = {{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},
	{0xa960, 0xa97f}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60},
	{0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1faff},
	{0x20000, 0x3fffd}};

static bool is_in(uint32_t code, const struct range *ranges, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (code >= ranges[i].first && code <= ranges[i].last) {
			return true;
		}
	}
	return false;
}

size_t character_read(const char *text, uint32_t *ret_code) {
	const unsigned char *c = (const unsigned char *)text;
	size_t length = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : 2;
	uint32_t code = c[0] & (0x7fU >> length);
	static const uint32_t first[] = {0, 0, 0xa0, 0x800, 0x10000};

	if (c[0] < 0x80) {
		*ret_code = c[0];
		return c[0] >= 0x20 && c[0] != 0x7f;
	}
	if (c[0] < 0xc2 || c[0] > 0xf4) {
		return 0;
	}
	for (size_t i = 1; i < length; i++) {
		if ((c[i] & 0xc0) != 0x80) {
			return 0;
		}
		code = code << 6 | (c[i] & 0x3f);
	}
	if (code < first[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ||
		is_in(code, steering, COUNT(steering))) {
		return 0;
	}
	*ret_code = code;
	return length;
}

size_t character_columns(uint32_t code) {
	if (code < 0x300) {
		return 1;
	}
	return is_in(code, narrow, COUNT(narrow)) ? 0 : is_in(code, wide, COUNT(wide)) ? 2 : 1;
}
