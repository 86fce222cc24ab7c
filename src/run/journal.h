/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "plan/plan.h"
#include "run/ops.h"

/*
 * The stack of steps begun and not undone, one per guest. docs/JOURNAL.md is the format, normative.
 * A step is pushed before it is tried and popped after it is undone. Every call appends one line
 * and syncs it before it returns; if that fails, the caller must not go on with the step.
 */

struct record {
	struct step step;
	bool popped;
	bool tried; /* false: another guest, or another step, did it; undone all the same */
	struct process writer; /* none: none recorded, or done with it */
	int64_t oopsed; /* which oops of the kernel's was, or may have been, while it was made or
			   undone: nothing more is done to it; 0: none */
};

struct journal {
	char guest[GUEST_SIZE];
	char title[TITLE_SIZE];
	char boot_id[40];
	struct owner owner;
	struct planned_device devices[PLAN_DEVICES_MAX];
	size_t device_count;
	struct record records[PLAN_STEPS_MAX];
	size_t record_count;
	bool held;         /* the guest has everything */
	bool homeward;     /* the way back has begun: whoever finds this journal goes on with it */
	bool torn;         /* the last line is torn: whoever wrote it died */
	unsigned int line; /* number of the last good line */
	unsigned int pushed; /* the same, if that is one that has added a record; else 0 */
	int64_t oopses;      /* of the kernel (ops.h) that are known of; -1: not known how many */
	bool untold;         /* an oops could not be written */
	size_t written;      /* the record that a writer was named for last */
};

/*
 * Reads a journal's text. -EBADMSG: not a torn line but a gap or a contradiction; nothing may be
 * touched then and a person must look. A torn line is no error.
 */
int journal_parse(const char *data, size_t length, struct journal *ret, struct error *error)
	MUST_CHECK;

/* -ENOENT: there is none. */
int journal_load(struct ops *ops, const char *guest, struct journal **ret, struct error *error)
	MUST_CHECK;
void journal_free(struct journal **journal);

#define AUTO_JOURNAL CLEANUP(journal_free)

/* What a journal begins with. */
struct beginning {
	const struct plan *plan;
	const struct request *request;
	const struct host *host;
	struct owner owner;
};

/* Makes the file with room for every line that the plan and its undo can need, and the first lines.
 */
int journal_create(struct ops *ops, const struct beginning *beginning, struct journal **ret,
	struct error *error) MUST_CHECK;

int journal_push(struct ops *ops, struct journal *journal, const struct step *step, bool tried,
	struct error *error) MUST_CHECK;
/* Also ends the writing of every other record that the same process was named for: it makes one
 * change at a time. No process: the record's own has come back. */
int journal_writer(struct ops *ops, struct journal *journal, size_t index, struct process writer,
	struct error *error) MUST_CHECK;
int journal_pop(struct ops *ops, struct journal *journal, size_t index, struct error *error)
	MUST_CHECK;
int journal_hold(struct ops *ops, struct journal *journal, struct error *error) MUST_CHECK;
int journal_turn_home(struct ops *ops, struct journal *journal, struct error *error) MUST_CHECK;

/*
 * How many oopses there have been, none of which is this hand-over's; and one that is. open: it may
 * have been another record's, too, which is said next.
 */
int journal_oopses(struct ops *ops, struct journal *journal, int64_t count, struct error *error)
	MUST_CHECK;
int journal_oops(struct ops *ops, struct journal *journal, size_t index, int64_t count, bool open,
	struct error *error) MUST_CHECK;

/*
 * The same for the record in memory alone. What is begun on the way out begins when all before it
 * is done: so a new record, like the end of the way out, ends the writing of those before.
 */
void journal_add(struct journal *journal, const struct step *step, bool tried);
void journal_set_writer(struct journal *journal, size_t index, struct process writer);
void journal_end_writers(struct journal *journal);
void journal_set_oops(struct journal *journal, size_t index, int64_t count, bool open);

/* Records that are not popped. */
size_t journal_depth(const struct journal *journal);

/* What all journals but that of `guest` hold. An unreadable journal is an error. */
int claims_read(struct ops *ops, const char *guest, struct claims *ret, struct error *error)
	MUST_CHECK;

/*
 * The same for a way home, which nothing may keep back: those that can be read. *ret_missed: why
 * one cannot be; empty: all can.
 */
void claims_read_some(
	struct ops *ops, const char *guest, struct claims *ret, struct error *ret_missed);
void claims_free(struct claims *claims);

/* Who has the device there, or NULL; where a person has it too, the guest. */
const struct claimed_device *claims_find_device(
	const struct claims *claims, struct address address);

#define AUTO_CLAIMS CLEANUP(claims_free)
