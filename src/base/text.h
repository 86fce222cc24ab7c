/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

/* A text that grows. Starts as {0}; data is NULL or terminated. */
struct text {
	char *data;
	size_t length;
	size_t size;
};

/* Appends; -ENOMEM, and the text is as it was. */
int text_add(struct text *text, const char *format, ...) PRINTF(2, 3) MUST_CHECK;
/* One line for a terminal, tame (text_tame), with its newline: what is in it, somebody chose. */
int text_add_line(struct text *text, const char *format, ...) PRINTF(2, 3) MUST_CHECK;
int text_append(struct text *text, const char *data, size_t length) MUST_CHECK;
void text_free(struct text *text);

#define AUTO_TEXT CLEANUP(text_free)

/*
 * Copies value into ret, which has size bytes. -ENAMETOOLONG if it does not fit: nothing is ever
 * cut. The one way by which identifiers enter fixed-size fields.
 */
int name_set(char *ret, size_t size, const char *value) MUST_CHECK;

/* Like name_set for a formatted value. */
int name_format(char *ret, size_t size, const char *format, ...) PRINTF(3, 4) MUST_CHECK;

/*
 * Tokens: words in a line of text. Bytes other than letters, digits and
 * "!#$&()*+,-./:;<=>?@[]^_{|}~" are percent-encoded (so is '%' itself); the empty word is written
 * "%". Both return -ENAMETOOLONG or -EINVAL. Every value has exactly one encoding and token_decode
 * accepts only that one.
 */
int token_encode(const char *value, char *ret, size_t size) MUST_CHECK;
int token_decode(const char *token, size_t length, char *ret, size_t size) MUST_CHECK;

/* Takes the next word, split at single spaces, off *line; returns its length, 0 at the end. */
size_t token_next(const char **line, const char **ret);

/* And decodes it: it must be there and fit. Errors as of token_decode. */
int token_take(const char **line, char *ret, size_t size) MUST_CHECK;

/* What follows the line that the text begins with: its end, if there is none. */
const char *text_next_line(const char *text);

bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix); /* and has something before it */

/* Replaces what could steer a terminal, and what is no UTF-8, by '?', in place. Returns how many
 * columns the rest takes. */
size_t text_tame(char *text);

/* Decimal, the whole text, no sign and no blanks. -EINVAL, -ERANGE. */
int number_parse(const char *text, unsigned long long max, unsigned long long *ret) MUST_CHECK;
