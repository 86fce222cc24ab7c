/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the analyzer cannot know of the functions that it does not see: included by tools/lint in
 * front of every file. A failure is below 0, so what a function gives on success has been given.
 */
#include <errno.h>

#include "base/error.h"

static inline int analyzer_failure(int r) {
	if (r >= 0) {
		__builtin_unreachable();
	}
	return r;
}

static inline int *analyzer_errno(void) {
	int *place = __errno_location();

	if (*place <= 0) {
		__builtin_unreachable();
	}
	return place;
}

#undef errno
#define errno                    (*analyzer_errno())
#define error_set(error, r, ...) ((void)error_set(error, r, __VA_ARGS__), analyzer_failure(r))
#define error_add(error, r, ...) ((void)error_add(error, r, __VA_ARGS__), analyzer_failure(r))
