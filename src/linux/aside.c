// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/aside.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "linux/deadline.h"
#include "linux/unit.h"

#define SCOPE_TIMEOUT_MS 30000
#define DIED             128 /* as shells tell how a program died */

static pid_t follower_of;

/* What the service manager sends is the end of the session, and that is ours alone. */
static void pass_on(int number, siginfo_t *info, void *context) {
	if (info->si_pid == 1) {
		_exit(DIED + number);
	}
	kill(follower_of, number);
}

/* Like the session's, the terminal's end (SIGHUP) is ours alone: the work goes on. */
static _Noreturn void follow(pid_t child) {
	static const int numbers[] = {SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
	const struct sigaction action = {
		.sa_sigaction = pass_on, .sa_flags = SA_RESTART | SA_SIGINFO};
	int status;

	follower_of = child;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		(void)sigaction(numbers[i], &action, NULL);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : DIED + WTERMSIG(status));
}

static int append_properties(const struct systemd *lib, sd_bus_message *message) {
	int r = lib->sd_bus_message_open_container(message, 'a', "(sv)");

	r = r < 0 ? r
		  : lib->sd_bus_message_append(message, "(sv)(sv)(sv)", "Description", "s",
			    "A hand-over that ends the session it was asked for in", "PIDs", "au",
			    1, (uint32_t)getpid(), "CollectMode", "s", "inactive-or-failed");
	r = r < 0 ? r : lib->sd_bus_message_close_container(message);
	return r < 0 ? r : lib->sd_bus_message_append(message, "a(sa(sv))", 0);
}

static int make_scope(struct bus *bus, const char *unit, struct error *error) {
	sd_bus_message *message = NULL;
	int r = bus_message(bus, "StartTransientUnit", &message, error);

	if (r >= 0) {
		r = bus->lib->sd_bus_message_append(message, "ss", unit, "fail");
		r = r < 0 ? r : append_properties(bus->lib, message);
		r = r < 0 ? error_set(error, r, "cannot describe %s: %s", unit, strerror(-r))
			  : unit_run_job(bus, unit, message, error);
	}
	bus->lib->sd_bus_message_unref(message);
	return r;
}

static int enter_scope(struct error *error) {
	AUTO_BUS struct bus bus = {0};
	char unit[64];
	int r = name_format(unit, sizeof(unit), "baton-%d.scope", (int)getpid());

	r = r < 0 ? r : bus_open(deadline_after(SCOPE_TIMEOUT_MS), &bus, error);
	return r < 0 ? r : make_scope(&bus, unit, error);
}

int aside_step(struct error *error) {
	pid_t child = fork();
	int r;

	if (child < 0) {
		return error_set(error, -errno, "cannot leave this session: %s", strerror(errno));
	}
	if (child > 0) {
		follow(child);
	}
	(void)setsid();
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN); /* whoever reads what we print ends with the session too */
	r = enter_scope(error);
	return r < 0 ? error_add(error, r,
			       "cannot leave this session, which ends with the hand-over (try it from "
			       "a text console or over the network)")
		     : 0;
}
