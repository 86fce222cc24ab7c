/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "machine.h"

/* Makes everything that the text says, which is taken apart in place (tests/machines/README.md). */
int machine_fill(const struct machine *machine, char *text) MUST_CHECK;

/* What the text is made into. */
int machine_write_bytes(const struct machine *machine, const char *path, const char *data,
	size_t length) MUST_CHECK;
int machine_make_directory(const struct machine *machine, const char *path) MUST_CHECK;

/* A link at `path` to the absolute `target`, in the relative form that sysfs has. */
int machine_link_to(const struct machine *machine, const char *path, const char *target) MUST_CHECK;
