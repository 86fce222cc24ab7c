// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/pause.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/file.h"
#include "linux/deadline.h"

enum {
	SLOT_SIGNALS,
	SLOT_TERMINAL,
	SLOT_COUNT,
};

/*
 * A shell's job control must not stop us either: nobody would look at the time. A read in the
 * background fails then.
 */
static void hold_signals(sigset_t *ret) {
	static const int ignored[] = {SIGTSTP, SIGTTIN, SIGTTOU};

	sigemptyset(ret);
	sigaddset(ret, SIGHUP);
	sigaddset(ret, SIGINT);
	sigaddset(ret, SIGTERM);
	sigprocmask(SIG_BLOCK, ret, NULL);
	for (size_t i = 0; i < COUNT(ignored); i++) {
		(void)signal(ignored[i], SIG_IGN);
	}
}

/* A whole line is there, or the terminal is gone: poll leaves out an fd of -1. */
static bool is_pressed(struct pollfd *terminal) {
	char line[256];
	ssize_t n = 0;

	if (terminal->revents & POLLIN) {
		n = read(terminal->fd, line, sizeof(line));
	}
	if (n <= 0) {
		terminal->fd = -1;
	}
	return n > 0;
}

int pause_wait(unsigned int timeout_ms, enum pause_end *ret, struct error *error) {
	struct pollfd fds[SLOT_COUNT] = {
		[SLOT_TERMINAL] = {.fd = isatty(STDIN_FILENO) ? STDIN_FILENO : -1,
			.events = POLLIN},
	};
	uint64_t deadline = deadline_after(timeout_ms);
	AUTO_CLOSE int signals = -1;
	sigset_t ends;
	int r;

	hold_signals(&ends);
	signals = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0) {
		return error_set(error, -errno, "cannot wait for signals: %s", strerror(errno));
	}
	fds[SLOT_SIGNALS] = (struct pollfd){.fd = signals, .events = POLLIN};
	while ((r = deadline_poll(fds, SLOT_COUNT, deadline)) > 0) {
		if (fds[SLOT_SIGNALS].revents) {
			*ret = PAUSE_SIGNAL;
			return 0;
		}
		if (fds[SLOT_TERMINAL].revents && is_pressed(&fds[SLOT_TERMINAL])) {
			*ret = PAUSE_KEY;
			return 0;
		}
	}
	*ret = PAUSE_OVER;
	return r < 0 ? error_set(error, r, "cannot wait: %s", strerror(-r)) : 0;
}
