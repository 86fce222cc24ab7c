/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Strings, as there is no C library. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing string in a fixed buffer; what does not fit is dropped and `cut` set. */
struct text {
	char *data;
	size_t size;
	size_t length;
	bool cut;
};

/* Append by a format of %s, %c, %u and %x, the last two with an optional width, as %04x. */
__attribute__((format(printf, 2, 3))) void text_add(struct text *text, const char *format, ...);

void text_add_list(struct text *text, const char *format, va_list list);

/* Where the value of `key=value` begins in a line of words, or NULL; the last one counts. */
const char *text_value(const char *line, const char *key);

/* The length of the word at the beginning of a string, and whether it is this word. */
size_t text_word_length(const char *string);
bool text_word_is(const char *string, const char *word);

/* Read a decimal number that is a whole word; false if it is none or above `limit`. */
bool text_number(const char *string, uint32_t limit, uint32_t *ret);
