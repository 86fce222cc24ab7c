// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every fault at every operation of a hand-over and its return, and again at every operation of
 * what follows the first fault. A fault that strikes nothing is no trial.
 *
 *     test-faults [--first] [SCENARIO]
 *
 * --first: ends at the first failure, easy trials first. Two faults are tried on the small
 * machines, in a long check on all, in a fast one on none.
 */
#include "length.h"
#include "trial.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 10

struct totals {
	unsigned long operations;
	unsigned long faults;
	unsigned long seconds;
	unsigned long allocations;
	unsigned long gaps;
	unsigned long trials;
	unsigned long failures;
};

/*
 * Faults that are followed by the same operations on the same machine are followed by the same
 * second faults. Those are tried once.
 */
#define CONTINUATIONS_MAX 16384

static uint64_t continuations[CONTINUATIONS_MAX];
static size_t continuation_count;
static bool first_only;

static struct trial trial;
static struct totals totals;

static void show(const struct fault *faults, size_t count) {
	char text[512];

	if (++totals.failures > SHOWN_MAX) {
		return;
	}
	printf("FAILED %s\n    %s\n", trial_describe(&trial, text, sizeof(text)), trial.wrong);
	if (totals.failures <= 3) {
		trial.trace = true;
		trial_run(&trial, faults, count);
		trial.trace = false;
	}
}

static bool is_over(void) {
	return first_only && totals.failures > 0;
}

/* Returns whether all of the faults struck. */
static bool try(const struct fault *faults, size_t count) {
	if (is_over()) {
		return false;
	}
	trial_run(&trial, faults, count);
	for (size_t i = 0; i < count; i++) {
		if (!trial.injector.faults[i].fired) {
			return false;
		}
	}
	totals.trials++;
	if (trial.wrong[0]) {
		show(faults, count);
	}
	return true;
}

/* How many ways there are for one kind of fault to strike. */
static unsigned int parts(enum fault_kind kind, unsigned int *ret_parts) {
	static const unsigned int delays[] = {1, 4, 12, FAULT_FOR_EVER};

	switch (kind) {
	case FAULT_HANG:
		ret_parts[0] = 0;
		ret_parts[1] = 1;
		return 2;
	case FAULT_OOPS:
	case FAULT_TEAR:
	case FAULT_DIE_TORN:
		ret_parts[0] = 0;
		ret_parts[1] = 1;
		ret_parts[2] = 2;
		return 3;
	case FAULT_HANG_LATE:
	case FAULT_HANG_OOPS:
	case FAULT_DIE_HANG:
		memcpy(ret_parts, delays, sizeof(delays));
		return kind == FAULT_DIE_HANG ? 4 : 3;
	case FAULT_STRANGER:
		for (unsigned int i = 0; i < STRANGER_DEEDS; i++) {
			ret_parts[i] = i;
		}
		return STRANGER_DEEDS;
	case FAULT_FAIL:
	case FAULT_FAIL_LATE:
	case FAULT_LIE:
	case FAULT_DIE:
	case FAULT_LOSE:
	case FAULT_COUNT:
		break;
	}
	ret_parts[0] = 0;
	return 1;
}

/* What operations were met in the last run, copied: the next run overwrites it. */
struct path {
	unsigned int count;
	unsigned char operations[INJECTOR_TRACE_MAX];
	bool blocking[INJECTOR_TRACE_MAX];
};

static void remember_path(struct path *path) {
	path->count = trial.injector.count;
	memcpy(path->operations, trial.injector.trace, path->count);
	memcpy(path->blocking, trial.injector.blocking, path->count);
}

static bool is_new(uint64_t continuation) {
	for (size_t i = 0; i < continuation_count; i++) {
		if (continuations[i] == continuation) {
			return false;
		}
	}
	if (continuation_count < CONTINUATIONS_MAX) {
		continuations[continuation_count++] = continuation;
	}
	return true;
}

static void second_faults(const struct fault *first);

static bool kills(enum fault_kind kind) {
	return kind == FAULT_DIE || kind == FAULT_DIE_TORN || kind == FAULT_DIE_HANG;
}

/* After a death either repair comes, by the guard or a person, or the door is called. */
static void first_fault(const struct fault *fault, bool deeper) {
	trial.following = deeper;
	if (!try(fault, 1)) {
		return;
	}
	trial.following = false;
	totals.faults++;
	if (deeper && fault->kind != FAULT_STRANGER && is_new(trial.continuation)) {
		second_faults(fault);
	}
	if (kills(fault->kind)) {
		trial.door_after_death = true;
		totals.faults += try(fault, 1);
		trial.door_after_death = false;
	}
}

