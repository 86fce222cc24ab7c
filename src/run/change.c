// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/change.h"

#include <errno.h>
#include <string.h>

#include "run/oops.h"

static int read_back(struct ops *ops, const struct step *step, struct error *error) {
	char value[VALUE_SIZE];
	int r = ops->get(ops, step->fact, step->subject, value, error);

	if (r < 0) {
		return r;
	}
	if (strcmp(value, step->to) != 0) {
		return error_set(error, -EIO, "%s %s is \"%s\" after the change to \"%s\"",
			fact_name(step->fact), step->subject, value, step->to);
	}
	return 0;
}

/* Success of a write is only a claim, and so is its failure on the way home: the fact decides. */
static int settle(
	struct ops *ops, const struct step *step, bool home, int committed, struct error *error) {
	struct error ignored;

	if (committed == 0) {
		return read_back(ops, step, error);
	}
	if (home && committed != -EINPROGRESS && read_back(ops, step, &ignored) == 0) {
		return 0;
	}
	return committed;
}

/* Its writer has come back, whatever has become of the change: it cannot die in it any more. If
 * that cannot be written, it may still be suspected of that. */
static void end_writer(
	struct ops *ops, struct journal *journal, size_t index, const struct writer *writer) {
	if (writer->process.pid) {
		(void)!journal_writer(ops, journal, index, (struct process){0}, NULL);
	}
}

int change(struct ops *ops, struct journal *journal, size_t index, const struct step *step,
	bool home, struct error *error) {
	struct attempt attempt = {.index = index, .step = step};
	struct writer writer;
	int committed, r = ops->begin(ops, step, home, &writer, error);

	if (r < 0) {
		return r;
	}
	if (writer.process.pid) {
		r = journal_writer(ops, journal, index, writer.process, error);
		if (r < 0) {
			ops->cancel(ops, &writer);
			return r;
		}
	}
	committed = ops->commit(ops, &writer, error);
	attempt.died = committed == -ECHILD;
	attempt.r = settle(ops, step, home, committed, error);
	if (attempt.r == -EINPROGRESS) {
		ops->explain(ops, writer.process, step->subject, error);
	}
	r = oops_check(ops, journal, &attempt, error);
	if (r < 0 && r != -EINPROGRESS && r != -EOWNERDEAD) {
		end_writer(ops, journal, index, &writer);
	}
	return r;
}

static const struct planned_device *find_device(const struct journal *journal, const char *name) {
	for (size_t i = 0; i < journal->device_count; i++) {
		if (strcmp(journal->devices[i].name, name) == 0) {
			return &journal->devices[i];
		}
	}
	return NULL;
}

int change_identify(struct ops *ops, const struct journal *journal, const struct step *step,
	struct error *error) {
	const struct planned_device *known;
	struct identity now;
	int r;

	if (!step_is_of_device(step)) {
		return 0;
	}
	known = find_device(journal, step->subject);
	if (!known) {
		return error_set(
			error, -ESTALE, "the journal does not say what %s is", step->subject);
	}
	r = ops->identify(ops, step->subject, &now, error);
	if (r < 0) {
		return r;
	}
	if (!identity_same(&known->identity, &now)) {
		return error_set(error, -ESTALE,
			"%s is now %04x:%04x, but the plan is for %04x:%04x: another device has taken "
			"the address",
			step->subject, now.vendor, now.device, known->identity.vendor,
			known->identity.device);
	}
	return 0;
}

int change_prove_free(struct ops *ops, const struct step *step, struct error *error) {
	if (step->fact == FACT_VF_COUNT && strcmp(step->to, "0") == 0) {
		return ops->prove_functions_free(ops, step->subject, error);
	}
	if (step->fact != FACT_DRIVER || strcmp(step->to, VALUE_NONE) != 0) {
		return 0;
	}
	return ops->prove_free(ops, step->subject, error);
}
