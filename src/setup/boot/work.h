/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "setup/boot/make.h"

#include <sys/stat.h>

/* What is at work, under the lock. */
struct work {
	const struct boot_setup *setup;
	int lock, directory;
	unsigned int number;
	bool untouched; /* no program has changed anything that the machine starts from */
	const struct text *images; /* what there was to start from (setup/boot/fresh.h) */
	size_t ran;                /* this many commands of the plan came to their end */
	struct findings *findings;
	struct error *error;

	/* Nothing is done, and what would be comes into this (setup/boot/preview.h); or NULL. */
	struct boot_plan *preview;
};

/* The first failure is the one that is returned; each is told of where it happens. */
struct trouble {
	int r;
	struct error error;
};

/* Takes work's error for the first trouble, if r is a failure. */
void work_note(const struct work *work, struct trouble *first, int r);

/*
 * One file of a plan. Each says in work's error what is wrong with it, but for work_read, of which
 * much is no failure.
 */
int work_cannot(const struct work *work, const char *what, const struct boot_file *file, int r);

/* What is in the file now, and whose it is: -ENOENT. */
int work_read(const struct work *work, const struct boot_file *file, struct text *ret,
	struct stat *ret_stat) MUST_CHECK;

/* What it is to have afterwards. */
int work_put(const struct work *work, const struct boot_file *file) MUST_CHECK;

/* stat: whose it is and who may read it. Somebody may have changed that, too. */
int work_put_as(const struct work *work, const struct boot_file *file, const struct text *content,
	const struct stat *stat) MUST_CHECK;
int work_remove(const struct work *work, const struct boot_file *file) MUST_CHECK;

/*
 * One of the system's programs, to its end; listen is given what it prints. work_hear, with the
 * work as context, keeps it beside the record and passes it on.
 */
int work_run(const struct work *work, const struct names *words,
	void (*listen)(void *context, const char *data, size_t length), void *context) MUST_CHECK;
void work_hear(void *context, const char *data, size_t length);

bool same_text(const struct text *a, const struct text *b);
