// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/run.h"

#include <errno.h>
#include <string.h>

#include "run/change.h"

/* The way out: each step read, journaled, tried and read back. */

static void tell(struct ops *ops, const struct journal *journal, const struct step *step,
	enum outcome outcome, uint64_t since_us, const char *detail) {
	struct event event = {
		.guest = journal->title,
		.step = step,
		.outcome = outcome,
		.duration_us = ops->now_us(ops) - since_us,
		.detail = detail,
	};

	ops->tell(ops, &event);
}

/*
 * Compare and set: the fact must still be what the plan was made for. *ret_done: it has the wanted
 * value already, because another guest's hand-over needs it so too, or because somebody was
 * quicker. It is noted all the same: from here on it is ours to undo.
 */
static int compare(
	struct ops *ops, const struct planned *planned, bool *ret_done, struct error *error) {
	const struct step *step = &planned->step;
	char value[VALUE_SIZE];
	int r = ops->get(ops, step->fact, step->subject, value, error);

	if (r < 0) {
		return r;
	}
	*ret_done = strcmp(value, step->to) == 0;
	if (*ret_done || (!planned->shared && strcmp(value, step->from) == 0)) {
		return 0;
	}
	return error_set(error, -ESTALE,
		"%s %s is \"%s\", not \"%s\" as planned: somebody else changed it, try again",
		fact_name(step->fact), step->subject, value,
		planned->shared ? step->to : step->from);
}

/*
 * A driver that goes as an effect is noted before the step, so that it is undone after the step: by
 * then it is back by itself, and if not, it is brought back by name.
 */
static int note_effects(struct ops *ops, struct journal *journal, const struct planned *planned,
	struct error *error) {
	for (size_t i = 0; i < planned->effect_count; i++) {
		const struct effect *effect = &planned->effects[i];
		int r = 0;

		if (effect->change.fact == FACT_DRIVER && !effect->lost) {
			r = journal_push(ops, journal, &effect->change, false, error);
		}
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

/* A driver that did not go with the step is a failure; anything else only worth a word. */
static int check_effects(struct ops *ops, struct journal *journal, const struct planned *planned,
	struct error *error) {
	for (size_t i = 0; i < planned->effect_count; i++) {
		const struct step *effect = &planned->effects[i].change;
		char value[VALUE_SIZE] = VALUE_NONE;
		struct error why = {0};
		int r = ops->get(ops, effect->fact, effect->subject, value, &why);

		if (r < 0 && r != -ENODEV) {
			return error_set(error, r, "%s", why.text);
		}
		if (strcmp(value, effect->to) == 0) {
			continue;
		}
		if (effect->fact == FACT_DRIVER) {
			return error_set(error, -EIO, "%s still has the driver \"%s\"",
				effect->subject, value);
		}
		tell(ops, journal, effect, OUTCOME_LEFT_ALONE, ops->now_us(ops),
			"was expected to change along, and did not");
	}
	return 0;
}

/*
 * Modules go one after the other, and the last takes drivers along: who has one of its devices open
 * keeps the first of them from going already.
 */
static int prove_module_free(struct ops *ops, const struct planned *planned,
	const struct planned *end, struct error *error) {
	int r = 0;

	for (; planned < end && planned->step.fact == FACT_MODULE; planned++) {
		for (size_t i = 0; r == 0 && i < planned->effect_count; i++) {
			r = change_prove_free(ops, &planned->effects[i].change, error);
		}
	}
	return r;
}

static int try_step(struct ops *ops, struct journal *journal, const struct planned *planned,
	const struct planned *end, struct error *error) {
	const struct step *step = &planned->step;
	int r = change_identify(ops, journal, step, error);

	r = r < 0 ? r : change_prove_free(ops, step, error);
	r = r < 0 ? r : prove_module_free(ops, planned, end, error);
	if (r < 0) {
		return r;
	}
	r = note_effects(ops, journal, planned, error);
	r = r < 0 ? r : journal_push(ops, journal, step, true, error);
	r = r < 0 ? r : change(ops, journal, journal->record_count - 1, step, false, error);
	return r < 0 ? r : check_effects(ops, journal, planned, error);
}

/* A writer that is still in the kernel, or has died there, is no small thing. */
static bool goes_without(const struct planned *planned, int r) {
	return planned->dispensable && r != -EINPROGRESS && r != -EOWNERDEAD;
}

/* end: behind the last step of the plan. A sentence beside a 0 is a remark. */
static int take_step(struct ops *ops, struct journal *journal, const struct planned *planned,
	const struct planned *end, struct error *error) {
	uint64_t since_us = ops->now_us(ops);
	/* What only is to be there again needs nothing now. */
	bool done = planned->adopted || step_only_records(&planned->step);
	int r = done ? 0 : compare(ops, planned, &done, error);

	if (r == 0 && done) {
		r = journal_push(ops, journal, &planned->step, false, error);
	} else if (r == 0) {
		r = try_step(ops, journal, planned, end, error);
	}
	if (r < 0) {
		bool without = goes_without(planned, r);

		if (without) {
			error_add(error, r, "gone on without it");
		}
		tell(ops, journal, &planned->step, OUTCOME_FAILED, since_us,
			error->text[0] ? error->text : NULL);
		return without ? 0 : r;
	}
	if (!step_only_records(&planned->step)) {
		tell(ops, journal, &planned->step, done ? OUTCOME_SHARED : OUTCOME_DONE, since_us,
			error->text[0] ? error->text : NULL);
	}
	return 0;
}

enum result run_plan(
	struct ops *ops, struct journal *journal, const struct plan *plan, struct error *error) {
	struct error why = {0}, left = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->step_count; i++) {
		why.text[0] = '\0';
		r = take_step(ops, journal, &plan->steps[i], plan->steps + plan->step_count, &why);
	}
	r = r < 0 ? r : journal_hold(ops, journal, &why);
	if (r == 0) {
		return RESULT_DONE;
	}
	if (run_undo(ops, journal, &left) == RESULT_DONE) {
		error_set(error, r, "%s", why.text);
		return RESULT_UNDONE;
	}
	error_set(error, r, "%s; and not everything could be undone: %s", why.text, left.text);
	return RESULT_UNRESOLVED;
}
