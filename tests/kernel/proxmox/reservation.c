// SPDX-License-Identifier: GPL-2.0-or-later
#include "reservation.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "report.h"

#define RESERVATIONS "/run/qemu-server/pci-id-reservations"
#define SIZE         8192

static bool is_valid(const char *line) {
	const char *pid = strstr(line, " pid:"), *until = strstr(line, " time:");
	long long number = 0;

	if (pid && sscanf(pid, " pid:%9lld", &number) == 1) {
		return kill((pid_t)number, 0) == 0 || errno == EPERM;
	}
	return until && sscanf(until, " time:%18lld", &number) == 1 && number > time(NULL);
}

static bool has(const struct passthrough *passthrough, const char *name) {
	for (size_t i = 0; i < passthrough->count; i++) {
		const struct hostpci *entry = &passthrough->entries[i];

		for (size_t j = 0; j < entry->count; j++) {
			if (strcmp(entry->functions[j], name) == 0) {
				return true;
			}
		}
	}
	return false;
}

/* Copies the lines of others; false: one of them has what is wanted. */
static bool keep_others(
	FILE *out, char *lines, unsigned int vmid, const struct passthrough *wanted) {
	char *line;

	while ((line = strsep(&lines, "\n"))) {
		char name[NAME_SIZE];
		unsigned int owner;

		if (sscanf(line, "%15s %9u ", name, &owner) != 2 || owner == vmid ||
			!is_valid(line)) {
			continue;
		}
		fprintf(out, "%s\n", line);
		if (wanted && has(wanted, name)) {
			return fail("PCI device '%s' already in use by VMID '%u'", name, owner);
		}
	}
	return true;
}

static void add(
	FILE *out, const struct passthrough *passthrough, unsigned int vmid, const char *until) {
	for (size_t i = 0; i < passthrough->count; i++) {
		for (size_t j = 0; j < passthrough->entries[i].count; j++) {
			fprintf(out, "%s %u %s\n", passthrough->entries[i].functions[j], vmid,
				until);
		}
	}
}

static bool change(const struct passthrough *wanted, unsigned int vmid, const char *until) {
	char before[SIZE] = "", after[SIZE] = "";
	int lock = open(RESERVATIONS ".lock", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	FILE *out = fmemopen(after, sizeof(after), "w");
	bool done = false;

	if (lock >= 0 && out && flock(lock, LOCK_EX) == 0) {
		(void)file_read(RESERVATIONS, before, sizeof(before));
		done = keep_others(out, before, vmid, wanted);
		if (done && wanted) {
			add(out, wanted, vmid, until);
		}
	}
	if (out) {
		done = fclose(out) == 0 && done && file_replace(RESERVATIONS, after);
	}
	if (lock >= 0) {
		close(lock);
	}
	return done;
}

bool reservation_make(const struct passthrough *passthrough, unsigned int vmid, pid_t pid,
	unsigned int timeout_s) {
	char until[32];

	if (pid > 0) {
		(void)snprintf(until, sizeof(until), "pid:%d", pid);
	} else {
		(void)snprintf(
			until, sizeof(until), "time:%lld", (long long)time(NULL) + timeout_s + 5);
	}
	return change(passthrough, vmid, until);
}

void reservation_drop(unsigned int vmid) {
	(void)change(NULL, vmid, "");
}
