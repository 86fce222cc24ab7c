// SPDX-License-Identifier: GPL-2.0-or-later
#include "life.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "guest.h"
#include "hook.h"
#include "launch.h"
#include "lock.h"
#include "passthrough.h"
#include "qmp.h"
#include "report.h"
#include "reservation.h"

#define KILL_S        10
#define CLEANUP_END_S 30
#define OLD_START_S   1 /* what starting Perl gives a QEMU that is ending, at least */

static bool exists(const char *path) {
	return access(path, F_OK) == 0;
}

static bool is_legacy(void) {
	return exists(LEGACY);
}

static bool clear_request(unsigned int vmid) {
	char path[PATH_SIZE];

	guest_path(vmid, "reboot", path);
	return unlink(path) == 0;
}

static bool set_file(unsigned int vmid, const char *ending) {
	char path[PATH_SIZE], text[32];

	guest_path(vmid, ending, path);
	(void)snprintf(text, sizeof(text), "%lld\n", (long long)time(NULL));
	return file_replace(path, text);
}

static bool is_free(const struct config *config, bool skip_lock) {
	const char *lock = section_get(&config->main, "lock");

	return skip_lock || !lock || fail("VM is locked (%s)", lock);
}

/* ---- start ---- */

static bool is_disk(const char *key) {
	static const char *const buses[] = {"scsi", "sata", "virtio", "ide"};

	for (size_t i = 0; i < 4; i++) {
		const char *number = key + strlen(buses[i]);

		if (strncmp(key, buses[i], strlen(buses[i])) == 0 && *number >= '0' &&
			*number <= '9') {
			return true;
		}
	}
	return false;
}

static bool activate_volumes(const struct config *config) {
	for (size_t i = 0; i < config->main.count; i++) {
		const struct entry *entry = &config->main.entries[i];
		char path[VALUE_SIZE];

		if (!is_disk(entry->key)) {
			continue;
		}
		(void)snprintf(
			path, sizeof(path), "%.*s", (int)strcspn(entry->value, ","), entry->value);
		if (!exists(path)) {
			return fail("volume '%s' does not exist", path);
		}
	}
	return true;
}

/* Steps 5 to 8: what fails here calls no hook. */
static bool bring_up(const struct config *config, bool paused) {
	static struct passthrough passthrough;
	unsigned int vmid = config->vmid;

	if (!activate_volumes(config) || !passthrough_read(config, &passthrough)) {
		return false;
	}
	if (!reservation_make(&passthrough, vmid, 0, LAUNCH_S) ||
		!passthrough_prepare(&passthrough, vmid) || !launch(config, &passthrough, paused)) {
		reservation_drop(vmid);
		return false;
	}
	return reservation_make(&passthrough, vmid, guest_pid(vmid), 0);
}

static bool start(struct config *config, bool skip_lock, bool paused) {
	unsigned int vmid = config->vmid;

	if (!is_free(config, skip_lock)) {
		return false;
	}
	if (guest_pid(vmid)) {
		return fail("VM %u already running", vmid);
	}
	(void)clear_request(vmid);
	if (!config_apply_pending(config) || !hook_run(config, "pre-start")) {
		return false;
	}
	if (!bring_up(config, paused)) {
		record(vmid, "start failed");
		return false;
	}
	record(vmid, "QEMU runs");
	if (!is_legacy()) {
		(void)set_file(vmid, "cleanup");
	}
	(void)hook_run(config, "post-start");
	return true;
}

/* ---- end ---- */

static void remove_files(unsigned int vmid) {
	static const char *const endings[] = {"mon", "qmp", "pid", "vnc", "qga"};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		char path[PATH_SIZE];

		guest_path(vmid, endings[i], path);
		(void)unlink(path);
	}
}

/* Pending changes come first: at post-stop the configuration may be another one. */
static void clean_up(struct config *config) {
	char flag[PATH_SIZE];

	remove_files(config->vmid);
	reservation_drop(config->vmid);
	(void)config_apply_pending(config);
	guest_path(config->vmid, "cleanup", flag);
	if (!is_legacy() && exists(flag)) {
		(void)hook_run(config, "post-stop");
		(void)unlink(flag);
	}
}

static bool kill_qemu(unsigned int vmid) {
	static const int signals[] = {SIGTERM, SIGKILL};

	for (size_t i = 0; i < 2; i++) {
		pid_t pid = guest_pid(vmid);

		if (pid > 0) {
			warning("VM still running - terminating now with signal %d", signals[i]);
			kill(pid, signals[i]);
		}
		if (guest_await_end(vmid, KILL_S)) {
			return true;
		}
	}
	return false;
}

static bool end(struct config *config, const struct stop *how) {
	unsigned int vmid = config->vmid;
	bool told;

	if (!is_free(config, how->skip_lock)) {
		return false;
	}
	if (!guest_pid(vmid)) {
		return true;
	}
	if (how->reboot && !set_file(vmid, "reboot")) {
		return false;
	}
	(void)hook_run(config, "pre-stop");
	told = qmp_do(vmid, how->shutdown ? "system_powerdown" : "quit", NULL);
	if (!told || !guest_await_end(vmid, how->timeout_s)) {
		if (!how->force) {
			(void)clear_request(vmid);
			return fail("VM quit/powerdown failed - got timeout");
		}
		if (!kill_qemu(vmid)) {
			return fail("VM %u does not end", vmid);
		}
	}
	record(vmid, "QEMU ended");
	clean_up(config);
	return true;
}

/* ---- after the end ---- */

static bool has_ended(unsigned int vmid) {
	if (is_legacy() && exists(EARLY)) {
		return false;
	}
	return guest_await_end(vmid, is_legacy() ? OLD_START_S : CLEANUP_END_S);
}

static bool clean_up_after(struct config *config, bool clean, bool guest) {
	if (!has_ended(config->vmid)) {
		record(config->vmid, "qm cleanup: vm still running");
		return fail("vm still running");
	}
	if (!is_legacy() || !clean || guest) {
		clean_up(config);
	}
	if (is_legacy()) {
		(void)hook_run(config, "post-stop");
	}
	return true;
}

/* ---- each with the lock ---- */

bool life_start(unsigned int vmid, bool skip_lock, bool paused) {
	static struct config config;
	int lock = lock_take(vmid, LOCK_S);
	bool done;

	if (lock < 0) {
		return false;
	}
	done = config_read(vmid, &config) && start(&config, skip_lock, paused);
	lock_drop(lock);
	return done;
}

bool life_stop(unsigned int vmid, const struct stop *stop) {
	static struct config config;
	int lock = lock_take(vmid, LOCK_S);
	bool done;

	if (lock < 0) {
		return false;
	}
	done = config_read(vmid, &config) && end(&config, stop);
	lock_drop(lock);
	return done;
}

bool life_cleanup(unsigned int vmid, bool clean, bool guest) {
	static struct config config;
	bool done, again;
	int lock;

	record(vmid, "qm cleanup %d %d", clean, guest);
	if (!config_exists(vmid)) {
		return true;
	}
	lock = lock_take(vmid, LOCK_CLEANUP_S);
	if (lock < 0) {
		return false;
	}
	done = config_read(vmid, &config) && clean_up_after(&config, clean, guest);
	again = done && clear_request(vmid);
	lock_drop(lock);
	return again ? life_start(vmid, false, false) : done;
}