static void at_operation(
	const struct path *path, unsigned int at, const struct fault *first, bool deeper) {
	for (enum fault_kind kind = 0; kind < FAULT_COUNT; kind++) {
		unsigned int part[STRANGER_DEEDS];
		unsigned int count = parts(kind, part);

		if (!injector_applies(kind, path->operations[at], path->blocking[at]) ||
			(first && kind == FAULT_STRANGER) || kind == FAULT_LOSE) {
			continue; /* a lost line is for gaps() */
		}
		for (unsigned int i = 0; i < count * (1 + injector_may_persist(kind)); i++) {
			struct fault faults[2] = {{.kind = kind,
				.at = at,
				.part = part[i % count],
				.persistent = i >= count}};

			if (first) {
				faults[1] = faults[0];
				faults[0] = *first;
				totals.seconds += try(faults, 2);
			} else {
				first_fault(&faults[0], deeper);
			}
		}
	}
}

static void second_faults(const struct fault *first) {
	static struct path path;

	remember_path(&path);
	for (unsigned int at = first->at + 1; at < path.count; at++) {
		at_operation(&path, at, first, false);
	}
}

/* Every allocation fails once. */
static void allocations(void) {
	unsigned int count = trial.memory_used;

	for (trial.memory = 1; trial.memory <= count && !is_over(); trial.memory++) {
		trial_run(&trial, NULL, 0);
		totals.trials++;
		totals.allocations++;
		if (trial.wrong[0]) {
			printf("allocation %u fails:\n", trial.memory);
			show(NULL, 0);
		}
	}
	trial.memory = 0;
}

/* A line is lost, and baton dies at any later operation that changes something. */
static void gaps(const struct path *path) {
	for (unsigned int lost = 0; lost < path->count && !is_over(); lost++) {
		for (unsigned int at = lost + 1; at < path->count; at++) {
			if (path->operations[lost] != OPERATION_APPEND ||
				!injector_applies(FAULT_DIE, path->operations[at], false) ||
				!trial_run_gap(&trial, lost, at)) {
				continue;
			}
			totals.trials++;
			totals.gaps++;
			if (trial.wrong[0]) {
				show(NULL, 0);
			}
		}
	}
}

/* Out and home in one go: under one lock, and nothing is forgotten in between. */
static void rounds(void) {
	static struct path path;

	trial.round = true;
	trial_run(&trial, NULL, 0);
	totals.trials++;
	if (trial.wrong[0] || trial.detached != RESULT_DONE) {
		printf("without any fault, cycle ends with %u\n", trial.detached);
		show(NULL, 0);
	}
	remember_path(&path);
	totals.operations += path.count;
	for (unsigned int at = 0; at < path.count; at++) {
		at_operation(&path, at, NULL, false);
	}
	trial.round = false;
}

static void run_scenario(const struct scenario *scenario, bool deeper) {
	static struct path path;
	unsigned long before = totals.trials;

	trial_init(&trial, scenario);
	trial_run(&trial, NULL, 0);
	totals.trials++;
	if (trial.wrong[0] || trial.detached != RESULT_DONE) {
		printf("without any fault, detach ends with %u\n", trial.detached);
		show(NULL, 0);
		return;
	}
	remember_path(&path);
	continuation_count = 0;
	allocations();
	gaps(&path);
	totals.operations += path.count;
	for (unsigned int at = 0; at < path.count; at++) {
		at_operation(&path, at, NULL, deeper);
	}
	rounds();
	printf("%-16s %3u operations, %lu trials\n", scenario->name, path.count,
		totals.trials - before);
	fflush(stdout);
}

/* Two faults where that takes seconds, or everywhere. */
static unsigned long run_all(const char *name, bool deeper) {
	unsigned long plans = 0;

	for (size_t i = 0; i < scenario_count; i++) {
		if (!name || strcmp(name, scenarios[i].name) == 0) {
			plans++;
			run_scenario(
				&scenarios[i], deeper && scenarios[i].twice <= length_of_tests());
		}
		if (first_only && totals.failures > 0) {
			break;
		}
	}
	return plans;
}

int main(int argc, char **argv) {
	const char *name = NULL;
	enum length length = length_of_tests();
	unsigned long plans;

	for (int i = 1; i < argc; i++) {
		first_only |= strcmp(argv[i], "--first") == 0;
		name = argv[i][0] == '-' ? name : argv[i];
	}
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	plans = first_only && length != LENGTH_FAST ? run_all(name, false) : 0;
	if (totals.failures == 0) {
		plans = run_all(name, length != LENGTH_FAST);
	}
	printf("plans %lu, operations %lu, faults %lu, second faults %lu, allocations %lu, "
	       "gaps %lu: %lu trials\n",
		plans, totals.operations, totals.faults, totals.seconds, totals.allocations,
		totals.gaps, totals.trials);
	printf("%lu passed, %lu failed\n", totals.trials - totals.failures, totals.failures);
	return totals.failures > 0;
}
