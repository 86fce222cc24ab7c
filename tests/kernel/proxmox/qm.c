// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A stand-in for Proxmox VE's qm, for the virtual hosts (README.md):
 *
 *     qm start | stop | reset | suspend | resume | status VMID
 *     qm shutdown | reboot VMID [--timeout SECONDS] [--forceStop 1]
 *     qm sendkey VMID KEY
 *     qm set VMID --KEY VALUE | --delete KEY
 *     qm cleanup VMID CLEAN GUEST     for qmeventd
 *     qm backup VMID                  what vzdump does with a guest that does not run
 *     qm stopall                      what pve-guests.service does when the host stops
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backup.h"
#include "config.h"
#include "guest.h"
#include "life.h"
#include "lock.h"
#include "qmp.h"
#include "report.h"

#define STOP_S     60
#define STOP_ALL_S 180

struct call {
	unsigned int vmid;
	char **options; /* up to a NULL */
};

static const char *option(const struct call *call, const char *name) {
	for (char **word = call->options; word[0] && word[1]; word++) {
		if (strcmp(word[0], name) == 0) {
			return word[1];
		}
	}
	return NULL;
}

static bool start_it(const struct call *call) {
	return life_start(call->vmid, false, false);
}

static bool stop_it(const struct call *call) {
	const struct stop stop = {.force = true, .timeout_s = STOP_S};

	return life_stop(call->vmid, &stop);
}

static struct stop soft(const struct call *call) {
	const char *timeout = option(call, "--timeout"), *force = option(call, "--forceStop");

	return (struct stop){.shutdown = true,
		.force = force && strcmp(force, "1") == 0,
		.timeout_s = timeout ? (unsigned int)strtoul(timeout, NULL, 10) : STOP_S};
}

static bool shut_it_down(const struct call *call) {
	const struct stop stop = soft(call);

	return life_stop(call->vmid, &stop);
}

static bool reboot_it(const struct call *call) {
	struct stop stop = soft(call);

	stop.reboot = true;
	return life_stop(call->vmid, &stop);
}

static bool reset_it(const struct call *call) {
	return qmp_do(call->vmid, "system_reset", NULL);
}

static bool suspend_it(const struct call *call) {
	return qmp_do(call->vmid, "stop", NULL);
}

static bool resume_it(const struct call *call) {
	return qmp_do(call->vmid, "cont", NULL);
}

static bool tell_status(const struct call *call) {
	printf("status: %s\n", guest_pid(call->vmid) ? "running" : "stopped");
	return true;
}

static bool send_key(const struct call *call) {
	char keys[128];

	if (!call->options[0]) {
		return fail("which key?");
	}
	(void)snprintf(keys, sizeof(keys), "{\"keys\":[{\"type\":\"qcode\",\"data\":\"%.16s\"}]}",
		call->options[0]);
	return qmp_do(call->vmid, "send-key", keys);
}

/* Applies at once to a guest that does not run, and pends for one that does; hookscript never. */
static bool change(struct config *config, const char *key, const char *value) {
	bool gone = strcmp(key, "delete") == 0;
	bool pends = guest_pid(config->vmid) != 0 && strcmp(gone ? value : key, "hookscript") != 0;
	struct section *section = pends ? &config->pending : &config->main;

	if (gone && !pends) {
		return section_set(section, value, NULL);
	}
	return section_set(section, key, value);
}

/* Who says which configuration he has seen changes no other (assert_if_modified). */
static bool is_as_seen(const struct call *call) {
	const char *digest = option(call, "--digest");

	return !digest || config_has_digest(call->vmid, digest) ||
	       fail("detected modified configuration - file changed by other user? Try again.");
}

static bool set_key(struct config *config, const char *option, const char *value) {
	if (strncmp(option, "--", 2) != 0) {
		return fail("what is %s?", option);
	}
	return strcmp(option, "--digest") == 0 || change(config, option + 2, value);
}

static bool set_keys(const struct call *call) {
	static struct config config;
	int lock = lock_take(call->vmid, LOCK_S);
	bool done = lock >= 0 && is_as_seen(call) && config_read(call->vmid, &config);

	for (char **word = call->options; done && word[0] && word[1]; word += 2) {
		done = set_key(&config, word[0], word[1]);
	}
	done = done && config_write(&config);
	if (lock >= 0) {
		lock_drop(lock);
	}
	return done;
}

static bool clean_up(const struct call *call) {
	if (!call->options[0] || !call->options[1]) {
		return fail("qm cleanup VMID CLEAN GUEST");
	}
	return life_cleanup(
		call->vmid, strcmp(call->options[0], "1") == 0, strcmp(call->options[1], "1") == 0);
}

static bool back_up(const struct call *call) {
	return backup(call->vmid);
}

static bool stop_all(const struct call *call) {
	const struct stop stop = {.shutdown = true, .force = true, .timeout_s = STOP_ALL_S};
	DIR *configs = opendir("/etc/pve/qemu-server");
	struct dirent *entry;
	bool done = true;

	while (configs && (entry = readdir(configs))) {
		unsigned int vmid;

		if (sscanf(entry->d_name, "%9u.conf", &vmid) == 1 && guest_pid(vmid)) {
			record(vmid, "the host stops");
			done = life_stop(vmid, &stop) && done;
		}
	}
	if (configs) {
		closedir(configs);
	}
	return done;
}

static const struct {
	const char *name;
	bool (*run)(const struct call *call);
} commands[] = {
	{"start", start_it},
	{"stop", stop_it},
	{"shutdown", shut_it_down},
	{"reboot", reboot_it},
	{"reset", reset_it},
	{"suspend", suspend_it},
	{"resume", resume_it},
	{"status", tell_status},
	{"sendkey", send_key},
	{"set", set_keys},
	{"cleanup", clean_up},
	{"backup", back_up},
	{"stopall", stop_all},
};

int main(int argc, char **argv) {
	struct call call = {0};

	if (argc > 2) {
		call.vmid = (unsigned int)strtoul(argv[2], NULL, 10);
		call.options = argv + 3;
	}
	(void)mkdir("/run/qemu-server", 0755);
	(void)mkdir("/run/lock/qemu-server", 0755);
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) == 0 &&
			(call.vmid || commands[i].run == stop_all)) {
			return commands[i].run(&call) ? 0 : 255;
		}
	}
	fprintf(stderr, "qm: unknown command\n");
	return 255;
}
