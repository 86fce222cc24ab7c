/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * What is looked at below roots can be noted, so that `baton capture` writes down what the other
 * commands read, whatever that is by then: a list of paths would be out of date with the next fact.
 * All readers go through base/file.h or note by themselves what they open in another way
 * (tests/tidy/symbols.py knows who may).
 *
 * The notes are in memory that children share, because much is read by a child (base/aside.h).
 * There is one trace, or none: then a note costs a comparison.
 */
enum trace_kind {
	TRACE_FILE = 'f',   /* opened to be read */
	TRACE_PLACE = 'p',  /* only: is it there, and what is it */
	TRACE_LINK = 'l',   /* the link itself */
	TRACE_LIST = 'd',   /* the names in a directory */
	TRACE_HIDDEN = 'h', /* there, and not for us */
	TRACE_ABSENT = 'a', /* not there: the directory where it would be may be */
};

struct trace {
	size_t size; /* of data */
	_Atomic size_t length;
	char data[]; /* for each: the kind, and the path from the machine's root on, with its zero
		      */
};

/* From here on everything is noted in the memory, which is size bytes, zeroed, and shared. */
void trace_begin(void *memory, size_t size);

/* Nothing is noted any more. -E2BIG: there was more than the memory holds. */
int trace_end(void) MUST_CHECK;

/* Notes a path below a directory's descriptor. */
void trace_note(int dir, const char *path, enum trace_kind kind);

/* Calls found with each note; other than 0 ends it and is returned. */
int trace_each(const struct trace *trace,
	int (*found)(void *context, enum trace_kind kind, const char *path), void *context)
	MUST_CHECK;
