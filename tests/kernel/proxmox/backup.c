// SPDX-License-Identifier: GPL-2.0-or-later
#include "backup.h"

#include <stddef.h>

#include "config.h"
#include "guest.h"
#include "life.h"
#include "lock.h"
#include "report.h"

#define STOP_S 60

static bool set_lock(unsigned int vmid, const char *value) {
	static struct config config;
	int lock = lock_take(vmid, LOCK_S);
	bool done;

	if (lock < 0) {
		return false;
	}
	done = config_read(vmid, &config) && section_set(&config.main, "lock", value) &&
	       config_write(&config);
	lock_drop(lock);
	return done;
}

bool backup(unsigned int vmid) {
	const struct stop stop = {.force = true, .skip_lock = true, .timeout_s = STOP_S};
	bool done;

	if (guest_pid(vmid)) {
		return fail("VM %u runs: its backup starts and stops nothing", vmid);
	}
	if (!set_lock(vmid, "backup")) {
		return false;
	}
	done = life_start(vmid, true, true);
	record(vmid, "backup %s", done ? "made" : "failed");
	done = done && life_stop(vmid, &stop);
	return set_lock(vmid, NULL) && done;
}
