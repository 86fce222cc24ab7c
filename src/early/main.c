// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * baton-early: what of baton runs in the initramfs. It is called before udev, by whatever made the
 * image (src/early/glue), and has to come to its end whatever happens: a write to a device's driver
 * may wait for ever, so that is done by a child, for which nobody waits longer than a while.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "early/early.h"

#define DEADLINE_S 60

/* Whatever command somebody has put in its place, or has told modprobe in its environment. */
static bool load(void *context) {
	static const char *const places[] = {
		"/sbin/modprobe", "/usr/sbin/modprobe", "/bin/modprobe", "/usr/bin/modprobe"};
	char *const environment[] = {NULL};
	int status = -1;
	pid_t pid = fork();

	(void)context;
	if (pid == 0) {
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
			execle(places[i], "modprobe", "--ignore-install", "vfio-pci", (char *)NULL,
				environment);
		}
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* The root file system is in memory, until the real one is there. */
static bool is_initial(void) {
	struct statfs root;

	return statfs("/", &root) == 0 &&
	       (root.f_type == RAMFS_MAGIC || root.f_type == TMPFS_MAGIC);
}

static void take(void) {
	struct early early = {.root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.initial = is_initial(),
		.load = load};

	if (early.root >= 0) {
		early_run(&early);
	}
}

static void tell(const char *sentence) {
	int log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (log >= 0) {
		(void)!write(log, sentence, strlen(sentence));
		close(log);
	}
}

/* For the child's end, and for no longer. */
static void wait_for(const sigset_t *signals) {
	const struct timespec deadline = {.tv_sec = DEADLINE_S};

	while (sigtimedwait(signals, NULL, &deadline) < 0) {
		if (errno != EINTR) {
			tell("<4>baton-early: a driver does not answer: the machine starts "
			     "without waiting for it\n");
			return;
		}
	}
}

int main(void) {
	sigset_t signals;
	pid_t child;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	child = fork();
	if (child == 0) {
		sigprocmask(SIG_UNBLOCK, &signals, NULL);
		take();
		_exit(EXIT_SUCCESS);
	}
	if (child > 0) {
		wait_for(&signals);
	}
	return EXIT_SUCCESS;
}
