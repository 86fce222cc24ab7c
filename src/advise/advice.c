// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/advice.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Every id, in the order of the subjects; man/baton.8.scd has a line for each. */
static const char *const ids[] = {
	"balloon",
	"card",
	"card-gone",
	"cpu",
	"hidden",
	"host-display",
	"hpet",
	"hugepages",
	"hyperv",
	"iothread",
	"looking-glass",
	"machine",
	"managed",
	"nested",
	"numa",
	"pcie",
	"pinning",
	"rom",
	"topology",
	"tsc",
	"uefi",
	"vcpus",
	"vendor-id",
	"video",
};

void advices_free(struct advices *advices) {
	for (size_t i = 0; i < advices->count; i++) {
		free(advices->items[i].changes);
	}
	free(advices->items);
	*advices = (struct advices){0};
}

bool advice_is_known(const char *id, size_t length) {
	for (size_t i = 0; i < COUNT(ids); i++) {
		if (strlen(ids[i]) == length && strncmp(ids[i], id, length) == 0) {
			return true;
		}
	}
	return false;
}

const char *advice_level_name(enum advice_level level) {
	static const char *const names[] = {
		[ADVICE_NEEDED] = "needed",
		[ADVICE_BETTER] = "better",
		[ADVICE_MATTER_OF_TASTE] = "if you like",
	};

	return names[level];
}

struct advice *advice_add(struct adviser *adviser, const char *id, enum advice_level level) {
	struct advices *advices = &adviser->advices;
	struct advice *items =
		realloc(advices->items, (advices->count + 1) * sizeof(*advices->items));

	if (!items) {
		adviser->r = -ENOMEM;
		adviser->spare = (struct advice){.id = id};
		return &adviser->spare;
	}
	advices->items = items;
	items[advices->count] = (struct advice){.id = id, .level = level};
	return &items[advices->count++];
}

void advice_what(struct advice *advice, const char *format, ...) {
	va_list args;

	va_start(args, format);
	vsnprintf(advice->what, sizeof(advice->what), format, args);
	va_end(args);
}

void advice_why(struct advice *advice, const char *format, ...) {
	va_list args;

	va_start(args, format);
	vsnprintf(advice->why, sizeof(advice->why), format, args);
	va_end(args);
}

void advice_by_hand(struct advice *advice, const char *format, ...) {
	va_list args;

	va_start(args, format);
	vsnprintf(advice->by_hand, sizeof(advice->by_hand), format, args);
	va_end(args);
}

struct change *advice_change(struct adviser *adviser, enum setting setting, unsigned int index) {
	struct advices *advices = &adviser->advices;
	struct advice *advice =
		advices->count > 0 ? &advices->items[advices->count - 1] : &adviser->spare;
	struct change *changes =
		realloc(advice->changes, (advice->change_count + 1) * sizeof(*advice->changes));

	if (!changes || advice == &adviser->spare) {
		free(advice == &adviser->spare ? changes : NULL);
		adviser->r = -ENOMEM;
		adviser->spare_change = (struct change){0};
		return &adviser->spare_change;
	}
	advice->changes = changes;
	changes[advice->change_count] = (struct change){.setting = setting, .index = index};
	return &changes[advice->change_count++];
}

bool advice_is_wanted(const struct wishes *wishes, const char *id) {
	size_t length = strlen(id);

	for (const char *c = wishes->only; c && *c; c += strcspn(c, ",")) {
		c += *c == ',';
		if (strcspn(c, ",") == length && strncmp(c, id, length) == 0) {
			return true;
		}
	}
	return !wishes->only;
}

static void keep_wanted(struct adviser *adviser) {
	struct advices *advices = &adviser->advices;
	size_t kept = 0;

	for (size_t i = 0; i < advices->count; i++) {
		if (advice_is_wanted(adviser->wishes, advices->items[i].id)) {
			advices->items[kept++] = advices->items[i];
		} else {
			free(advices->items[i].changes);
		}
	}
	advices->count = kept;
}

/* By level, and within one as they were given. */
static void sort(struct advices *advices) {
	for (size_t i = 1; i < advices->count; i++) {
		struct advice advice = advices->items[i];
		size_t at = i;

		for (; at > 0 && advices->items[at - 1].level > advice.level; at--) {
			advices->items[at] = advices->items[at - 1];
		}
		advices->items[at] = advice;
	}
}

int advise(const struct ground *ground, const struct model *model, const struct wishes *wishes,
	struct advices *ret) {
	static void (*const subjects[])(struct adviser * adviser) = {
		advise_card,
		advise_machine,
		advise_display,
		advise_cpu,
		advise_pinning,
		advise_hiding,
		advise_memory,
		advise_hyperv,
		advise_clock,
	};
	struct adviser adviser = {.ground = ground, .model = model, .wishes = wishes};

	for (size_t i = 0; i < COUNT(subjects); i++) {
		subjects[i](&adviser);
	}
	if (adviser.r < 0) {
		advices_free(&adviser.advices);
		return adviser.r;
	}
	keep_wanted(&adviser);
	sort(&adviser.advices);
	*ret = adviser.advices;
	return 0;
}
