// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/prune.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "host/holder/process.h"

#define ANCESTORS_MAX 64
#define UNREAD_MAX    20 /* paths that are told one by one */

struct pruning {
	struct unread *unread;
	int own[ANCESTORS_MAX]; /* this process and those above it: who asks is found by them */
	size_t own_count;
};

void unread_done(struct unread *unread) {
	text_free(&unread->paths);
}

static int number_of(const struct place *process) {
	unsigned long long pid = 0;

	return number_parse(process->name, INT_MAX, &pid) < 0 ? 0 : (int)pid;
}

static int parent_of(const struct place *process) {
	const struct place *stat = place_find(process, "stat");
	const char *end = stat && stat->data ? strrchr(stat->data, ')') : NULL;
	int parent;

	return end && sscanf(end, ") %*c %d", &parent) == 1 ? parent : 0;
}

static void find_own(const struct place *top, struct pruning *pruning) {
	const struct place *proc = place_find(top, "proc");
	const struct place *self = proc ? place_find(proc, "self") : NULL;
	const struct place *process = self && self->target ? place_find(proc, self->target) : NULL;

	while (process && pruning->own_count < ANCESTORS_MAX) {
		char name[16];

		pruning->own[pruning->own_count++] = number_of(process);
		snprintf(name, sizeof(name), "%d", parent_of(process));
		process = place_find(proc, name);
	}
}

static bool is_own(const struct pruning *pruning, const struct place *process) {
	for (size_t i = 0; i < pruning->own_count; i++) {
		if (pruning->own[i] == number_of(process)) {
			return true;
		}
	}
	return false;
}

static bool is_kernels(const struct place *process) {
	const struct place *stat = place_find(process, "stat");

	return stat && stat->data && stat_is_kernel_thread(stat->data);
}

/* What speaks for a process being more than just there. */
static bool says_something(const struct place *process) {
	static const char *const files[] = {"comm", "cgroup", "mountinfo", "maps"};
	const struct place *open = place_find(process, "fd");

	for (size_t i = 0; i < COUNT(files); i++) {
		const struct place *file = place_find(process, files[i]);

		if (file && file->length > 0) {
			return true;
		}
	}
	return open && (open->count > 0 || (open->hidden && !is_kernels(process)));
}

static int tell_unread(struct pruning *pruning, const struct place *place) {
	char path[PLACE_PATH_MAX];
	int r = place_path(place, path, sizeof(path));

	return r == 0 && pruning->unread->count++ < UNREAD_MAX
		       ? text_add(&pruning->unread->paths, "%s\n", path)
		       : r;
}

static int look(void *context, struct place *place) {
	struct pruning *pruning = context;
	struct place *process = place_process(place);
	int r = 0;

	if (process == place) {
		if (!says_something(place) && !is_own(pruning, place)) {
			place_remove(place);
		}
		return 0;
	}
	if (process && place->hidden && strcmp(place->name, "fd") == 0) {
		pruning->unread->processes++;
		return 0;
	}
	if (place->hidden && !process) {
		r = tell_unread(pruning, place);
	}
	if (place->hidden || (place->type == PLACE_FILE && place->wanted &&
				     (!place->data || (process && place->length == 0)))) {
		place_remove(place);
	}
	return r;
}

int prune(struct place *top, struct unread *ret) {
	struct pruning pruning = {.unread = ret};

	find_own(top, &pruning);
	return place_each(top, look, &pruning);
}
