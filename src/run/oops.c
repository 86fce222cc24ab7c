// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/oops.h"

#include <errno.h>
#include <string.h>

/* Of several that are marked for one oops it was one: nobody knows which. */
size_t oops_count(const struct journal *journal) {
	size_t count = 0;

	for (size_t i = 0; i < journal->record_count; i++) {
		int64_t oopsed = journal->records[i].oopsed;
		size_t k = 0;

		while (k < i && journal->records[k].oopsed != oopsed) {
			k++;
		}
		count += oopsed && k == i;
	}
	return count;
}

const struct record *oops_at(const struct journal *journal, const char *subject) {
	for (size_t i = 0; i < journal->record_count; i++) {
		const struct record *record = &journal->records[i];

		if (record->oopsed && strcmp(record->step.subject, subject) == 0) {
			return record;
		}
	}
	return NULL;
}

/* Is it of what has oopsed, or one that has to be undone after such a one? */
static bool is_lost(const struct journal *journal, size_t index) {
	const struct record *record = &journal->records[index];

	if (oops_at(journal, record->step.subject)) {
		return true;
	}
	for (size_t i = index; i < journal->record_count; i++) {
		const struct record *later = &journal->records[i];

		if (later->oopsed && step_depends(&record->step, &later->step)) {
			return true;
		}
	}
	return false;
}

bool oops_is_final(const struct journal *journal) {
	size_t count = oops_count(journal);

	for (size_t i = 0; count == 1 && i < journal->record_count; i++) {
		if (!journal->records[i].popped && !is_lost(journal, i)) {
			return false;
		}
	}
	return count > 0;
}

/*
 * Is it written? If not, the kernel's count says it again to whoever comes next, and a later one
 * must not say that it is known of. open: it may have been one of those, too, that are marked next.
 */
static bool mark(struct ops *ops, struct journal *journal, size_t index, int64_t count, bool open) {
	struct record *record = &journal->records[index];

	if (journal->untold) {
		return false;
	}
	if (record->step.fact != FACT_SERVICE) {
		return journal_oops(ops, journal, index, count, open, NULL) == 0;
	}
	return open || journal_oopses(ops, journal, count, NULL) == 0;
}

/* In memory it is known in any case. */
static void know(struct journal *journal, size_t index, int64_t count) {
	struct record *record = &journal->records[index];

	if (record->step.fact != FACT_SERVICE) {
		record->oopsed = count;
	}
}

int oops_refuse(const struct record *record, struct error *error) {
	return error_set(error, -EOWNERDEAD,
		"%s %s: the kernel oopsed when it was changed, so nothing more is done to it; only "
		"a reboot helps (`journalctl -k` says more)",
		fact_name(record->step.fact), record->step.subject);
}

/* Was there a writer of which nobody knows that it was done? */
static bool is_suspect(const struct journal *journal, size_t index) {
	const struct record *record = &journal->records[index];

	return !record->popped && !record->oopsed && record->writer.pid;
}

static bool is_gone(struct ops *ops, const struct journal *journal, size_t index) {
	return is_suspect(journal, index) && !ops->alive(ops, journal->records[index].writer);
}

/* Records whose writers were left in the kernel, and are there no more. */
struct suspects {
	size_t index[PLAN_STEPS_MAX];
	size_t count;
};

#define NOBODY SIZE_MAX

static void find_suspects(
	struct ops *ops, const struct journal *journal, size_t except, struct suspects *ret) {
	ret->count = 0;
	for (size_t i = 0; i < journal->record_count; i++) {
		if (i != except && is_gone(ops, journal, i)) {
			ret->index[ret->count++] = i;
		}
	}
}

/* Marks all of them, each for an oops of its own as long as there are so many. */
static void accuse(
	struct ops *ops, struct journal *journal, const struct suspects *suspects, int64_t count) {
	int64_t oopses = journal->oopses;

	for (size_t i = 0; i < suspects->count; i++) {
		bool open;

		oopses += oopses < count;
		open = oopses == count && i + 1 < suspects->count;
		journal->untold |= !mark(ops, journal, suspects->index[i], oopses, open);
		know(journal, suspects->index[i], oopses);
	}
	journal->oopses = oopses;
}

/* Was it the attempt's own writer? One that came back did not die, if there is another one. */
static bool is_own(
	struct ops *ops, struct journal *journal, const struct attempt *attempt, int64_t count) {
	const struct suspects own = {{attempt->index}, 1};
	struct suspects others;

	if (attempt->died) {
		accuse(ops, journal, &own, journal->oopses + 1);
	}
	if (journal->oopses == count) {
		return true;
	}
	find_suspects(ops, journal, attempt->index, &others);
	accuse(ops, journal, &others, count);
	if (journal->oopses < count && !attempt->died) {
		accuse(ops, journal, &own, count);
		return true;
	}
	return attempt->died;
}

int oops_check(struct ops *ops, struct journal *journal, const struct attempt *attempt,
	struct error *error) {
	const struct step *made = attempt->step;
	int64_t count = ops->oopses(ops);

	if (count < 0 || journal->oopses < 0 || count <= journal->oopses ||
		!is_own(ops, journal, attempt, count)) {
		return attempt->r;
	}
	if (made->fact == FACT_SERVICE) {
		return error_set(error, -EOWNERDEAD,
			"the kernel has oopsed while %s went %s (`journalctl -k` says more): not "
			"gone on with, and a reboot is due",
			made->subject, made->to);
	}
	return error_set(error, -EOWNERDEAD,
		"the kernel has oopsed while %s %s was changed from \"%s\" to \"%s\": nothing more "
		"is done to it, and only a reboot helps (`journalctl -k` says more)",
		fact_name(made->fact), made->subject, made->from, made->to);
}

/* They were left in the kernel and are gone, and it has not oopsed: they have come back. */
static void clear(struct ops *ops, struct journal *journal) {
	for (size_t i = 0; journal->oopses >= 0 && i < journal->record_count; i++) {
		if (is_gone(ops, journal, i) && ops->oopses(ops) == journal->oopses) {
			(void)!journal_writer(ops, journal, i, (struct process){0}, NULL);
		}
	}
}

void oops_find(struct ops *ops, struct journal *journal) {
	int64_t count = ops->oopses(ops);
	struct suspects suspects;

	if (count < 0 || journal->record_count == 0) {
		return;
	}
	if (count == journal->oopses) {
		clear(ops, journal);
		return;
	}
	find_suspects(ops, journal, NOBODY, &suspects);
	if (suspects.count == 0 && is_suspect(journal, journal->written)) {
		suspects = (struct suspects){{journal->written}, 1};
	}
	if (journal->oopses >= 0 && suspects.count > 0) {
		accuse(ops, journal, &suspects, count);
	}
	if (journal->oopses != count) {
		(void)!journal_oopses(ops, journal, count, NULL);
		journal->oopses = count;
	}
}
