// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/put_back.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX  8192
#define MIDDLE_MAX 512 /* lines between what is the same at both ends */

/* A text as lines, each with its newline. */
struct lines {
	const char **starts; /* and one more: the end */
	size_t count;
};

static void free_lines(struct lines *lines) {
	free(lines->starts);
}

#define AUTO_LINES CLEANUP(free_lines)

static int split(const struct text *text, struct lines *ret) {
	size_t count = 0;

	for (size_t i = 0; i < text->length; i++) {
		count += text->data[i] == '\n' || i + 1 == text->length;
	}
	if (count > LINES_MAX) {
		return -EINVAL;
	}
	ret->starts = calloc(count + 1, sizeof(*ret->starts));
	if (!ret->starts) {
		return -ENOMEM;
	}
	ret->starts[0] = text->data;
	for (size_t i = 0; i < text->length; i++) {
		if (text->data[i] == '\n' || i + 1 == text->length) {
			ret->starts[++ret->count] = text->data + i + 1;
		}
	}
	return 0;
}

static size_t length_of(const struct lines *lines, size_t index) {
	return (size_t)(lines->starts[index + 1] - lines->starts[index]);
}

static bool same(const struct lines *a, size_t i, const struct lines *b, size_t k) {
	return length_of(a, i) == length_of(b, k) &&
	       memcmp(a->starts[i], b->starts[k], length_of(a, i)) == 0;
}

/* What lies between two texts: some lines of each. */
struct part {
	size_t before, before_end, after, after_end;
};

struct parts {
	struct part all[MIDDLE_MAX + 1];
	size_t count;
};

/* One more pair of lines that differ, at the part's end or as a new one. */
static void add(struct parts *parts, size_t before, size_t after, bool of_before) {
	struct part *last = parts->count ? &parts->all[parts->count - 1] : NULL;

	if (!last || last->before_end != before || last->after_end != after) {
		last = &parts->all[parts->count++];
		*last = (struct part){before, before, after, after};
	}
	last->before_end += of_before;
	last->after_end += !of_before;
}

/* The longest row of lines that both have tells what is between. */
static int compare(const struct lines *before, const struct lines *after, struct part middle,
	struct parts *ret) {
	size_t rows = middle.before_end - middle.before, columns = middle.after_end - middle.after;
	AUTO_FREE uint16_t *lengths = calloc((rows + 1) * (columns + 1), sizeof(*lengths));
	size_t i = 0, k = 0;

	if (!lengths) {
		return -ENOMEM;
	}
#define LENGTH(row, column) lengths[(row) * (columns + 1) + (column)]
	for (size_t row = rows; row-- > 0;) {
		for (size_t column = columns; column-- > 0;) {
			uint16_t down = LENGTH(row + 1, column), right = LENGTH(row, column + 1);

			LENGTH(row, column) =
				same(before, middle.before + row, after, middle.after + column)
					? (uint16_t)(LENGTH(row + 1, column + 1) + 1)
				: down > right ? down
					       : right;
		}
	}
	while (i < rows || k < columns) {
		bool both = i < rows && k < columns;

		if (both && same(before, middle.before + i, after, middle.after + k)) {
			i++;
			k++;
		} else if (i < rows && (!both || LENGTH(i + 1, k) >= LENGTH(i, k + 1))) {
			add(ret, middle.before + i++, middle.after + k, true);
		} else {
			add(ret, middle.before + i, middle.after + k++, false);
		}
	}
#undef LENGTH
	return 0;
}

static int find_parts(const struct lines *before, const struct lines *after, struct parts *ret) {
	struct part middle = {0, before->count, 0, after->count};

	while (middle.before < middle.before_end && middle.after < middle.after_end &&
		same(before, middle.before, after, middle.after)) {
		middle.before++;
		middle.after++;
	}
	while (middle.before < middle.before_end && middle.after < middle.after_end &&
		same(before, middle.before_end - 1, after, middle.after_end - 1)) {
		middle.before_end--;
		middle.after_end--;
	}
	return middle.before_end - middle.before > MIDDLE_MAX / 2 ||
			       middle.after_end - middle.after > MIDDLE_MAX / 2
		       ? -EINVAL
		       : compare(before, after, middle, ret);
}

/* Are the lines of the part, and those around it, at that place of now? */
static bool fits(
	const struct lines *after, const struct part *part, const struct lines *now, size_t at) {
	size_t count = part->after_end - part->after;
	bool first = part->after == 0, last = part->after_end == after->count;

	if (at + count > now->count || first != (at == 0) || last != (at + count == now->count)) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (!same(after, part->after + i, now, at + i)) {
			return false;
		}
	}
	return (first || same(after, part->after - 1, now, at - 1)) &&
	       (last || same(after, part->after_end, now, at + count));
}

/* The one place; false: there is none, or there are several. */
static bool find_place(
	const struct lines *after, const struct part *part, const struct lines *now, size_t *ret) {
	size_t count = 0;

	for (size_t at = 0; at <= now->count; at++) {
		if (fits(after, part, now, at)) {
			*ret = at;
			count++;
		}
	}
	return count == 1;
}

static int append(const struct lines *lines, size_t from, size_t to, struct text *ret) {
	return text_append(
		ret, lines->starts[from], (size_t)(lines->starts[to] - lines->starts[from]));
}

int put_back(const struct text *before, const struct text *after, const struct text *now,
	struct text *ret) {
	AUTO_LINES struct lines was = {0}, left = {0}, is = {0};
	AUTO_FREE struct parts *parts = calloc(1, sizeof(*parts));
	AUTO_TEXT struct text text = {0};
	size_t done = 0, place = 0;
	int r = parts ? split(before, &was) : -ENOMEM;

	r = r < 0 ? r : split(after, &left);
	r = r < 0 ? r : split(now, &is);
	r = r < 0 ? r : find_parts(&was, &left, parts);
	r = r < 0 ? r : text_append(&text, "", 0);
	for (size_t i = 0; r == 0 && i < parts->count; i++) {
		const struct part *part = &parts->all[i];

		if (!find_place(&left, part, &is, &place) || place < done) {
			return -EINVAL;
		}
		r = append(&is, done, place, &text);
		r = r < 0 ? r : append(&was, part->before, part->before_end, &text);
		done = place + part->after_end - part->after;
	}
	r = r < 0 ? r : append(&is, done, is.count, &text);
	if (r == 0) {
		*ret = text;
		text = (struct text){0};
	}
	return r;
}

int put_back_list(const struct text *before, const struct text *after, struct text *ret) {
	AUTO_LINES struct lines was = {0}, left = {0};
	AUTO_FREE struct parts *parts = calloc(1, sizeof(*parts));
	int r = parts ? split(before, &was) : -ENOMEM;

	r = r < 0 ? r : split(after, &left);
	r = r < 0 ? r : find_parts(&was, &left, parts);
	r = r < 0 ? r : text_append(ret, "", 0);
	for (size_t i = 0; r == 0 && i < parts->count; i++) {
		for (size_t k = parts->all[i].before; r == 0 && k < parts->all[i].before_end; k++) {
			size_t length = length_of(&was, k);

			length -= length > 0 && was.starts[k][length - 1] == '\n';
			r = text_add(
				ret, "%s%.*s", ret->length ? "; " : "", (int)length, was.starts[k]);
		}
	}
	return r;
}
