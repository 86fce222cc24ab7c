/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

/* A part of a text: from one byte up to another. */
struct span {
	size_t from, to;
};

bool span_is_blank(char c); /* also what Windows puts in front of a newline */

/* Where the word stands within the span, between blanks and quotes; false: nowhere. */
bool span_find_word(const char *data, struct span in, const char *word, struct span *ret);

/*
 * The word with what would be one blank too many without it, and with the quotes that word_add has
 * given it. from, to: what it stands in.
 */
struct span span_widen(const char *data, size_t from, size_t to, struct span word);

/* Appends data with something else in the span's place. */
int span_replace(const char *data, size_t length, struct span span, const char *by,
	struct text *ret) MUST_CHECK;
