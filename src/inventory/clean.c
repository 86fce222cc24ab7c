// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/clean.h"

#include <string.h>

/* How many bytes the letter has that begins here, by its first byte; 0: none begins so. */
static size_t letter_length(unsigned char first) {
	if (first < 0x80) {
		return first < 0x20 || first == 0x7f ? 0 : 1;
	}
	if (first >= 0xc2 && first < 0xe0) {
		return 2;
	}
	return first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* The first byte leaves some values of the second that are no letters: shorter ways to write one,
 * halves of pairs, and what is above the last. */
static bool fits_second(unsigned char first, unsigned char second) {
	return !(first == 0xe0 && second < 0xa0) && !(first == 0xed && second > 0x9f) &&
	       !(first == 0xf0 && second < 0x90) && !(first == 0xf4 && second > 0x8f) &&
	       !(first == 0xc2 && second < 0xa0); /* C1 controls */
}

/* The length of the printable letter at the front, 0 if there is none. */
static size_t take_letter(const char *text) {
	const unsigned char *bytes = (const unsigned char *)text;
	size_t length = letter_length(bytes[0]);

	for (size_t i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	return length > 1 && !fits_second(bytes[0], bytes[1]) ? 0 : length;
}

/* Without blanks at its end. */
static void trim(char *text, size_t length) {
	while (length > 0 && text[length - 1] == ' ') {
		length--;
	}
	text[length] = '\0';
}

void clean_set(char *ret, size_t size, const char *value) {
	static const char cut[] = "...";
	size_t length = 0, room = 0; /* room: how much stays if it has to be cut */

	value += strspn(value, " \t\r\n");
	while (*value) {
		size_t letter = take_letter(value);
		size_t bytes = letter ? letter : 1;

		if (length + bytes >= size) {
			memcpy(ret + room, cut, sizeof(cut));
			return;
		}
		if (letter) {
			memcpy(ret + length, value, letter);
		} else {
			ret[length] = value[0] == '\t' || value[0] == '\n' ? ' ' : '?';
		}
		length += bytes;
		value += bytes;
		room = length + sizeof(cut) <= size ? length : room;
	}
	trim(ret, length);
}
