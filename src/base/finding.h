/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What was found out about the machine, by `baton check`, or about a door, by `baton install`: like
 * a refusal it is data, says what, why and the remedy, and is the same in text and in JSON.
 */

enum finding_level {
	FINDING_OK,
	FINDING_NOTE,    /* nothing is wrong, and it is better known than found out */
	FINDING_WARNING, /* it works, but not everything is as it should be */
	FINDING_ERROR,   /* it does not work, or is dangerous */
	FINDING_NEXT,    /* nothing is wrong: what a person may want to do now */
	FINDING_LEVEL_COUNT,
};

struct finding {
	const char *id; /* a section of baton-findings(7): "acs-override"; empty: it has none */
	enum finding_level level;
	char *subject; /* a path, a guest, a card */
	char *reason;  /* completes the sentence "SUBJECT ..." */
	char *remedy;  /* a command, or what to do; empty: nothing */

	/* Where it is to be seen. */
	char *file;        /* NULL: in no one file */
	unsigned int line; /* 0: the whole file */
	char *value;       /* that line, or what is there; NULL: nothing in particular */
};

/* Starts as {0}. A failure sticks: findings_check tells. */
struct findings {
	struct finding *items;
	size_t count;
	int r;
};

void findings_add(struct findings *findings, const char *id, enum finding_level level,
	const char *subject, const char *remedy, const char *reason, ...) PRINTF(6, 7);

/* Where the last one is to be seen; file and value may be NULL. */
void findings_locate(
	struct findings *findings, const char *file, unsigned int line, const char *value);

/* 0, or -ENOMEM if one of them could not be added. */
int findings_check(const struct findings *findings) MUST_CHECK;

/* Is there one of that level? */
bool findings_have(const struct findings *findings, enum finding_level level);

/* Is there an error among them? */
bool findings_refuse(const struct findings *findings);
void findings_free(struct findings *findings);

#define AUTO_FINDINGS CLEANUP(findings_free)

const char *finding_level_name(enum finding_level level); /* "warning" */
