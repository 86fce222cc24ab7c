// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every fault at every operation of a hand-over and its return on the machine where this runs, and
 * after each what baton promises (strike.h). For virtual hosts only: as root.
 *
 *     inject [OPTIONS] ADDRESS...
 *         --deaths     only deaths
 *         --hangs      only writers that hang
 *         --real       only writers that truly hang in the kernel
 *         --all        every way of each fault, not only one
 *         --second N   and a second fault: every Nth pair of a death and what can follow it
 *         --only N     only operation N, and say how it went
 */
#include "strike.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "before.h"

#define SHOWN_MAX 10
#define WAYS_MAX  4
#define NOT_ONE   UINT_MAX

struct totals {
	unsigned int operations;
	unsigned int faults;
	unsigned int seconds;
	unsigned int pairs;
	unsigned int trials;
	unsigned int failures;
	bool kinds[FAULT_COUNT];
};

struct options {
	bool deaths, hangs, real, all;
	unsigned int second; /* every how-manieth pair; 0: none */
	unsigned int only;
};

/* What operations were met in a run, copied: the next run overwrites it. */
struct path {
	unsigned int count;
	unsigned char operations[INJECTOR_TRACE_MAX];
	bool blocking[INJECTOR_TRACE_MAX];
	bool real[INJECTOR_TRACE_MAX];
};

static struct options options = {.only = NOT_ONE};
static struct totals totals;
static struct cards cards;
static struct strike *strike;

static bool kills(enum fault_kind kind) {
	return kind == FAULT_DIE || kind == FAULT_DIE_TORN || kind == FAULT_DIE_HANG;
}

static bool hangs(enum fault_kind kind) {
	return kind == FAULT_HANG || kind == FAULT_HANG_LATE || kind == FAULT_DIE_HANG;
}

static bool is_wanted(enum fault_kind kind) {
	if (kind == FAULT_STRANGER || kind == FAULT_LOSE || kind == FAULT_OOPS ||
		kind == FAULT_HANG_OOPS) {
		return false; /* the simulated machine has them */
	}
	if (options.hangs) {
		return hangs(kind);
	}
	return !hangs(kind) && (!options.deaths || kills(kind));
}

/* In how many ways a fault of a kind can strike; the first is the one that is always tried. */
static unsigned int list_ways(enum fault_kind kind, bool real, unsigned int ways[WAYS_MAX]) {
	static const unsigned int delays[WAYS_MAX] = {4, 1, 12, FAULT_FOR_EVER};
	unsigned int count = 1;

	ways[0] = 0;
	switch (kind) {
	case FAULT_HANG:
		ways[0] = real ? HANG_KERNEL : HANG_AFTER;
		ways[1] = HANG_BEFORE;
		ways[2] = HANG_AFTER;
		count = real ? 3 : 2;
		break;
	case FAULT_TEAR:
	case FAULT_DIE_TORN:
		ways[0] = 1;
		ways[1] = 0;
		ways[2] = 2;
		count = 3;
		break;
	case FAULT_HANG_LATE:
	case FAULT_DIE_HANG:
		memcpy(ways, delays, sizeof(delays));
		count = kind == FAULT_HANG_LATE ? 3 : 4;
		break;
	case FAULT_FAIL:
	case FAULT_FAIL_LATE:
	case FAULT_LIE:
	case FAULT_DIE:
	case FAULT_LOSE:
	case FAULT_HANG_OOPS:
	case FAULT_OOPS:
	case FAULT_STRANGER:
	case FAULT_COUNT:
		break;
	}
	return options.all ? count : 1;
}

static void show(void) {
	char text[512];

	if (totals.failures <= SHOWN_MAX) {
		printf("FAILED %s\n    %s\n", strike_describe(strike, text, sizeof(text)),
			strike->wrong);
		fflush(stdout);
	}
}

/* Returns whether all of the faults struck: if not, it was no trial. */
static bool try(const struct fault *faults, size_t count) {
	strike_run(strike, &cards, faults, count);
	for (size_t i = 0; i < count; i++) {
		if (!strike->injector.faults[i].fired) {
			return false;
		}
		totals.kinds[faults[i].kind] = true;
	}
	totals.trials++;
	totals.failures += strike->wrong[0] != '\0';
	if (strike->wrong[0]) {
		show();
	}
	return true;
}

