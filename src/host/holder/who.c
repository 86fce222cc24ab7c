// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/who.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/aside.h"
#include "base/text.h"
#include "host/holder/container.h"
#include "host/holder/holder.h"
#include "host/holder/process.h"
#include "host/holder/qemu.h"
#include "host/holder/user.h"

#define FILE_MAX_SIZE    65536
#define COMMAND_MAX_SIZE (1U << 20)
#define PASSWD_MAX_SIZE  (4U << 20)

int who_open(int root, int pid) {
	char path[32];
	int r = name_format(path, sizeof(path), "proc/%d", pid);

	return r < 0 ? r : dir_open(root, path);
}

/* Proxmox VE has a scope for each guest, called after its number: "100.scope". */
static int guest_of_scope(const char *unit, char ret[LABEL_SIZE]) {
	size_t length = strspn(unit, "0123456789");

	if (length == 0 || strcmp(unit + length, ".scope") != 0) {
		return -ENOENT;
	}
	memcpy(ret, unit, length);
	ret[length] = '\0';
	return 0;
}

static int read_guest(int directory, char ret[LABEL_SIZE]) {
	AUTO_FREE char *command_line = NULL;
	size_t length;
	int r = file_read(directory, "cmdline", COMMAND_MAX_SIZE, &command_line, &length);

	return r < 0 ? r : qemu_guest_parse(command_line, length, ret);
}

/* One that is about to end has no command line any more. */
void who_name_guest(int directory, struct who *who) {
	if (qemu_is(who->comm)) {
		(void)!read_guest(directory, who->guest);
	}
}

static void read_comm(int directory, struct who *ret) {
	AUTO_FREE char *comm = NULL;

	if (file_read(directory, "comm", FILE_MAX_SIZE, &comm, NULL) == 0) {
		comm[strcspn(comm, "\n")] = '\0';
		label_set(ret->comm, comm);
	}
}

static void read_units(int directory, struct who *ret) {
	AUTO_FREE char *cgroup = NULL;
	struct units units;

	if (file_read(directory, "cgroup", FILE_MAX_SIZE, &cgroup, NULL) < 0) {
		return;
	}
	if (cgroup_units_parse(cgroup, &units) < 0) {
		units = (struct units){0};
	}
	memcpy(ret->unit, units.unit, sizeof(ret->unit));
	memcpy(ret->user_unit, units.user_unit, sizeof(ret->user_unit));
	(void)!container_parse(cgroup, &units, ret->container);
}

static void read_user(int directory, struct who *ret) {
	AUTO_FREE char *status = NULL;

	if (file_read(directory, "status", FILE_MAX_SIZE, &status, NULL) == 0 &&
		status_uid_parse(status, &ret->uid) == 0) {
		snprintf(ret->user, sizeof(ret->user), "%" PRIu32, ret->uid);
	}
}

static void read_start(int directory, struct who *ret) {
	AUTO_FREE char *stat = NULL;

	if (file_read(directory, "stat", FILE_MAX_SIZE, &stat, NULL) == 0) {
		(void)!stat_start_parse(stat, &ret->start);
	}
}

void who_describe(int directory, int pid, struct who *ret) {
	*ret = (struct who){.pid = pid};
	read_comm(directory, ret);
	read_units(directory, ret);
	read_start(directory, ret);
	read_user(directory, ret);
	if (qemu_is(ret->comm)) {
		(void)!guest_of_scope(ret->unit, ret->guest);
	}
}

/* Whose command line does not come (aside.h) has no name. */
static void read_guest_aside(int directory, char ret[LABEL_SIZE]) {
	AUTO_FREE char *command_line = NULL;
	size_t length;

	if (aside_read_file(directory, "cmdline", COMMAND_MAX_SIZE, &command_line, &length) == 0) {
		(void)!qemu_guest_parse(command_line, length, ret);
	}
}

void who_read(int root, int directory, int pid, struct who *ret) {
	AUTO_FREE char *passwd = NULL;

	who_describe(directory, pid, ret);
	if (qemu_is(ret->comm)) {
		read_guest_aside(directory, ret->guest);
	}
	if (ret->user[0] && file_read(root, "etc/passwd", PASSWD_MAX_SIZE, &passwd, NULL) == 0) {
		(void)!user_name_parse(passwd, ret->uid, ret->user);
	}
}
