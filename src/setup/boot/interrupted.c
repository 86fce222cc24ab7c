// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/interrupted.h"

#include "base/file.h"
#include "setup/boot/history.h"

bool boot_is_interrupted(int root) {
	AUTO_CLOSE int directory = dir_open(root, HISTORY_DIRECTORY);
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	enum history_state state = HISTORY_MADE;
	unsigned int number = 0;
	struct error error;

	return directory >= 0 && history_find(directory, HISTORY_ALL, &number, &error) == 0 &&
	       number > 0 && history_load(directory, number, &plan, &state, &error) == 0 &&
	       state != HISTORY_MADE;
}
