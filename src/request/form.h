/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

/*
 * Identifiers of a fixed form, such as "xxxx:xxxx": an x stands for a hexadecimal digit, all else
 * for itself. Writes value with small letters into ret, which has the size of form. -EINVAL: value
 * has not that form, and *ret is untouched.
 */
int form_read(const char *form, const char *value, char *ret) MUST_CHECK;
