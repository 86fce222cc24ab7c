/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

/*
 * The QEMU that a unit runs under `baton run`: the words of its ExecStart, from the program's name
 * on, as systemd reads them (systemd.service(5), "Command lines"; systemd.syntax(7), "Quoting").
 */

#define UNIT_FILE_MAX ((size_t)1 << 20) /* bytes */

/*
 * instance: what %i stands for; empty: none. -ENOENT: no ExecStart runs baton; -EINVAL, with the
 * line.
 */
int unit_qemu(const char *data, size_t length, const char *instance, struct names *ret,
	struct error *error) MUST_CHECK;

/*
 * The words as text: an option and its value in a line, and back. -EINVAL: a word has a newline in
 * it.
 */
int unit_format(const struct names *words, struct text *ret) MUST_CHECK;
int unit_parse(const struct text *document, struct names *ret) MUST_CHECK;
