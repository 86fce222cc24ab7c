// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/stuck.h"

#include <errno.h>
#include <string.h>

#include "linux/deadline.h"
#include "linux/usage.h"
#include "linux/worker.h"
#include "plan/stuck.h"

/* The run has waited long enough by now. */
#define PATIENCE_MS 5000

struct question {
	int writer;
	char subject[SUBJECT_SIZE];
};

/* In a worker: reading of other processes may take for ever too. */
static int explain(struct machine *machine, const void *order, void *answer, struct error *error) {
	AUTO_HOLDERS struct holders holders = {0};
	AUTO_TEXT struct text text = {0};
	const struct question *question = order;
	struct address device;
	const struct usage usage = {&device, 1, USAGE_PROCESSES};
	struct stuck stuck;
	size_t hidden;
	int r = stuck_read(machine->root, question->writer, &stuck);

	if (r == 0 && address_parse(question->subject, &device) == 0) {
		/* Who has it open is worth a word, and no failure. */
		(void)!usage_read(machine->root, &usage, &holders, &hidden, NULL);
	}
	r = r < 0 ? r
		  : stuck_explain(&stuck, question->subject, holders.holders, holders.count, &text);
	if (r < 0) {
		return error_set(error, r, "nothing is known of process %d", question->writer);
	}
	strncpy(((struct error *)answer)->text, text.data, sizeof(struct error) - 1);
	return 0;
}

void stuck_explain_writer(
	struct ops *ops, struct process writer, const char *subject, struct error *error) {
	struct question question = {.writer = writer.pid};
	const struct duty duty = {explain, &question, sizeof(question), sizeof(struct error)};
	struct error why = {0}, said;

	if (!error || name_set(question.subject, sizeof(question.subject), subject) < 0 ||
		worker_do((struct machine *)ops, &duty, deadline_after(PATIENCE_MS), &why, NULL) <
			0) {
		return;
	}
	said = *error;
	error_set(error, 0, "%s; it %s", said.text, why.text);
}
