/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "capture/text.h"

#include <stdbool.h>

/* What a text makes, one by one: checked and counted, and handed on to the sink. */
struct entries {
	const struct text_sink *sink;
	size_t count;
};

/* Absolute, and without ".", ".." and empty components. */
bool entry_path_is_sound(const char *path);

/* Each returns what the sink does, -EINVAL or -E2BIG. */
int entry_directory(struct entries *entries, const char *path) MUST_CHECK;
int entry_file(struct entries *entries, const char *path, const char *data, size_t length)
	MUST_CHECK;
int entry_link(struct entries *entries, const char *path, const char *target) MUST_CHECK;

/* A link at `path` to the absolute `target`, in the relative form that sysfs has. */
int entry_link_to(struct entries *entries, const char *path, const char *target) MUST_CHECK;
