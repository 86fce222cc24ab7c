/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <string.h>

/*
 * A line of a file by itself, or what of it has room: sscanf() measures all that it is given, so
 * that of a whole file it would do so once a line, and takes the next line for blanks.
 */
static inline const char *bound(const char *line, char *ret, size_t size) {
	size_t length = strcspn(line, "\n");

	length = length < size ? length : size - 1;
	memcpy(ret, line, length);
	ret[length] = '\0';
	return ret;
}
