/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * A directory of one's own that stands for a machine's root: files written into it are what the
 * machine shows, and what was written to them is what was done to it. Paths are relative to it.
 */
struct tree {
	char path[64];
	int fd;
};

/* Each stops the test if it cannot be done. */
void tree_make(struct tree *tree);
void tree_remove(struct tree *tree);
void tree_directory(const struct tree *tree, const char *path); /* with all above it */
void tree_file(const struct tree *tree, const char *path, const char *content);
void tree_bytes(const struct tree *tree, const char *path, const char *data, size_t length);
void tree_link(const struct tree *tree, const char *path, const char *target);
void tree_fifo(const struct tree *tree, const char *path);
void tree_unlink(const struct tree *tree, const char *path);

/* Does the file hold exactly that? */
bool tree_holds(const struct tree *tree, const char *path, const char *content);
