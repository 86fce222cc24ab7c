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

/* Takes the next line off *rest, with those that continue it; counts them in *number. */
static char *take_line(char **rest, unsigned int *number) {
	char *start = *rest, *to = start, *from = start;

	if (!start || !*start) {
		return NULL;
	}
	for (;;) {
		size_t length = strcspn(from, "\n");
		bool ended = from[length] == '\0';
		bool goes_on = !ended && length > 0 && from[length - 1] == '\\';

		++*number;
		memmove(to, from, length);
		to += length;
		from += length + !ended;
		if (!goes_on) {
			break;
		}
		to[-1] = ' ';
	}
	/* What is joined is never longer than it was: *to is before the rest, or its last zero. */
	*rest = from;
	if (to < from) {
		*to = '\0';
	}
	return start;
}

int lines_read(int root, const char *path, const struct line_reader *reader) {
	AUTO_FREE char *data = NULL;
	unsigned int number = 0;
	char *rest, *line;
	int r = file_read(root, path, FILE_MAX_SIZE, &data, NULL);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (rest = data; r == 0;) {
		unsigned int first = number + 1;

		line = take_line(&rest, &number);
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

static bool has(const struct names *names, const char *name) {
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->names[i], name) == 0) {
			return true;
		}
	}
	return false;
}

static bool ends_with(const char *name, const char *suffix) {
	size_t length = strlen(name), ending = strlen(suffix);

	return length > ending && strcmp(name + length - ending, suffix) == 0;
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

		if (!ends_with(name, reading->drop_ins->suffix) || has(&reading->seen, name) ||
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
