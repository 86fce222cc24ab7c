/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"

#include <stdbool.h>

/*
 * Writes the value to a file that exists below the directory fd root, with one write: one change in
 * sysfs is one write. The error is the kernel's, with a sentence that names the file.
 */
int attribute_write(int root, const char *path, const char *value, struct error *error) MUST_CHECK;

/*
 * May the word stand in a path? Not empty, no '/', not "." or "..". Everything that comes from a
 * journal or a guest's definition is asked before it becomes part of a path.
 */
bool word_is_name(const char *word);
