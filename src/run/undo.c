// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "run/change.h"
#include "run/oops.h"
#include "run/run.h"

/* The way back: the journal popped until it is empty. */

/*
 * A writer whose run was killed ends by itself as soon as it notices; only one that is stuck in the
 * kernel is still there after this time.
 */
#define LINGER_US ((uint64_t)2 * 1000 * 1000)

/* Was the value one that this journal itself saw before, further down? Then others were quicker. */
static bool was_before(const struct journal *journal, size_t index, const char *value) {
	for (size_t i = 0; i < index; i++) {
		const struct step *earlier = &journal->records[i].step;

		if (step_same_fact(earlier, &journal->records[index].step) &&
			strcmp(earlier->from, value) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_claimed(const struct claims *claims, const struct step *step) {
	for (size_t i = 0; i < claims->count; i++) {
		if (step_same_fact(&claims->claims[i].step, step)) {
			return true;
		}
	}
	return false;
}

/* Turns the step of one record round. The fact is known to have the value that the step gave it. */
static enum outcome turn_round(
	struct ops *ops, struct journal *journal, size_t index, struct error *error) {
	struct step reverse = step_reverse(&journal->records[index].step);
	int r = change_prove_free(ops, &reverse, error);

	r = r < 0 ? r : change(ops, journal, index, &reverse, true, error);
	if (r == -EINPROGRESS) {
		return OUTCOME_STUCK;
	}
	/* It lists methods that it does not take back, and never will (linux/reset_method.c). */
	if (r == -EINVAL && reverse.fact == FACT_RESET_METHOD) {
		return OUTCOME_LEFT_ALONE;
	}
	return r < 0 ? OUTCOME_FAILED : OUTCOME_UNDONE;
}

/* Is the value one that a later step of this journal gave the fact, and that was undone before? */
static bool was_ours(const struct journal *journal, size_t index, const char *value) {
	for (size_t i = index + 1; i < journal->record_count; i++) {
		const struct step *later = &journal->records[i].step;

		if (step_same_fact(later, &journal->records[index].step) &&
			strcmp(later->to, value) == 0) {
			return true;
		}
	}
	return false;
}

/*
 * Does an earlier record bring the fact home from the same value? Then what it was in between was
 * the machine's own doing (a driver that lets its device sleep), and nobody's to put back.
 */
static bool is_for_earlier(const struct journal *journal, size_t index) {
	const struct step *step = &journal->records[index].step;

	for (size_t i = 0; i < index; i++) {
		const struct record *earlier = &journal->records[i];

		if (!earlier->popped && step_same_fact(&earlier->step, step) &&
			strcmp(earlier->step.to, step->to) == 0) {
			return true;
		}
	}
	return false;
}

/* Has somebody named the driver that has the device now? Then it has it by his will. */
static bool is_named(struct ops *ops, const struct step *step, const char *driver) {
	char override[VALUE_SIZE];

	return step->fact == FACT_DRIVER &&
	       ops->get(ops, FACT_OVERRIDE, step->subject, override, NULL) == 0 &&
	       strcmp(override, driver) == 0;
}

/* The driver that the device of the record has: does this journal say that it gave it to it? */
static bool has_our_driver(
	struct ops *ops, const struct journal *journal, size_t index, struct step *ret_release) {
	const char *subject = journal->records[index].step.subject;
	char driver[VALUE_SIZE];

	if (ops->get(ops, FACT_DRIVER, subject, driver, NULL) < 0 ||
		step_make(FACT_DRIVER, subject, driver, VALUE_NONE, ret_release) < 0) {
		return false;
	}
	for (size_t i = index + 1; i < journal->record_count; i++) {
		if (step_same_fact(&journal->records[i].step, ret_release) &&
			strcmp(journal->records[i].step.to, driver) == 0) {
			return !is_named(ops, ret_release, driver);
		}
	}
	return false;
}

/*
 * What the guest may have changed goes back from whatever it is. Not while a driver has the device:
 * vfio-pci's ids may have taken it again, and any other has it by somebody else's doing.
 */
static enum outcome restore(struct ops *ops, struct journal *journal, size_t index,
	const char *value, struct error *error) {
	struct step reverse = step_reverse(&journal->records[index].step), release;
	int r = name_set(reverse.from, sizeof(reverse.from), value);

	r = r < 0 ? r : change(ops, journal, index, &reverse, true, error);
	if (r == -EBUSY && !has_our_driver(ops, journal, index, &release)) {
		return OUTCOME_LEFT_ALONE;
	}
	if (r == -EBUSY) {
		r = change_prove_free(ops, &release, error);
		r = r < 0 ? r : change(ops, journal, index, &release, true, error);
		r = r < 0 ? r : change(ops, journal, index, &reverse, true, error);
	}
	if (r < 0) {
		return r == -EINPROGRESS ? OUTCOME_STUCK : OUTCOME_FAILED;
	}
	error_set(error, 0, "it was \"%s\"", value);
	return OUTCOME_UNDONE;
}

/* A device that vfio-pci's dynamic ids took again while it was on its way home (seed 001b). */
static int take_back(struct ops *ops, struct journal *journal, size_t index, const char *value,
	struct error *error) {
	struct step again = journal->records[index].step;
	int r = name_set(again.from, sizeof(again.from), value);

	r = r < 0 ? r : change_prove_free(ops, &again, error);
	return r < 0 ? r : change(ops, journal, index, &again, true, error);
}

/* Reads what the fact is and decides: nothing to do, not ours any more, or turn the step round. */
static enum outcome compare_and_undo(
	struct ops *ops, struct journal *journal, size_t index, struct error *error) {
	const struct step *step = &journal->records[index].step;
	char value[VALUE_SIZE];
	int r = ops->get(ops, step->fact, step->subject, value, error);

	if (r == -ENODEV) {
		return OUTCOME_GONE;
	}
	if (r < 0) {
		return OUTCOME_FAILED;
	}
	if (strcmp(value, step->from) == 0 || was_before(journal, index, value)) {
		return step_only_records(step) ? OUTCOME_STAYS : OUTCOME_UNDONE;
	}
	if (step_is_guests(step)) {
		return restore(ops, journal, index, value, error);
	}
	if (strcmp(value, step->to) == 0) {
		return turn_round(ops, journal, index, error);
	}
	if (!was_ours(journal, index, value) || is_named(ops, step, value)) {
		error_set(error, -ESTALE, "it is \"%s\" now: somebody else changed it", value);
		return OUTCOME_LEFT_ALONE;
	}
	r = take_back(ops, journal, index, value, error);
	if (r < 0) {
		return r == -EINPROGRESS ? OUTCOME_STUCK : OUTCOME_FAILED;
	}
	return turn_round(ops, journal, index, error);
}

/* Is the writer still at its change, also after a moment? */
static bool is_stuck(struct ops *ops, struct process writer) {
	uint64_t until_us = ops->now_us(ops) + LINGER_US;

	while (ops->alive(ops, writer)) {
		uint64_t now_us = ops->now_us(ops);

		if (now_us >= until_us ||
			ops->watch(ops, &writer, 1, (unsigned int)((until_us - now_us) / 1000) + 1,
				NULL) < 0) {
			return true;
		}
	}
	return false;
}

/*
 * Whose change of this subject has not come back? Mostly the record's own; an earlier one's where a
 * setting could not be put back and the undo went on (run_undo).
 */
static const struct record *find_stuck(
	struct ops *ops, const struct journal *journal, const char *subject) {
	for (size_t i = 0; i < journal->record_count; i++) {
		const struct record *record = &journal->records[i];

		if (!record->popped && record->writer.pid &&
			strcmp(record->step.subject, subject) == 0 &&
			is_stuck(ops, record->writer)) {
			return record;
		}
	}
	return NULL;
}

/* What a plan named as lost: told of, unless it did not come to that. */
static enum outcome leave(struct ops *ops, const struct step *step, struct error *error) {
	char value[VALUE_SIZE];

	if (step->fact != FACT_PROCESS) {
		return OUTCOME_STAYS;
	}
	if (ops->get(ops, step->fact, step->subject, value, error) == 0 &&
		strcmp(value, VALUE_NONE) != 0) {
		return OUTCOME_UNDONE;
	}
	error_set(error, 0, "it was ended, and does not come back");
	return OUTCOME_STAYS;
}

/* A second oops: the damage is not where we thought, and nothing is touched any more. */
static bool is_given_up(const struct journal *journal, struct error *error) {
	if (oops_count(journal) < 2) {
		return false;
	}
	error_set(error, -EOWNERDEAD,
		"the kernel has oopsed more than once: nothing is touched any more, and only a "
		"reboot helps (`journalctl -k` says more)");
	return true;
}

static enum outcome undo_record(struct ops *ops, struct journal *journal, size_t index,
	const struct claims *claims, struct error *error) {
	const struct record *record = &journal->records[index];
	const struct record *stuck = find_stuck(ops, journal, record->step.subject), *oopsed;
	int r;

	/* Who has left the kernel by now may have died there, and the count knows that first. */
	oops_find(ops, journal);
	if (is_given_up(journal, error)) {
		return OUTCOME_STUCK;
	}
	oopsed = oops_at(journal, record->step.subject);
	if (oopsed) {
		(void)!oops_refuse(oopsed, error);
		return OUTCOME_STUCK;
	}
	if (stuck) {
		error_set(error, -EINPROGRESS,
			"%s %s is in flight: process %d is still in the kernel",
			fact_name(stuck->step.fact), stuck->step.subject, stuck->writer.pid);
		ops->explain(ops, stuck->writer, stuck->step.subject, error);
		return OUTCOME_STUCK;
	}
	if (is_for_earlier(journal, index)) {
		return OUTCOME_STAYS;
	}
	if (step_stays(&record->step)) {
		return leave(ops, &record->step, error);
	}
	if (is_claimed(claims, &record->step)) {
		return OUTCOME_SHARED;
	}
	r = change_identify(ops, journal, &record->step, error);
	if (r == -ENODEV) {
		return OUTCOME_GONE;
	}
	if (r < 0) {
		return r == -ESTALE ? OUTCOME_LEFT_ALONE : OUTCOME_FAILED;
	}
	return compare_and_undo(ops, journal, index, error);
}

/* Is a later step left undone that has to be undone before this one? */
static bool must_wait(const struct journal *journal, const bool *blocks, size_t index) {
	for (size_t i = index + 1; i < journal->record_count; i++) {
		if ((blocks[i] || journal->records[i].oopsed) &&
			step_depends(&journal->records[index].step, &journal->records[i].step)) {
			return true;
		}
	}
	return false;
}

static bool is_left(enum outcome outcome) {
	return outcome == OUTCOME_STUCK || outcome == OUTCOME_FAILED;
}

/* A device comes home also without a setting that does not come back, unless the kernel died of it.
 */
static bool may_be_left(const struct record *record) {
	return step_is_setting(&record->step) && !record->oopsed;
}

/* Undoes one record and pops it, unless it is left in the journal. */
static enum outcome undo(struct ops *ops, struct journal *journal, size_t index,
	const struct claims *claims, struct error *error) {
	struct step reverse = step_reverse(&journal->records[index].step);
	uint64_t since_us = ops->now_us(ops);
	struct event event = {.guest = journal->title, .step = &reverse};
	struct error why = {0};

	event.outcome = undo_record(ops, journal, index, claims, &why);
	event.duration_us = ops->now_us(ops) - since_us;
	event.detail = why.text[0] ? why.text : NULL;
	if (event.outcome != OUTCOME_STAYS || event.detail) {
		ops->tell(ops, &event);
	}
	if (is_left(event.outcome)) {
		error_set(error, -EIO, "%s", why.text);
		return event.outcome;
	}
	/* If the pop cannot be written, the fact says it the next time: undoing again does nothing.
	 */
	(void)!journal_pop(ops, journal, index, &why);
	return event.outcome;
}

/*
 * A journal of another guest that cannot be read keeps nothing from coming home: that guest has its
 * devices already, and neither a module nor a console that is back on the host takes them away
 * again, while without these the host's own card would stay dark. What others hold is left as it
 * is.
 */
static void read_claims(struct ops *ops, const struct journal *journal, struct claims *ret) {
	struct error missed;
	struct event event = {
		.guest = journal->title, .outcome = OUTCOME_LEFT_ALONE, .detail = missed.text};

	claims_read_some(ops, journal->guest, ret, &missed);
	if (missed.text[0]) {
		error_add(&missed, 0, "what another guest needs so is not known");
		ops->tell(ops, &event);
	}
}

enum result run_undo(struct ops *ops, struct journal *journal, struct error *error) {
	AUTO_CLAIMS struct claims claims = {0};
	bool blocks[PLAN_STEPS_MAX] = {false};
	struct error why = {0}, first = {0};
	size_t count_left = 0;

	read_claims(ops, journal, &claims);
	if (!journal->homeward && journal->record_count > 0) {
		/* Unwritten, it is only harder to see that this journal needs a repair. */
		(void)!journal_turn_home(ops, journal, &why);
	}
	for (size_t i = journal->record_count; i-- > 0;) {
		enum outcome outcome;

		if (journal->records[i].popped) {
			continue;
		}
		outcome = must_wait(journal, blocks, i) || is_given_up(journal, &why)
				  ? OUTCOME_STUCK
				  : undo(ops, journal, i, &claims, &why);
		count_left += is_left(outcome);
		blocks[i] = outcome == OUTCOME_STUCK ||
			    (outcome == OUTCOME_FAILED && !may_be_left(&journal->records[i]));
		if (is_left(outcome) && !first.text[0]) {
			first = why;
		}
	}
	if (count_left > 0) {
		error_set(error, -EIO, "%s", first.text);
		return RESULT_UNRESOLVED;
	}
	/* An empty journal that cannot be removed changes nothing: the next repair removes it. */
	(void)!ops->journal_remove(ops, journal->guest, &why);
	return RESULT_DONE;
}
