// SPDX-License-Identifier: GPL-2.0-or-later
#include "lock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "file.h"
#include "report.h"

static void be_late(int signal) {
}

int lock_take(unsigned int vmid, unsigned int timeout_s) {
	struct sigaction late = {.sa_handler = be_late}, before;
	char path[PATH_SIZE];
	bool taken;
	int lock;

	(void)snprintf(path, sizeof(path), "/var/lock/qemu-server/lock-%u.conf", vmid);
	lock = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (lock < 0) {
		(void)fail("can't open lock file '%s'", path);
		return -1;
	}
	if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
		return lock;
	}
	fprintf(stderr, "trying to acquire lock...\n");
	(void)sigaction(SIGALRM, &late, &before);
	alarm(timeout_s);
	taken = flock(lock, LOCK_EX) == 0;
	alarm(0);
	(void)sigaction(SIGALRM, &before, NULL);
	if (taken) {
		return lock;
	}
	close(lock);
	record(vmid, "lock not taken within %u s", timeout_s);
	(void)fail("can't lock file '%s' - got timeout", path);
	return -1;
}

void lock_drop(int lock) {
	close(lock);
}
