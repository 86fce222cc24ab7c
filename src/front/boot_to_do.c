// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/boot_to_do.h"

#include <string.h>

#include "front/boot_session.h"
#include "report/remains.h"
#include "setup/boot/assign.h"

static int add_words(const struct boot_plan *plan, struct text *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->words.count; i++) {
		r = strchr(plan->words.names[i], '=')
			    ? text_add_line(ret, "add %s to the kernel's command line",
				      plan->words.names[i])
			    : 0;
	}
	return r;
}

static int add_assigned(const struct boot_plan *plan, struct text *ret) {
	AUTO_NAMES struct names addresses = {0};
	int r = boot_plan_assigned(plan, &addresses);

	for (size_t i = 0; r == 0 && i < addresses.count; i++) {
		r = text_add_line(ret, "give %s to VFIO at each start", addresses.names[i]);
	}
	return r;
}

static int add_programs(const struct boot_plan *plan, struct text *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->command_count; i++) {
		const struct names *words = &plan->commands[i].words;
		AUTO_TEXT struct text line = {0};

		for (size_t k = 0; r == 0 && k < words->count; k++) {
			r = text_add(&line, " %s", words->names[k]);
		}
		if (r == 0 && (plan->commands[i].way == BOOT_WAY_BOTH ||
				      plan->commands[i].way == BOOT_WAY_THERE)) {
			r = text_add_line(ret, "run%s", line.data);
		}
	}
	return r;
}

/* In a conversation, what others have left has been shown. */
static int add_remains(struct remains *remains, struct text *ret) {
	size_t count = remains_move_own(remains);
	struct remains others = *remains;
	int r = 0;

	others.count = count;
	if (remains_have(&others, REMAIN_GOES)) {
		r = text_add_line(ret, "take away what other set-ups have left");
	}
	for (size_t i = count; r == 0 && i < remains->count; i++) {
		const char *line = remains->all[i].text;

		r = text_add_line(ret, "leave %.*s to the host at each start",
			(int)strcspn(line, " \t"), line);
	}
	return r;
}

enum result boot_show_to_do(const struct boot_plan *plan, struct remains *remains, bool asked) {
	AUTO_TEXT struct text text = {0};
	int r = text_add_line(&text, "To do:");

	r = r < 0 ? r : add_words(plan, &text);
	if (r == 0) {
		r = asked ? add_remains(remains, &text) : report_remains(remains, &text);
	}
	r = r < 0 ? r : add_assigned(plan, &text);
	r = r < 0 ? r : add_programs(plan, &text);
	return boot_print(&text, r, RESULT_DONE);
}
