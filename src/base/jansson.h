/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/library.h"

#include <jansson.h>

/* The functions of jansson that we use, under their own names. All are in 2.13. */

/* clang-format off */
#define JANSSON_SYMBOLS(X)                                                                         \
	X(json_array)                                                                              \
	X(json_array_append_new)                                                                   \
	X(json_delete)                                                                             \
	X(json_dumps)                                                                              \
	X(json_false)                                                                              \
	X(json_integer)                                                                            \
	X(json_loads)                                                                              \
	X(json_null)                                                                               \
	X(json_object)                                                                             \
	X(json_object_get)                                                                         \
	X(json_object_set_new)                                                                     \
	X(json_string_value)                                                                       \
	X(json_stringn)                                                                            \
	X(json_true)
/* clang-format on */

#define JANSSON_POINTER(name) SYMBOL_POINTER(name);

struct jansson {
	JANSSON_SYMBOLS(JANSSON_POINTER)
};

/* The same table each time; loaded by the first call. */
int jansson_load(const struct jansson **ret, struct error *error) MUST_CHECK;

/* Lets go of *value, which may be NULL: json_decref is inline and would be linked with jansson. */
void jansson_release(json_t **value);

#define AUTO_JSON CLEANUP(jansson_release)
