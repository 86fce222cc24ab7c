/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/file.h"

#define WORDS_MAX        4096
#define WORDS_LENGTH_MAX ((size_t)64 << 10)

/*
 * Splits a text into words as Proxmox does with the value of `args:` (split_args in PVE::Tools,
 * which is shellwords of Perl's Text::ParseWords). Blanks separate: ' ', \t, \n, \v, \f, \r. A
 * backslash takes the next byte as it is, also between "". Between '' it does so too, but stays in
 * the word. Quoted and plain parts that touch are one word; "" alone is an empty one.
 *
 * -EINVAL: a quote is not closed, or the last byte is a backslash. Proxmox drops all words then and
 * starts the guest without any; a guest that was to get a device is better told. -E2BIG above
 * WORDS_MAX words or WORDS_LENGTH_MAX bytes. *ret is untouched on failure, the caller's otherwise.
 */
int words_split(const char *text, struct names *ret, struct error *error) MUST_CHECK;
