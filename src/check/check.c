// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/check.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "check/look.h"
#include "check/section.h"

const struct check *check_find(const char *id) {
	for (size_t i = 0; i < check_area_count; i++) {
		for (size_t k = 0; k < check_areas[i]->count; k++) {
			if (strcmp(check_areas[i]->checks[k].id, id) == 0) {
				return &check_areas[i]->checks[k];
			}
		}
	}
	return NULL;
}

size_t check_count(void) {
	size_t count = 0;

	for (size_t i = 0; i < check_area_count; i++) {
		count += check_areas[i]->count;
	}
	return count;
}

const char *check_explain(const char *id) {
	for (size_t i = 0; i < section_count; i++) {
		if (strcmp(sections[i].id, id) == 0) {
			return sections[i].text;
		}
	}
	return NULL;
}

size_t check_section_count(void) {
	return section_count;
}

static void look_into(struct look *look, const struct check_area *area) {
	for (size_t i = 0; i < area->count; i++) {
		if (area->checks[i].look) {
			area->checks[i].look(look);
		}
	}
}

/* The worst first, and otherwise as they came. */
static int take(struct findings *ret, const struct findings *found) {
	static const enum finding_level order[] = {FINDING_ERROR, FINDING_WARNING, FINDING_NOTE};

	for (size_t k = 0; k < COUNT(order); k++) {
		for (size_t i = 0; i < found->count; i++) {
			const struct finding *finding = &found->items[i];

			if (finding->level == order[k]) {
				findings_add(ret, finding->id, finding->level, finding->subject,
					finding->remedy, "%s", finding->reason);
				findings_locate(ret, finding->file, finding->line, finding->value);
			}
		}
	}
	return findings_check(ret);
}

int check_run(const struct checkup *checkup, struct findings *ret) {
	struct look look = {.on = checkup, .root = checkup->root, .host = checkup->host};
	int r = boot_read(checkup->root, checkup->host, &look.boot, NULL);

	for (size_t i = 0; r == 0 && i < check_area_count; i++) {
		look_into(&look, check_areas[i]);
	}
	r = r < 0 ? r : look.r;
	r = r < 0 ? r : findings_check(&look.findings);
	r = r < 0 ? r : take(ret, &look.findings);
	boot_free(&look.boot);
	findings_free(&look.findings);
	text_free(&look.command);
	return r;
}
