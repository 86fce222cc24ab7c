/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

/* One line after the other of a text that needs no zero and no newline at its end. */
struct line {
	const char *text; /* without its newline; not terminated */
	size_t length;
	unsigned int number; /* from 1 */
};

/* What has not been looked at yet. Starts as {.rest = data, .length = length}. */
struct lines {
	const char *rest;
	size_t length;
	unsigned int number;
};

/* false at the end of the text. */
bool line_next(struct lines *lines, struct line *ret);

/* What Perl's \s is: ' ', \t, \n, \v, \f, \r. */
bool is_space(char c);

/* Takes these blanks off the line's ends. */
void line_trim_end(struct line *line);
void line_trim(struct line *line);

/*
 * Copies the line with a zero behind it. -ENAMETOOLONG if it does not fit, -EILSEQ if there
 * are control characters other than tabs in it; *ret is untouched then.
 */
int line_copy(const struct line *line, char *ret, size_t size) MUST_CHECK;
