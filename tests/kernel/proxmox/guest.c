// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS 100

void guest_path(unsigned int vmid, const char *ending, char ret[PATH_SIZE]) {
	(void)snprintf(ret, PATH_SIZE, "/var/run/qemu-server/%u.%s", vmid, ending);
}

static bool is_qemu(const char *program) {
	const char *slash = strrchr(program, '/');
	size_t length = strlen(program);

	return strncmp(slash ? slash + 1 : program, "qemu-", 5) == 0 ||
	       (length >= 3 && strcmp(program + length - 3, "kvm") == 0);
}

unsigned int guest_of(pid_t pid) {
	char path[PATH_SIZE], words[16384] = "";
	unsigned int vmid = 0;
	size_t length;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	file = fopen(path, "re");
	if (!file) {
		return 0;
	}
	length = fread(words, 1, sizeof(words) - 1, file);
	(void)fclose(file);
	if (!is_qemu(words)) {
		return 0;
	}
	for (size_t at = 0; at < length; at += strlen(words + at) + 1) {
		if (strcmp(words + at, "-pidfile") == 0) {
			const char *value = words + at + strlen(words + at) + 1;

			(void)sscanf(value, "/var/run/qemu-server/%9u.pid", &vmid);
		}
	}
	return vmid;
}

pid_t guest_pid(unsigned int vmid) {
	char path[PATH_SIZE], text[32];
	pid_t pid;

	guest_path(vmid, "pid", path);
	if (!file_read(path, text, sizeof(text))) {
		return 0;
	}
	pid = (pid_t)strtol(text, NULL, 10);
	return guest_of(pid) == vmid ? pid : 0;
}

bool guest_await_end(unsigned int vmid, unsigned int timeout_s) {
	for (unsigned int looks = timeout_s * (1000 / LOOK_MS); guest_pid(vmid); looks--) {
		if (looks == 0) {
			return false;
		}
		(void)poll(NULL, 0, LOOK_MS);
	}
	return true;
}
