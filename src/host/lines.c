// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/lines.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

#define FILE_MAX_SIZE (1U << 20)
#define FILES_MAX     1024 /* in one directory */

static bool is_blank(char c) {
	return c == ' ' || c == '\t' || c == '\r';
}

/* Without blanks around it. */
static char *trim(char *text) {
	char *end;

	while (is_blank(*text)) {
		text++;
	}
	end = text + strlen(text);
	while (end > text && is_blank(end[-1])) {
		*--end = '\0';
	}
	return text;
}

static bool is_comment(const char *line, const char *these) {
	while (is_blank(*line)) {
		line++;
	}
	return *line && strchr(these, *line);
}

/* How long the line is that begins here; is there one after it that continues it? */
static size_t measure(const char *line, bool *ret_goes_on) {
	size_t length = strcspn(line, "\n");

	*ret_goes_on = line[length] && length > 0 && line[length - 1] == '\\';
	return length;
}

/*
 * Takes the next line off *rest, with those that continue it; counts them in *number. Whole: a
 * comment is a line like any other.
 */
static char *take_line(char **rest, unsigned int *number, bool whole) {
	char *start = *rest, *to = start, *from = start;
	bool goes_on;

	if (!start || !*start) {
		return NULL;
	}
	do {
		size_t length = measure(from, &goes_on);
		bool ended = !from[length], first = from == start;

		++*number;
		if (!whole && first && is_comment(from, "#;")) {
			goes_on = false;
		}
		if (!whole && !first && is_comment(from, "#")) {
			goes_on = !ended; /* between two lines that belong together */
		} else {
			memmove(to, from, length);
			to += length;
			if (goes_on) {
				to[-1] = ' ';
			}
		}
		from += length + !ended;
	} while (goes_on);
	/* What is joined is never longer than it was: *to is before the rest, or its last zero. */
	*rest = from;
	if (to < from) {
		*to = '\0';
	}
	return start;
}

int lines_parse(char *data, const char *path, const struct line_reader *reader) {
	unsigned int number = 0;
	int r = 0;

	for (char *rest = data, *line; r == 0;) {
		unsigned int first = number + 1;

		line = take_line(&rest, &number, reader->wrapped_comments);
		if (!line) {
			break;
		}
		line = trim(line);
		if (*line && *line != '#' && *line != ';') {
			r = reader->found(
				reader->context, &(struct source_line){path, first, line});
		}
	}
	return r;
}

int lines_read(int root, const char *path, const struct line_reader *reader) {
	AUTO_FREE char *data = NULL;
	int r = file_read(root, path, FILE_MAX_SIZE, &data, NULL);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	return lines_parse(data, path, reader);
}

bool line_find(const char *data, size_t length, const struct source_line *line,
	bool wrapped_comments, struct line_place *ret) {
	AUTO_FREE char *copy = memchr(data, '\0', length) ? NULL : strndup(data, length);
	unsigned int number = 0;
	char *rest = copy, *found;

	while (copy && number < line->number) {
		size_t from = (size_t)(rest - copy);
		unsigned int first = number + 1;

		found = take_line(&rest, &number, wrapped_comments);
		if (!found) {
			return false;
		}
		if (first == line->number) {
			*ret = (struct line_place){from, (size_t)(rest - copy), number - first + 1};
			return strcmp(trim(found), line->text) == 0;
		}
	}
	return false;
}

struct reading {
	int root;
	const struct drop_ins *drop_ins;
	const struct line_reader *reader;
	struct names seen;
};

static int read_directory(struct reading *reading, const char *directory) {
	AUTO_NAMES struct names files = {0};
	int r = 0;

	if (names_read(reading->root, directory, &files) < 0) {
		return 0;
	}
	for (size_t i = 0; r == 0 && i < files.count && i < FILES_MAX; i++) {
		const char *name = files.names[i];
		char path[512];

		if (!text_ends(name, reading->drop_ins->suffix) ||
			names_has(&reading->seen, name) ||
			name_format(path, sizeof(path), "%s/%s", directory, name) < 0) {
			continue;
		}
		r = lines_read(reading->root, path, reading->reader);
		r = r != 0 ? r : names_add(&reading->seen, name);
	}
	return r;
}

int lines_read_all(int root, const struct drop_ins *drop_ins, const struct line_reader *reader) {
	struct reading reading = {root, drop_ins, reader, {0}};
	int r = 0;

	for (size_t i = 0; r == 0 && i < drop_ins->count; i++) {
		r = read_directory(&reading, drop_ins->directories[i]);
	}
	names_free(&reading.seen);
	return r;
}
