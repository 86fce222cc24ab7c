/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

/*
 * The assignments in a file that a shell reads (/etc/default/grub, /etc/default/limine), with where
 * each stands, so that one can be read and changed without touching anything else. Nothing is
 * executed.
 */
struct shell_assignment {
	size_t name_at, name_length;   /* "GRUB_CMDLINE_LINUX", "KERNEL_CMDLINE[default]" */
	size_t value_at, value_length; /* as it is written, quotes and all; an array's brackets too
					*/
	unsigned int line;             /* of the name, from 1 */
	bool append;                   /* NAME+=value */
	bool certain;                  /* always carried out: it is in no condition or function */
};

/* A command that has another file read as if it stood here: ". FILE", "source FILE". */
struct shell_source {
	size_t at, length; /* up to the end of the command or line */
	unsigned int line; /* from 1 */
};

/* Where a reader is. Starts as {.data, .length}. */
struct shell_reader {
	const char *data;
	size_t length;
	size_t at;
	unsigned int line; /* how many ended before `at` */
	unsigned int depth;
	bool inside;   /* a command has begun: its words are no assignments */
	bool confused; /* there was something that this reader does not follow */
};

/* Takes the next assignment; false: there is none any more. */
bool shell_assignment_next(struct shell_reader *reader, struct shell_assignment *ret);

/* The same for the next command that reads another file, whether or not it is carried out. */
bool shell_source_next(struct shell_reader *reader, struct shell_source *ret);

bool shell_is(const struct shell_reader *reader, const struct shell_assignment *assignment,
	const char *name);

/*
 * Appends what a value means. `find` gives what a variable has at that point: "" if it is not set,
 * NULL if that is not known. -EINVAL: what it means cannot be known without executing it
 * (`command`, ${x:-y}); -ENOMEM.
 */
int shell_expand(const char *value, size_t length,
	const char *(*find)(void *context, const char *name, size_t length), void *context,
	struct text *ret) MUST_CHECK;
