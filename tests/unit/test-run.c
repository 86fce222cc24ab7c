// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/run.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A machine that is a list of facts, on which the change to one value goes wrong. */
struct machine {
	struct ops ops;
	struct step facts[8]; /* what each is stands in `to` */
	size_t count;
	const char *failing; /* the value that nothing becomes */
	int failure;
	struct step begun;
	unsigned int failed, undone; /* told of */
	char detail[256];            /* of what has failed */
};

static struct step *find(struct machine *machine, enum fact fact, const char *subject) {
	for (size_t i = 0; i < machine->count; i++) {
		if (machine->facts[i].fact == fact &&
			strcmp(machine->facts[i].subject, subject) == 0) {
			return &machine->facts[i];
		}
	}
	return NULL;
}

static int get(struct ops *ops, enum fact fact, const char *subject, char ret[VALUE_SIZE],
	struct error *error) {
	const struct step *known = find((struct machine *)ops, fact, subject);

	return known ? name_set(ret, VALUE_SIZE, known->to) : -ENODEV;
}

static int begin(struct ops *ops, const struct step *step, bool home, struct writer *ret,
	struct error *error) {
	((struct machine *)ops)->begun = *step;
	*ret = (struct writer){0};
	return 0;
}

static int commit(struct ops *ops, struct writer *writer, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	struct step *known = find(machine, machine->begun.fact, machine->begun.subject);

	assert_non_null(known);
	if (machine->failing && strcmp(machine->begun.to, machine->failing) == 0) {
		return error_set(error, machine->failure, "it does not want to");
	}
	memcpy(known->to, machine->begun.to, sizeof(known->to));
	return 0;
}

static int write_line(
	struct ops *ops, const char *guest, const char *data, size_t length, struct error *error) {
	return 0;
}

static int discard(struct ops *ops, const char *guest, struct error *error) {
	return 0;
}

static int list(struct ops *ops, struct names *ret, struct error *error) {
	*ret = (struct names){0};
	return 0;
}

static int prove_free(struct ops *ops, const char *address, struct error *error) {
	return 0;
}

static int identify(
	struct ops *ops, const char *address, struct identity *ret, struct error *error) {
	*ret = (struct identity){0};
	return 0;
}

static void explain(
	struct ops *ops, struct process writer, const char *subject, struct error *error) {
}

static int64_t oopses(struct ops *ops) {
	return -1;
}

static uint64_t now_us(struct ops *ops) {
	return 0;
}

static void tell(struct ops *ops, const struct event *event) {
	struct machine *machine = (struct machine *)ops;

	machine->undone += event->outcome == OUTCOME_UNDONE;
	if (event->outcome == OUTCOME_FAILED) {
		machine->failed++;
		strcpy(machine->detail, event->detail);
	}
}

static struct machine machine_of(const char *failing, int failure) {
	return (struct machine){
		.ops = {.get = get,
			.begin = begin,
			.commit = commit,
			.journal_append = write_line,
			.journal_remove = discard,
			.journal_list = list,
			.prove_free = prove_free,
			.identify = identify,
			.explain = explain,
			.oopses = oopses,
			.now_us = now_us,
			.tell = tell},
		.failing = failing,
		.failure = failure,
	};
}

/* A sound server that is stopped while its card goes, and a reset that somebody has chosen. */
static enum result run(struct machine *machine, bool dispensable) {
	static const char *const lines[] = {"service 1000/pipewire.service up down",
		"driver 0000:01:00.0 amdgpu -",
		"reset-method 0000:01:00.0 pm%20bus device_specific",
		"driver 0000:01:00.0 - vfio-pci", "service 1000/pipewire.service down up"};
	AUTO_JOURNAL struct journal *journal = calloc(1, sizeof(*journal));
	AUTO_PLAN struct plan *plan = calloc(1, sizeof(*plan));
	struct error error = {0};

	assert_non_null(journal);
	assert_non_null(plan);
	strcpy(journal->devices[0].name, "0000:01:00.0");
	journal->device_count = 1;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct step *step = &plan->steps[plan->step_count++].step;

		assert_int_equal(step_parse(lines[i], step), 0);
		if (!find(machine, step->fact, step->subject)) {
			machine->facts[machine->count] = *step;
			strcpy(machine->facts[machine->count++].to, step->from);
		}
	}
	plan->steps[2].dispensable = plan->steps[4].dispensable = dispensable;
	return run_plan(&machine->ops, journal, plan, &error);
}

static void without_what_the_guest_does_not_need_it_is_gone_on(void **state) {
	static const char *const values[] = {"device_specific", VALUE_UP};

	for (size_t i = 0; i < COUNT(values); i++) {
		struct machine machine = machine_of(values[i], -EINVAL);

		assert_int_equal(run(&machine, true), RESULT_DONE);
		assert_int_equal(machine.failed, 1);
		assert_int_equal(machine.undone, 0);
		assert_string_equal(machine.detail, "gone on without it: it does not want to");
		assert_string_equal(find(&machine, FACT_DRIVER, "0000:01:00.0")->to, "vfio-pci");
	}
}

static void what_somebody_wants_is_needed(void **state) {
	struct machine machine = machine_of("device_specific", -EINVAL);

	assert_int_equal(run(&machine, false), RESULT_UNDONE);
	assert_string_equal(find(&machine, FACT_DRIVER, "0000:01:00.0")->to, "amdgpu");
	assert_string_equal(find(&machine, FACT_SERVICE, "1000/pipewire.service")->to, VALUE_UP);
}

/* Whatever it is for: a writer is in the kernel with the device, or has died there. */
static void a_hang_or_an_oops_is_never_gone_on_with(void **state) {
	static const int failures[] = {-EINPROGRESS, -EOWNERDEAD};

	for (size_t i = 0; i < COUNT(failures); i++) {
		struct machine machine = machine_of("device_specific", failures[i]);

		assert_int_equal(run(&machine, true), RESULT_UNDONE);
		assert_string_equal(find(&machine, FACT_DRIVER, "0000:01:00.0")->to, "amdgpu");
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_what_the_guest_does_not_need_it_is_gone_on),
		cmocka_unit_test(what_somebody_wants_is_needed),
		cmocka_unit_test(a_hang_or_an_oops_is_never_gone_on_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
