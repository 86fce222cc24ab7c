// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/diff.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CONTEXT ((size_t)3)

struct lines {
	const char **at; /* where each begins; one more than there are: the end */
	size_t count;
};

/*
 * E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986): rows[d] is how far one
 * gets on each diagonal with d lines taken away or added.
 */
struct search {
	struct lines before, after;
	int *rows[DIFF_MAX + 1];
	bool *removed; /* lines of before */
	bool *added;   /* lines of after */
};

static void search_done(struct search *search) {
	for (size_t i = 0; i <= DIFF_MAX; i++) {
		free(search->rows[i]);
	}
	free(search->before.at);
	free(search->after.at);
	free(search->removed);
	free(search->added);
}

static int cut(const struct text *text, struct lines *ret) {
	const char *c = text->data, *end = c + text->length;
	size_t size = 2;

	for (const char *n = c; n < end; n++) {
		size += *n == '\n';
	}
	ret->at = calloc(size, sizeof(*ret->at));
	if (!ret->at) {
		return -ENOMEM;
	}
	while (c < end) {
		const char *newline = memchr(c, '\n', (size_t)(end - c));

		ret->at[ret->count++] = c;
		c = newline ? newline + 1 : end;
	}
	ret->at[ret->count] = end;
	return 0;
}

static size_t line_length(const struct lines *lines, size_t i) {
	return (size_t)(lines->at[i + 1] - lines->at[i]);
}

static bool is_equal(const struct search *search, int x, int y) {
	size_t a = (size_t)x, b = (size_t)y, length;

	if (a >= search->before.count || b >= search->after.count) {
		return false;
	}
	length = line_length(&search->before, a);
	return length == line_length(&search->after, b) &&
	       memcmp(search->before.at[a], search->after.at[b], length) == 0;
}

/* Where one comes from on diagonal k: true, by a line added (from k + 1). */
static bool by_addition(const int *former, int d, int k) {
	return k == -d || (k != d && former[d - 1 + k - 1] < former[d - 1 + k + 1]);
}

/* Fills row d; 1: the end is reached. */
static int step(struct search *search, int d) {
	int n = (int)search->before.count, m = (int)search->after.count;
	int *row = calloc(2 * (size_t)d + 1, sizeof(*row));
	const int *former = d > 0 ? search->rows[d - 1] : NULL;

	search->rows[d] = row;
	if (!row) {
		return -ENOMEM;
	}
	for (int k = -d; k <= d; k += 2) {
		int x = 0;

		if (former) {
			x = by_addition(former, d, k) ? former[d - 1 + k + 1]
						      : former[d - 1 + k - 1] + 1;
		}
		while (is_equal(search, x, x - k)) {
			x++;
		}
		row[d + k] = x;
		if (x == n && x - k == m) {
			return 1;
		}
	}
	return 0;
}

static void mark(struct search *search, int d) {
	int x = (int)search->before.count, y = (int)search->after.count;

	for (; d > 0; d--) {
		int k = x - y;
		const int *former = search->rows[d - 1];
		bool addition = by_addition(former, d, k);
		int from = addition ? k + 1 : k - 1;

		x = former[d - 1 + from];
		y = x - from;
		if (addition) {
			search->added[y] = true;
		} else {
			search->removed[x] = true;
		}
	}
}

static int find(struct search *search) {
	search->removed = calloc(search->before.count + 1, sizeof(*search->removed));
	search->added = calloc(search->after.count + 1, sizeof(*search->added));
	if (!search->removed || !search->added) {
		return -ENOMEM;
	}
	for (int d = 0; d <= DIFF_MAX; d++) {
		int r = step(search, d);

		if (r < 0) {
			return r;
		}
		if (r > 0) {
			mark(search, d);
			return 0;
		}
	}
	return -E2BIG;
}

static int add_line(char sign, const struct lines *lines, size_t i, struct text *ret) {
	size_t length = line_length(lines, i);
	bool whole = length > 0 && lines->at[i][length - 1] == '\n';
	int r = text_add(ret, "%c", sign);

	r = r < 0 ? r : text_append(ret, lines->at[i], length);
	return r < 0 || whole ? r : text_add(ret, "\n\\ No newline at end of file\n");
}

/* One line of either, or of both, from (x, y) on. */
static int add_next(const struct search *search, size_t *x, size_t *y, struct text *ret) {
	if (*x < search->before.count && search->removed[*x]) {
		return add_line('-', &search->before, (*x)++, ret);
	}
	if (*y < search->after.count && search->added[*y]) {
		return add_line('+', &search->after, (*y)++, ret);
	}
	(*y)++;
	return add_line(' ', &search->before, (*x)++, ret);
}

static bool is_change(const struct search *search, size_t x, size_t y) {
	return (x < search->before.count && search->removed[x]) ||
	       (y < search->after.count && search->added[y]);
}

/* Where the hunk ends that begins at (*x, *y): CONTEXT lines behind the last change, if the next
 * one is further away than twice that. */
static void find_end(const struct search *search, size_t *x, size_t *y) {
	size_t equal = 0;

	while (*x < search->before.count || *y < search->after.count) {
		if (!is_change(search, *x, *y)) {
			if (++equal > 2 * CONTEXT) {
				*x -= CONTEXT;
				*y -= CONTEXT;
				return;
			}
			++*x;
			++*y;
			continue;
		}
		equal = 0;
		if (*x < search->before.count && search->removed[*x]) {
			++*x;
		} else {
			++*y;
		}
	}
	if (equal > CONTEXT) {
		*x -= equal - CONTEXT;
		*y -= equal - CONTEXT;
	}
}

static int add_range(char sign, size_t begin, size_t count, struct text *ret) {
	return text_add(
		ret, count == 1 ? "%c%zu" : "%c%zu,%zu", sign, begin + (count > 0 ? 1 : 0), count);
}

static int add_hunk(const struct search *search, size_t *x, size_t *y, struct text *ret) {
	size_t context = *x < CONTEXT ? *x : CONTEXT;
	size_t from_x = *x - context, from_y = *y - context, to_x = *x, to_y = *y;
	int r;

	find_end(search, &to_x, &to_y);
	r = text_add(ret, "@@ ");
	r = r < 0 ? r : add_range('-', from_x, to_x - from_x, ret);
	r = r < 0 ? r : text_add(ret, " ");
	r = r < 0 ? r : add_range('+', from_y, to_y - from_y, ret);
	r = r < 0 ? r : text_add(ret, " @@\n");
	while (r == 0 && (from_x < to_x || from_y < to_y)) {
		r = add_next(search, &from_x, &from_y, ret);
	}
	*x = to_x;
	*y = to_y;
	return r;
}

static int format(const struct search *search, const char *name_before, const char *name_after,
	struct text *ret) {
	size_t x = 0, y = 0;
	int r = text_add(ret, "--- %s\n+++ %s\n", name_before, name_after);

	while (r == 0 && (x < search->before.count || y < search->after.count)) {
		if (is_change(search, x, y)) {
			r = add_hunk(search, &x, &y, ret);
		} else {
			x++;
			y++;
		}
	}
	return r;
}

int diff_unified(const char *name_before, const char *name_after, const struct text *before,
	const struct text *after, struct text *ret) {
	CLEANUP(search_done) struct search search = {0};
	int r;

	if (before->length == after->length &&
		(before->length == 0 || memcmp(before->data, after->data, before->length) == 0)) {
		return 0;
	}
	r = cut(before, &search.before);
	r = r < 0 ? r : cut(after, &search.after);
	r = r < 0 ? r : find(&search);
	return r < 0 ? r : format(&search, name_before, name_after, ret);
}
