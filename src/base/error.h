/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

/*
 * The sentence that travels beside a negative errno, in the caller's frame: it owns nothing, so it
 * cannot fail, leak or dangle. Longer sentences are cut at the end. NULL is allowed everywhere that
 * a struct error * is asked for: the sentence is then dropped.
 */
struct error {
	char text[512];
};

/* Writes the sentence; returns r, so that it can close a function: return error_set(...). */
int error_set(struct error *error, int r, const char *format, ...) PRINTF(3, 4);

/* Puts context in front of the sentence that is there: "CONTEXT: SENTENCE". Returns r. */
int error_add(struct error *error, int r, const char *format, ...) PRINTF(3, 4);
