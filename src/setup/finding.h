/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What was found out about a door: like a refusal it is data, says what, why and the remedy, and is
 * the same in text and in JSON.
 */

enum finding_level {
	FINDING_OK,
	FINDING_WARNING, /* the door works, but not everything is as it should be */
	FINDING_ERROR,   /* the door would be useless or dangerous */
	FINDING_NEXT,    /* nothing is wrong: what a person may want to do now */
	FINDING_LEVEL_COUNT,
};

struct finding {
	enum finding_level level;
	char *subject; /* a path, a guest, a card */
	char *reason;  /* completes the sentence "SUBJECT ..." */
	char *remedy;  /* a command, or what to do; empty: nothing */
};

/* Starts as {0}. A failure sticks: findings_check tells. */
struct findings {
	struct finding *items;
	size_t count;
	int r;
};

void findings_add(struct findings *findings, enum finding_level level, const char *subject,
	const char *remedy, const char *reason, ...) PRINTF(5, 6);

/* 0, or -ENOMEM if one of them could not be added. */
int findings_check(const struct findings *findings) MUST_CHECK;

/* Is there an error among them? */
bool findings_refuse(const struct findings *findings);
void findings_free(struct findings *findings);

#define AUTO_FINDINGS CLEANUP(findings_free)

const char *finding_level_name(enum finding_level level); /* "warning" */
