/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whole small files, by path. */

#define PATH_SIZE 512

/* The text of a file, cut to what fits; false: it cannot be read. */
bool file_read(const char *path, char *ret, size_t size);

/* Writes a text in one piece, as echo does; 0 or a negative errno. The file must exist. */
int file_push(const char *path, const char *text);

/* Puts a whole file in the place of another, or of none. */
bool file_replace(const char *path, const char *text);
