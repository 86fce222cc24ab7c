// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/remain.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/driver/module.h"

const char *remain_fate_name(enum remain_fate fate) {
	static const char *const names[] = {
		[REMAIN_GOES] = "goes",
		[REMAIN_STAYS] = "stays",
		[REMAIN_BY_HAND] = "by hand",
	};

	assert(fate < COUNT(names));
	return names[fate];
}

bool remains_have(const struct remains *remains, enum remain_fate fate) {
	for (size_t i = 0; i < remains->count; i++) {
		if (remains->all[i].fate == fate) {
			return true;
		}
	}
	return false;
}

static void free_one(struct remain *remain) {
	free(remain->path);
	free(remain->text);
	free(remain->module);
	free(remain->variable);
	free(remain->why);
	free(remain->remark);
	names_free(&remain->parts);
}

size_t remains_move_own(struct remains *remains) {
	size_t others = 0;

	for (size_t i = 0; i < remains->count; i++) {
		struct remain one = remains->all[i];

		if (!one.own || one.fate != REMAIN_GOES) {
			memmove(&remains->all[others + 1], &remains->all[others],
				(i - others) * sizeof(one));
			remains->all[others++] = one;
		}
	}
	return others;
}

void remains_keep_own(struct remains *remains) {
	size_t others = remains_move_own(remains);

	for (size_t i = 0; i < others; i++) {
		free_one(&remains->all[i]);
	}
	remains->count -= others;
	if (remains->count > 0) {
		memmove(remains->all, &remains->all[others],
			remains->count * sizeof(*remains->all));
	}
	remains->menu_old = false;
	remains->image_old = false;
}

void remains_free(struct remains *remains) {
	for (size_t i = 0; i < remains->count; i++) {
		free_one(&remains->all[i]);
	}
	free(remains->all);
	*remains = (struct remains){0};
}

static bool is_same(const struct remain *a, const struct remain *b) {
	return a->number == b->number && strcmp(a->path, b->path) == 0 &&
	       strcmp(a->text, b->text) == 0;
}

static char *copy(struct remains *remains, const char *text) {
	char *copied = text ? strdup(text) : NULL;

	remains->r = text && !copied ? -ENOMEM : remains->r;
	return copied;
}

struct remain *remains_add(struct remains *remains, const struct remain *remain) {
	struct remain *larger, *one;

	for (size_t i = 0; i < remains->count; i++) {
		if (is_same(&remains->all[i], remain)) {
			return NULL;
		}
	}
	larger = remains->count < REMAINS_MAX
			 ? reallocarray(remains->all, remains->count + 1, sizeof(*larger))
			 : NULL;
	if (!larger) {
		remains->r = remains->count < REMAINS_MAX ? -ENOMEM : -E2BIG;
		return NULL;
	}
	remains->all = larger;
	one = &larger[remains->count++];
	*one = *remain;
	one->path = copy(remains, remain->path);
	one->text = copy(remains, remain->text);
	one->module = copy(remains, remain->module);
	one->variable = copy(remains, remain->variable);
	one->why = copy(remains, remain->why);
	one->remark = copy(remains, remain->remark);
	one->parts = (struct names){0};
	for (size_t i = 0; remains->r == 0 && i < remain->parts.count; i++) {
		remains->r = names_add(&one->parts, remain->parts.names[i]);
	}
	return one;
}

void remain_set(struct remains *remains, struct remain *remain, enum remain_fate fate,
	const char *remark, ...) {
	char *text = NULL;
	va_list arguments;

	if (!remain) {
		return;
	}
	va_start(arguments, remark);
	if (vasprintf(&text, remark, arguments) < 0) {
		text = NULL;
		remains->r = -ENOMEM;
	}
	va_end(arguments);
	free(remain->remark);
	remain->remark = text;
	remain->fate = fate;
}
