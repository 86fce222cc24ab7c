/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

/*
 * The index that depmod makes of modules.alias (modules.alias.bin): a tree of the patterns by their
 * letters. It is read where a few patterns of many thousand are wanted: the text is a megabyte and
 * more, and reading it would cost more than all the rest of a snapshot.
 *
 * Format (kmod, libkmod-index.c; numbers are big endian): magic, version, offset of the root. An
 * offset's upper bits say what the node has, in this order: a prefix; first and last letter of its
 * children and an offset for each (0: none); values, each with its priority.
 */

/*
 * Calls `found` with each key that begins with prefix, and each of its values, until that returns
 * other than 0; returns that. -EBADMSG: it is no such index. Limits keep a broken one from taking
 * for ever.
 */
int index_search(int fd, const char *prefix,
	int (*found)(void *context, const char *key, const char *value), void *context) MUST_CHECK;
