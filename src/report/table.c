// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int table_row(struct table *table, enum table_style style, const char *const *cells) {
	enum table_style *styles =
		reallocarray(table->styles, table->row_count + 1, sizeof(*styles));

	assert(table->column_count > 0 && table->column_count <= TABLE_COLUMNS_MAX);
	if (!styles) {
		return -ENOMEM;
	}
	table->styles = styles;
	for (size_t i = 0; i < table->column_count; i++) {
		int r = names_add(&table->cells, cells[i]);

		if (r < 0) {
			return r;
		}
		text_tame(table->cells.names[table->cells.count - 1]);
	}
	table->styles[table->row_count++] = style;
	return 0;
}

void table_free(struct table *table) {
	names_free(&table->cells);
	free(table->styles);
	*table = (struct table){0};
}

static void measure(const struct table *table, size_t widths[TABLE_COLUMNS_MAX]) {
	for (size_t i = 0; i < table->row_count * table->column_count; i++) {
		size_t *width = &widths[i % table->column_count];
		size_t columns = text_tame(table->cells.names[i]);

		*width = columns > *width ? columns : *width;
	}
}

static int add_row(const struct table *table, size_t row, const size_t *widths, struct text *ret) {
	char *const *cells = table->cells.names + row * table->column_count;
	size_t last = table->column_count;
	int r = 0;

	/* No blanks at the end of a line. */
	while (last > 0 && !cells[last - 1][0]) {
		last--;
	}
	for (size_t i = 0; i < last && r == 0; i++) {
		size_t blanks = i + 1 < last ? widths[i] - text_tame(cells[i]) + 2 : 0;

		r = text_add(ret, "%s%*s", cells[i], (int)blanks, "");
	}
	return r;
}

int table_format(const struct table *table, bool coloured, struct text *ret) {
	static const char *const begin[] = {
		[STYLE_PLAIN] = "", [STYLE_STRONG] = "\033[1m", [STYLE_FAINT] = "\033[2m"};
	size_t widths[TABLE_COLUMNS_MAX] = {0};
	int r = 0;

	measure(table, widths);
	for (size_t i = 0; i < table->row_count && r == 0; i++) {
		bool styled = coloured && table->styles[i] != STYLE_PLAIN;

		r = text_add(ret, "%s", styled ? begin[table->styles[i]] : "");
		if (r == 0) {
			r = add_row(table, i, widths, ret);
		}
		if (r == 0) {
			r = text_add(ret, "%s\n", styled ? "\033[0m" : "");
		}
	}
	return r;
}

bool table_is_coloured(int fd) {
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return (!no_color || !no_color[0]) && terminal && strcmp(terminal, "dumb") != 0 &&
	       isatty(fd) == 1;
}
