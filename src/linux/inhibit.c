// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/inhibit.h"

#include <errno.h>
#include <fcntl.h>

#include "linux/bus.h"
#include "linux/deadline.h"

#define SERVICE   "org.freedesktop.login1"
#define PATH      "/org/freedesktop/login1"
#define INTERFACE "org.freedesktop.login1.Manager"

/* Nobody may be kept waiting: whoever asks is to see a card come home. A logind that is well
 * answers in some milliseconds. */
#define TIMEOUT_MS 1000

/* The message keeps the descriptor that is in it, so ours is another one. */
static int call(struct bus *bus, sd_bus_message *message) {
	const struct systemd *lib = bus->lib;
	sd_bus_message *reply = NULL;
	int fd = -1;
	int r = lib->sd_bus_call(
		bus->bus, message, deadline_left_us(bus->deadline) + 1, NULL, &reply);

	r = r < 0 ? r : lib->sd_bus_message_read(reply, "h", &fd);
	if (r >= 0) {
		fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		r = fd < 0 ? -errno : fd;
	}
	lib->sd_bus_message_unref(reply);
	return r;
}

/* The descriptor, or -errno: there is no logind, or no bus, or it says no. */
static int take(struct bus *bus, const char *why) {
	sd_bus_message *message = NULL;
	int r = bus->lib->sd_bus_message_new_method_call(
		bus->bus, &message, SERVICE, PATH, INTERFACE, "Inhibit");

	r = r < 0 ? r
		  : bus->lib->sd_bus_message_append(
			    message, "ssss", "sleep", "baton", why, "block");
	r = r < 0 ? r : call(bus, message);
	bus->lib->sd_bus_message_unref(message);
	return r;
}

int inhibit_sleep(struct ops *ops, const char *why) {
	struct machine *machine = (struct machine *)ops;
	AUTO_BUS struct bus bus = {0};
	int fd;

	closep(&machine->inhibitor);
	machine->inhibitor = -1;
	if (!why || !bus_is_there(machine)) {
		return 0;
	}
	fd = bus_connect(NULL, deadline_after(TIMEOUT_MS), &bus, NULL);
	fd = fd < 0 ? fd : take(&bus, why);
	machine->inhibitor = fd < 0 ? -1 : fd;
	return fd < 0 ? fd : 0;
}
