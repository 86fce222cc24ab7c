// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/trace.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Every reader would have to hand it on, and only one command ever has one. */
static struct trace *current;

void trace_begin(void *memory, size_t size) {
	current = memory;
	current->size = size - sizeof(*current);
	atomic_store(&current->length, 0);
}

int trace_end(void) {
	const struct trace *trace = current;

	current = NULL;
	return atomic_load(&trace->length) > trace->size ? -E2BIG : 0;
}

/* Where the directory is, as the kernel knows it: without links. */
static size_t write_directory(int dir, char *ret, size_t size) {
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	n = readlink(path, ret, size);
	return n < 0 ? 0 : (size_t)n;
}

static void note(int dir, const char *path, enum trace_kind kind) {
	char whole[2 * PATH_MAX];
	size_t length = strlen(path), at, start;

	start = write_directory(dir, whole + 1, PATH_MAX) + 1;
	if (start == 1 || length + 1 > sizeof(whole) - start - 1) {
		return;
	}
	whole[0] = (char)kind;
	whole[start] = '/';
	memcpy(whole + start + 1, path, length + 1);
	length += start + 2;
	/* A child that was given up may still note something: nobody writes where another does. */
	at = atomic_fetch_add(&current->length, length);
	if (at <= current->size && length <= current->size - at) {
		memcpy(current->data + at, whole, length);
	}
}

void trace_note(int dir, const char *path, enum trace_kind kind) {
	int before = errno;

	if (current) {
		note(dir, path, kind);
		errno = before;
	}
}

int trace_each(const struct trace *trace,
	int (*found)(void *context, enum trace_kind kind, const char *path), void *context) {
	size_t length = atomic_load(&trace->length), at = 0;

	length = length < trace->size ? length : trace->size;
	while (at < length) {
		const char *note = trace->data + at;
		size_t size = strnlen(note, length - at);
		int r = size > 1 ? found(context, (enum trace_kind)note[0], note + 1) : 0;

		if (r != 0) {
			return r;
		}
		at += size + 1;
	}
	return 0;
}
