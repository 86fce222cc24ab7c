/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/file.h"
#include "base/text.h"

#include <stdbool.h>

/*
 * A table as plain text: columns as wide as their widest cell, two blanks between them. Cells come
 * from the machine, where anybody may choose names, so what could steer a terminal is replaced by
 * '?'.
 */
#define TABLE_COLUMNS_MAX 16

enum table_style {
	STYLE_PLAIN,
	STYLE_STRONG,
	STYLE_FAINT
};

struct table {
	size_t column_count;
	struct names cells; /* row by row; the first are the headings */
	enum table_style *styles;
	size_t row_count;
};

/* -ENOMEM, -E2BIG. */
int table_row(struct table *table, enum table_style style, const char *const *cells) MUST_CHECK;

/* Appends the table to *ret, with colours or without. */
int table_format(const struct table *table, bool coloured, struct text *ret) MUST_CHECK;
void table_free(struct table *table);

#define AUTO_TABLE CLEANUP(table_free)

/* Are colours wanted there? It is a terminal, not a dumb one, and NO_COLOR is not set
 * (no-color.org). */
bool table_is_coloured(int fd);
