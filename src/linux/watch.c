// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>

#include "linux/deadline.h"
#include "linux/guard.h"
#include "linux/guest.h"
#include "linux/process.h"
#include "linux/uevent.h"
#include "linux/vigil.h"
#include "linux/worker.h"

/* A journal that was made, written, or removed. Reading one is none of these. */
#define CHANGES (IN_CREATE | IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

enum {
	SLOT_CHANGES,
	SLOT_STOP,
	SLOT_BINDINGS,
	SLOT_PROCESSES,
};

struct waiting {
	struct pollfd fds[SLOT_PROCESSES + WATCH_MAX];
	nfds_t count;
};

static void forget(struct waiting *waiting) {
	for (nfds_t i = SLOT_PROCESSES; i < waiting->count; i++) {
		close(waiting->fds[i].fd);
	}
}

void watch_close(struct machine *machine) {
	closep(&machine->changes);
	closep(&machine->stop);
	closep(&machine->bindings);
	machine->changes = -1;
	machine->bindings = -1;
	machine->stop = -1;
}

/* Where Proxmox is: closing the file gives its lock back. */
static void listen_to_locks(struct machine *machine) {
	char path[64];
	AUTO_CLOSE int fd =
		openat(machine->root, &GUEST_PROXMOX_LOCKS[1], O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && name_format(path, sizeof(path), "/proc/self/fd/%d", fd) == 0) {
		/* Without it, looks in between do. */
		(void)inotify_add_watch(machine->changes, path, IN_CLOSE_WRITE | IN_ONLYDIR);
	}
}

/* A directory that is not there yet has no changes to tell: the first journal makes it. */
static int listen_to_changes(struct machine *machine, struct error *error) {
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	int r;

	if (fd < 0) {
		return error_set(error, -errno, "cannot watch files: %s", strerror(errno));
	}
	if (inotify_add_watch(fd, machine->options.state, CHANGES | IN_ONLYDIR | IN_DONT_FOLLOW) <
		0) {
		r = -errno;
		close(fd);
		return r == -ENOENT ? 0
				    : error_set(error, r, "cannot watch %s: %s",
					      machine->options.state, strerror(-r));
	}
	machine->changes = fd;
	/* Without them, what happens to a device is seen a little later. */
	machine->bindings = uevent_open();
	listen_to_locks(machine);
	return 1;
}

/* 1: one of them has ended already. */
static int add_processes(struct waiting *waiting, const struct process *processes, size_t count) {
	for (size_t i = 0; i < count; i++) {
		int fd;

		if (processes[i].pid == 0) {
			continue;
		}
		if (waiting->count >= COUNT(waiting->fds)) {
			return -E2BIG;
		}
		fd = process_open(processes[i]);
		if (fd < 0) {
			return fd == -ESRCH ? 1 : fd;
		}
		waiting->fds[waiting->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
	}
	return 0;
}

/* Takes whatever is there: what it was is read off the directory. */
static void drain(int fd) {
	char ignored[4096];
	ssize_t n;

	do {
		n = read(fd, ignored, sizeof(ignored));
	} while (n > 0 || (n < 0 && errno == EINTR));
}

/* Waits until one of them has something to say; other devices' comings and goings are not it. */
static int wait_for_any(struct waiting *waiting, uint64_t deadline) {
	struct pollfd *bindings = &waiting->fds[SLOT_BINDINGS];
	int r;

	do {
		bindings->revents = 0;
		r = deadline_poll(waiting->fds, waiting->count, deadline);
	} while (r == 1 && bindings->revents && !uevent_take_bindings(bindings->fd));
	return r;
}

static int conclude(const struct waiting *waiting, struct error *error) {
	if (waiting->fds[SLOT_CHANGES].revents) {
		drain(waiting->fds[SLOT_CHANGES].fd);
	}
	if (waiting->fds[SLOT_STOP].revents) {
		drain(waiting->fds[SLOT_STOP].fd);
		return error_set(error, -EINTR, "the service manager wants the guard to end");
	}
	return 0;
}

int watch_run(struct ops *ops, const struct process *processes, size_t count,
	unsigned int timeout_ms, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	CLEANUP(forget) struct waiting waiting = {.count = SLOT_PROCESSES};
	uint64_t deadline = deadline_after(timeout_ms);
	int r = 0;

	/* Who waits for hours needs none meanwhile. */
	worker_dismiss(machine);
	vigil_end(machine);
	if (machine->changes < 0) {
		r = listen_to_changes(machine, error);
		guard_take_post(machine);
		if (r != 0) {
			return r < 0 ? r : 0;
		}
	}
	waiting.fds[SLOT_CHANGES] = (struct pollfd){.fd = machine->changes, .events = POLLIN};
	waiting.fds[SLOT_STOP] = (struct pollfd){.fd = machine->stop, .events = POLLIN};
	waiting.fds[SLOT_BINDINGS] = (struct pollfd){.fd = machine->bindings, .events = POLLIN};
	r = add_processes(&waiting, processes, count);
	if (r > 0) {
		return 0;
	}
	if (r == 0) {
		r = wait_for_any(&waiting, deadline);
	}
	return r < 0 ? error_set(error, r, "cannot wait for processes: %s", strerror(-r))
		     : conclude(&waiting, error);
}
