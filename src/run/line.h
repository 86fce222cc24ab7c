/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>

/*
 * One line of a journal: a newline first, so that a torn line cannot swallow it; its number; the
 * checksum of the number and everything behind the checksum; the text.
 *
 *     \n12 89abcdef push driver 0000:01:00.0 nvidia -
 */

/* More than a line needs beside a step's text. */
#define LINE_OVERHEAD 96

/* Appends the line. -ENOMEM. */
int line_format(unsigned int number, const char *format, va_list args, struct text *ret)
	__attribute__((format(printf, 2, 0))) MUST_CHECK;

/*
 * Reads the line that starts at data and ends before a newline or at the end; false if it is torn
 * or damaged. *ret_text points behind the checksum.
 */
bool line_check(const char *data, size_t length, unsigned int *ret_number, const char **ret_text,
	size_t *ret_length);
