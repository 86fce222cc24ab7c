/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"

#include <stddef.h>

/*
 * A shared library that is loaded when it is needed: linking with libsystemd and libkmod would make
 * every start of the program several times as long (contracts.md F), also of the hook calls that
 * concern no device. Each library has one file here that knows its functions.
 */
struct symbol {
	const char *name;
	size_t offset; /* of the function's pointer in the table */
};

#define SYMBOL_POINTER(name) __typeof__(&(name)) name

/* Loads the library and fills the table; stays loaded. -ENOPKG: it or a function is missing. */
int library_load(const char *soname, const struct symbol *symbols, size_t count, void *table,
	struct error *error) MUST_CHECK;
