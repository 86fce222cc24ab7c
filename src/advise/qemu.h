/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "advise/advice.h"
#include "base/text.h"

/*
 * A guest of QEMU alone: its command line as text, an option in a line (advise/unit.h). What stands
 * in files of -readconfig is not looked at.
 */

/* -EINVAL: QEMU would not take it (request/qemu/arguments.h); -ENOMEM. */
int qemu_model(const char *name, const struct text *document, struct model *ret,
	struct error *error) MUST_CHECK;

/* Makes the change in the document. -EINVAL, -ENOMEM. */
int qemu_change(const struct ground *ground, const struct change *change, struct text *document,
	struct error *error) MUST_CHECK;

/* The whole command for a shell. -ENOMEM. */
int qemu_command(const struct text *document, struct text *ret) MUST_CHECK;