/* The repair that ends a trial is not struck. */
static void remember_path(struct path *path) {
	path->count = strike->last;
	memcpy(path->operations, strike->injector.trace, path->count);
	memcpy(path->blocking, strike->injector.blocking, path->count);
	memcpy(path->real, strike->real, path->count);
}

static void second_faults(const struct fault *first);

static void strike_once(const struct fault *first, const struct fault *fault) {
	struct fault faults[2] = {*fault};

	if (!first) {
		totals.faults += try(faults, 1);
		if (options.second && kills(fault->kind)) {
			second_faults(fault);
		}
		return;
	}
	if (totals.pairs++ % options.second == 0) {
		faults[0] = *first;
		faults[1] = *fault;
		totals.seconds += try(faults, 2);
	}
}

static void at_operation(const struct path *path, unsigned int at, const struct fault *first) {
	for (enum fault_kind kind = 0; kind < FAULT_COUNT; kind++) {
		unsigned int ways[WAYS_MAX];
		unsigned int count = list_ways(kind, path->real[at], ways);

		if (!is_wanted(kind) || (options.real && !(path->real[at] && kind == FAULT_HANG)) ||
			!injector_applies(kind, path->operations[at], path->blocking[at])) {
			continue;
		}
		for (unsigned int i = 0; i < count; i++) {
			struct fault fault = {.kind = kind, .at = at, .part = ways[i]};

			strike_once(first, &fault);
			fault.persistent = true;
			if (injector_may_persist(kind) && (options.all || kind == FAULT_FAIL)) {
				strike_once(first, &fault);
			}
		}
	}
}

/* What follows the death is another process: its operations are numbered on. */
static void second_faults(const struct fault *first) {
	struct path path;

	remember_path(&path);
	for (unsigned int at = first->at + 1; at < path.count; at++) {
		at_operation(&path, at, first);
	}
}

/* Without any fault; learns which operations there are. */
static bool explore(struct path *path) {
	strike->exploring = true;
	strike_run(strike, &cards, NULL, 0);
	strike->exploring = false;
	totals.trials++;
	if (strike->wrong[0]) {
		totals.failures++;
		printf("FAILED without any fault\n    %s\n", strike->wrong);
		return false;
	}
	remember_path(path);
	totals.operations = path->count;
	return true;
}

static void report(void) {
	unsigned int kinds = 0;

	for (size_t i = 0; i < FAULT_COUNT; i++) {
		kinds += totals.kinds[i];
	}
	printf("plans 1 × operations %u × kinds of fault %u: %u faults, %u second faults: %u trials, "
	       "%u failed\n",
		totals.operations, kinds, totals.faults, totals.seconds, totals.trials,
		totals.failures);
}

static bool parse(int argc, char **argv) {
	static const struct option names[] = {
		{"deaths", no_argument, NULL, 'd'},
		{"hangs", no_argument, NULL, 'h'},
		{"real", no_argument, NULL, 'r'},
		{"all", no_argument, NULL, 'a'},
		{"second", required_argument, NULL, 's'},
		{"only", required_argument, NULL, 'o'},
		{0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (c == '?') {
			return false;
		}
		options.deaths |= c == 'd';
		options.hangs |= c == 'h' || c == 'r';
		options.real |= c == 'r';
		options.all |= c == 'a';
		options.second = c == 's' ? (unsigned int)atoi(optarg) : options.second;
		options.only = c == 'o' ? (unsigned int)atoi(optarg) : options.only;
	}
	for (int i = 0; optind + i < argc && i < STRIKE_DEVICES_MAX; i++) {
		cards.addresses[i] = argv[optind + i];
	}
	return cards.addresses[0] != NULL;
}

int main(int argc, char **argv) {
	static struct path path;

	if (!parse(argc, argv)) {
		fprintf(stderr,
			"usage: inject [--deaths|--hangs|--real] [--all] [--second N] [--only N] "
			"ADDRESS...\n");
		return 2;
	}
	strike = strike_new();
	cards.before = before_take(cards.addresses);
	if (!strike || !cards.before) {
		perror("inject");
		return 2;
	}
	strike->telling = options.only != NOT_ONE;
	if (explore(&path)) {
		for (unsigned int at = 0; at < path.count; at++) {
			if (options.only == NOT_ONE || options.only == at) {
				at_operation(&path, at, NULL);
			}
		}
	}
	report();
	free(cards.before);
	return totals.failures > 0;
}
