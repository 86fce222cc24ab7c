/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "sanitizer.h"

#include <stdlib.h>
#include <string.h>

/*
 * How much to try: ./check sets BATON_TESTS. With the sanitizer everything takes ten times as long,
 * so that its build tries only what the fast check does, unless there is time for all.
 */
enum length {
	LENGTH_FAST,
	LENGTH_CHECK,
	LENGTH_LONG,
};

/* What was asked for, however much slower this build is. */
static inline enum length length_asked(void) {
	const char *tests = getenv("BATON_TESTS");

	if (tests && strcmp(tests, "long") == 0) {
		return LENGTH_LONG;
	}
	return tests && strcmp(tests, "fast") == 0 ? LENGTH_FAST : LENGTH_CHECK;
}

static inline enum length length_of_tests(void) {
	enum length asked = length_asked();

	if (!HAS_ASAN) {
		return asked;
	}
	return asked == LENGTH_LONG ? LENGTH_CHECK : LENGTH_FAST;
}
