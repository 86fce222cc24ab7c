/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/look.h"

struct statx;

/* The process that is looked at, or a thread of it, and where its part of what was found begins. */
struct subject {
	struct look *look;
	int pid;
	int directory; /* who.h */
	bool thread;
	size_t first;
};

/* Adds it for every device of the node; and for that one alone. */
void subject_add(const struct subject *subject, const struct node *node, enum holder_way way);
void subject_add_one(const struct subject *subject, const struct node *node, enum holder_way way);

/* The same of one that is on a file system of the node's: of these not all are named. */
void subject_add_on_disk(
	const struct subject *subject, const struct node *node, enum holder_way way);

/* What a link of /proc leads to. The kernel does not ask a file server for that. -errno. */
int subject_look_up(int directory, const char *name, struct statx *ret) MUST_CHECK;

/* The node that the file is, or that a path names where links are only text. NULL: none. */
const struct node *subject_find_device(const struct subject *subject, const struct statx *file);
const struct node *subject_find_path(const struct subject *subject, const char *path);

/* Adds what its memory has mapped. *ret_any: has it any memory? -errno. */
int subject_look_at_memory(const struct subject *subject, bool *ret_any) MUST_CHECK;
