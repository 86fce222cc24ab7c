// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "setup/boot/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	AUTO_TEXT struct text text = {0};
	static uint64_t sums[BOOT_FILES_MAX][2];
	enum history_state state = HISTORY_MADE, again;
	struct error error = {{0}};

	if (history_parse((const char *)data, size, &plan, &state, sums, &error) < 0) {
		assert(error.text[0] && plan.file_count == 0 && plan.command_count == 0);
		return 0;
	}
	/* Root writes there, and executes that. */
	for (size_t i = 0; i < plan.file_count; i++) {
		assert(plan.files[i].path[0] == '/' && !strstr(plan.files[i].path, "/../"));
	}
	for (size_t i = 0; i < plan.command_count; i++) {
		assert(plan.commands[i].words.names[0][0] == '/');
	}
	/* What is written is read. */
	assert(history_format(&plan, state, &text) == 0);
	boot_plan_free(&plan);
	assert(history_parse(text.data, text.length, &plan, &again, sums, &error) == 0);
	assert(again == state);
	return 0;
}
