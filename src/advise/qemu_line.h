/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "advise/conf.h"
#include "advise/model.h"
#include "base/text.h"

/* A line of QEMU's command line as text (advise/unit.h): an option, without its dashes, and its
 * value. */
struct qemu_line {
	size_t begin, end; /* its newline included */
	char option[32];
	char value[CONF_VALUE_SIZE];
};

/* The next at *at that has an option: false at the end. What is longer is none of ours. */
bool qemu_line_next(const struct text *document, size_t *at, struct qemu_line *ret);

/* The last one of that option, which is the one that counts. false: there is none. */
bool qemu_line_find(const struct text *document, const char *option, struct qemu_line *ret);

/* Is it a -device of that driver? */
bool qemu_line_is_device(const struct qemu_line *line, const char *driver);

/* The host's device that it gives the guest. */
bool qemu_line_address(const struct qemu_line *line, struct address *ret);

/* What -machine or -M says, or QEMU's own choice. */
enum model_chipset qemu_line_chipset(const struct text *document);
