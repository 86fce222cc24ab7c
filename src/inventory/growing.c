// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/growing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/array.h"

/* More is a mistake, or a loop of volumes that stand on each other. */
#define ATTACHED_MAX 65536
#define DEPTH_MAX    24

void growing_free(struct growing *growing) {
	free(growing->attached);
	*growing = (struct growing){0};
}

int growing_add(struct growing *growing, const struct attached *entry, size_t *ret_index) {
	unsigned int depth =
		entry->parent == ATTACHED_TOP ? 0 : growing->attached[entry->parent].depth + 1;

	if (growing->count == ATTACHED_MAX || depth > DEPTH_MAX) {
		return -E2BIG;
	}
	if (!ARRAY_ROOM(growing->attached, growing->count)) {
		return -ENOMEM;
	}
	growing->attached[growing->count] = *entry;
	growing->attached[growing->count].depth = depth;
	*ret_index = growing->count++;
	return 0;
}

/* Siblings side by side; those that hang on a device itself by device. "1-10" after "1-9". */
static int compare(const void *a, const void *b) {
	const struct attached *x = *(const struct attached *const *)a;
	const struct attached *y = *(const struct attached *const *)b;
	int order = address_compare(x->device, y->device);

	if (x->parent != y->parent) {
		/* ATTACHED_TOP is above all. */
		return x->parent > y->parent ? -1 : 1;
	}
	if (x->parent != ATTACHED_TOP) {
		order = 0;
	}
	if (order == 0 && x->kind != y->kind) {
		order = x->kind < y->kind ? -1 : 1;
	}
	order = order ? order : strverscmp(x->name, y->name);
	return order ? order : strcmp(x->secret, y->secret);
}

struct ordering {
	const struct growing *growing;
	const struct attached **siblings; /* all, sorted */
	size_t *first_child;              /* in siblings, of each entry; count: none */
	struct attachments ordered;
};

static void ordering_free(struct ordering *ordering) {
	free(ordering->siblings);
	free(ordering->first_child);
	free(ordering->ordered.attached);
}

static void find_children(struct ordering *ordering) {
	size_t count = ordering->growing->count;

	for (size_t i = 0; i < count; i++) {
		ordering->first_child[i] = count;
	}
	for (size_t i = count; i > 0; i--) {
		size_t parent = ordering->siblings[i - 1]->parent;

		if (parent != ATTACHED_TOP) {
			ordering->first_child[parent] = i - 1;
		}
	}
}

/* A place that is mounted upon twice. */
static bool is_same(const struct attached *x, const struct attached *y) {
	return x->parent == y->parent && x->parent != ATTACHED_TOP && x->kind == y->kind &&
	       strcmp(x->name, y->name) == 0 && strcmp(x->secret, y->secret) == 0;
}

/* Those from `at` on that have this parent, each with what is below it. */
static void emit(struct ordering *ordering, size_t at, size_t parent, size_t new_parent) {
	const struct growing *growing = ordering->growing;

	for (; at < growing->count && ordering->siblings[at]->parent == parent; at++) {
		const struct attached *entry = ordering->siblings[at];
		size_t index = (size_t)(entry - growing->attached), place;

		if (at > 0 && is_same(ordering->siblings[at - 1], entry)) {
			continue;
		}
		place = ordering->ordered.count++;
		ordering->ordered.attached[place] = *entry;
		ordering->ordered.attached[place].parent = new_parent;
		emit(ordering, ordering->first_child[index], index, place);
	}
}

static int order(struct ordering *ordering) {
	size_t count = ordering->growing->count;

	ordering->siblings = calloc(count + 1, sizeof(const void *));
	ordering->first_child = calloc(count + 1, sizeof(*ordering->first_child));
	ordering->ordered.attached = calloc(count + 1, sizeof(struct attached));
	if (!ordering->siblings || !ordering->first_child || !ordering->ordered.attached) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		ordering->siblings[i] = &ordering->growing->attached[i];
	}
	if (count > 1) {
		qsort(ordering->siblings, count, sizeof(const void *), compare);
	}
	find_children(ordering);
	emit(ordering, 0, ATTACHED_TOP, ATTACHED_TOP);
	return 0;
}

int growing_order(struct growing *growing, struct attachments *ret) {
	CLEANUP(ordering_free) struct ordering ordering = {.growing = growing};
	int r = order(&ordering);

	if (r == 0) {
		*ret = ordering.ordered;
		ordering.ordered = (struct attachments){0};
	}
	growing_free(growing);
	return r;
}
