// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Takes steps on the machine where this runs, one after the other, as a run does but without a
 * journal: compare, change, read back. For virtual hosts only: as root.
 *
 *     take STEP...     such as "module snd_hda_intel loaded -"
 *
 * Exit code: 0 all taken, 1 one could not be taken (and no later one was tried), 2 usage.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "linux/linux.h"

static int expect(struct ops *ops, const struct step *step, const char *wanted, const char *when,
	struct error *error) {
	char value[VALUE_SIZE];
	int r = ops->get(ops, step->fact, step->subject, value, error);

	if (r == 0 && strcmp(value, wanted) != 0) {
		r = error_set(error, -EINVAL, "%s %s is %s %s it", fact_name(step->fact),
			step->subject, value, when);
	}
	return r;
}

static int take(struct ops *ops, const struct step *step, struct error *error) {
	struct writer writer = {0};
	int r = expect(ops, step, step->from, "before", error);

	r = r < 0 ? r : ops->begin(ops, step, false, &writer, error);
	r = r < 0 ? r : ops->commit(ops, &writer, error);
	return r < 0 ? r : expect(ops, step, step->to, "after", error);
}

int main(int argc, char **argv) {
	const struct linux_options options = {.writer_timeout_ms = 20000};
	struct error error = {0};
	struct ops *ops = linux_ops_new(&options, &error);
	int r = ops ? 0 : -ENOMEM;

	for (int i = 1; i < argc && r == 0; i++) {
		struct step step;

		if (step_parse(argv[i], &step) < 0) {
			fprintf(stderr, "no step: %s\n", argv[i]);
			return 2;
		}
		r = take(ops, &step, &error);
		if (r < 0) {
			fprintf(stderr, "%s: %s\n", argv[i], error.text);
		}
	}
	linux_ops_free(ops);
	return r < 0;
}
