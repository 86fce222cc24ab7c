// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/oops.h"

#include <errno.h>

size_t oops_count(const struct journal *journal) {
	size_t count = 0;

	for (size_t i = 0; i < journal->record_count; i++) {
		count += journal->records[i].oopsed;
	}
	return count;
}

/* Is it an oops's own record, or one that has to be undone after such a one? */
static bool is_lost(const struct journal *journal, size_t index) {
	const struct record *record = &journal->records[index];

	for (size_t i = index; i < journal->record_count; i++) {
		const struct record *later = &journal->records[i];

		if (later->oopsed && (i == index || step_depends(&record->step, &later->step))) {
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

/* If it cannot be written, the kernel's count says it again the next time. */
static void mark(struct ops *ops, struct journal *journal, size_t index, int64_t count) {
	struct record *record = &journal->records[index];

	if (record->step.fact == FACT_SERVICE) {
		(void)!journal_oopses(ops, journal, count, NULL);
	} else {
		(void)!journal_oops(ops, journal, index, count, NULL);
		record->oopsed = true;
	}
	journal->oopses = count;
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

/*
 * A writer that was left in the kernel may die there later than the one that came after it: then
 * its record is there still, and it is not.
 */
static size_t find_culprit(struct ops *ops, const struct journal *journal, size_t otherwise) {
	for (size_t i = 0; i < journal->record_count; i++) {
		if (i != otherwise && is_suspect(journal, i) &&
			!ops->alive(ops, journal->records[i].writer)) {
			return i;
		}
	}
	return otherwise;
}

int oops_check(struct ops *ops, struct journal *journal, const struct attempt *attempt,
	struct error *error) {
	const struct step *made = attempt->step;
	int64_t count = ops->oopses(ops);
	size_t culprit = attempt->index;

	if (count < 0 || journal->oopses < 0 || count <= journal->oopses) {
		return attempt->r;
	}
	if (!attempt->died) {
		culprit = find_culprit(ops, journal, attempt->index);
	}
	mark(ops, journal, culprit, count);
	if (culprit != attempt->index) {
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

void oops_find(struct ops *ops, struct journal *journal) {
	int64_t count = ops->oopses(ops);
	size_t culprit;

	if (count < 0 || count == journal->oopses || journal->record_count == 0) {
		return;
	}
	culprit = find_culprit(ops, journal, journal->written);
	if (journal->oopses >= 0 && is_suspect(journal, culprit)) {
		mark(ops, journal, culprit, count);
	} else {
		(void)!journal_oopses(ops, journal, count, NULL);
		journal->oopses = count;
	}
}
