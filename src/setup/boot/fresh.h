/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <time.h>

/*
 * Which files there are below /boot and /efi, where the machine starts from, that were written
 * since then. One that was written a moment before may be among them.
 */
struct fresh {
	int root;
	time_t since_s; /* since 1970 */
	int (*found)(void *context, const char *path);
	void *context;
};

/* Calls found until it returns other than 0, and returns that; -ENOMEM. */
int fresh_find(const struct fresh *fresh) MUST_CHECK;

/* 1: there is one; 0: none is. -ENOMEM. */
int fresh_any(int root, time_t since_s) MUST_CHECK;
