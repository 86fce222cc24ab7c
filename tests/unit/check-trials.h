/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stddef.h>

/*
 * For each finding a machine on which it is found, made of one on which it is not (docs/FINDINGS.md
 * says of which kind they are). Texts are in the format of tests/machines/README.md.
 */
struct trial {
	const char *id;
	const char *machine; /* where it is found, after what follows */
	const char *sound;   /* where it is not; NULL: on that machine as it was */
	const char *before;  /* is there in both cases; NULL: nothing */
	const char *broken;
	const char *removed;    /* a path that is taken away first */
	const char *executable; /* a file that becomes one, in both cases */
	const char *old;        /* a file that becomes older than all others */
	const char *writable;   /* a directory that everybody may write */
	const char *word;       /* of the command line: which device or guest */
	const char *sound_word; /* the same on the sound machine */
};

extern const struct trial trials[];
extern const size_t trial_count;
