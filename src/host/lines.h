/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/file.h"

/*
 * The lines of configuration files, each with where it stands, so that a sentence can name
 * "file:line". A backslash at a line's end joins it with the next, as modprobe, udev and systemd
 * have it; the number is then the first one's. A comment goes to the end of its own line, also
 * between two that are joined (udev, systemd, the shell), or is joined like any other (modprobe).
 */
struct source_line {
	const char *path; /* absolute */
	unsigned int number;
	char *text; /* without blanks around it; may be written to */
};

/* Called with each line that is not empty and no comment (#, ;). Other than 0 ends the reading. */
struct line_reader {
	int (*found)(void *context, const struct source_line *line);
	void *context;
	bool wrapped_comments; /* modprobe's */
};

/* One file. What cannot be read, or has more than a megabyte, has no lines; -ENOMEM. */
int lines_read(int root, const char *path, const struct line_reader *reader) MUST_CHECK;

/* What one holds; it is written to. */
int lines_parse(char *data, const char *path, const struct line_reader *reader) MUST_CHECK;

/*
 * Where the line with that number and text stands in what such a file holds, with all that joins it
 * and the newline: whoever changes a file takes this part of it. False: there is none.
 */
struct line_place {
	size_t from, to;
	unsigned int count; /* of lines as an editor counts them */
};

bool line_find(const char *data, size_t length, const struct source_line *line,
	bool wrapped_comments, struct line_place *ret);

/*
 * All files with the suffix (".conf") in the directories. A file hides those of its name in the
 * directories after its own (modprobe.d(5), udev(7)).
 */
struct drop_ins {
	const char *const *directories;
	size_t count;
	const char *suffix;
};

int lines_read_all(int root, const struct drop_ins *drop_ins, const struct line_reader *reader)
	MUST_CHECK;
