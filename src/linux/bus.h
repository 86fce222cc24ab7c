/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"
#include "linux/systemd.h"

#include <stdint.h>

/*
 * A connection to a service manager. To the system's: its own socket as root, which works also when
 * there is no message bus, and the system bus otherwise. One for each operation: systemd sends
 * every signal to whoever is connected there, and a guard that listens to nothing for hours would
 * fill its queue. To a user's: its own socket, which lets root in (bus_check_peercred in systemd's
 * core/dbus.c).
 */
struct bus {
	const struct systemd *lib;
	sd_bus *bus;
	uint64_t deadline; /* of everything that is done on it */
};

#define BUS_PATH_SIZE 512

#define MANAGER_PATH      "/org/freedesktop/systemd1"
#define MANAGER_INTERFACE "org.freedesktop.systemd1.Manager"
#define UNIT_INTERFACE    "org.freedesktop.systemd1.Unit"

/* Does systemd run here? */
bool bus_is_there(struct machine *machine);

int bus_open(uint64_t deadline, struct bus *ret, struct error *error) MUST_CHECK;

/* -ENODEV: that user has no manager, or none any more. */
int bus_open_user(uint32_t uid, uint64_t deadline, struct bus *ret, struct error *error) MUST_CHECK;
void bus_close(struct bus *bus);

#define AUTO_BUS CLEANUP(bus_close)

/*
 * Any other, by its address; NULL: the system's message bus. The far end has answered by the
 * deadline, or -ETIMEDOUT: the library itself would wait for that for a minute and a half.
 */
int bus_connect(const char *address, uint64_t deadline, struct bus *ret, struct error *error)
	MUST_CHECK;

/* Handles one message, or waits for the next: 0 at the deadline, or -errno. */
int bus_turn(struct bus *bus) MUST_CHECK;

/* A call of one of the manager's methods, to be filled with its arguments. */
int bus_message(struct bus *bus, const char *method, sd_bus_message **ret, struct error *error)
	MUST_CHECK;

/*
 * Sends it and waits for the reply; ret_path (or NULL) gets the object path that is in the reply.
 * -ENODEV: there is no such unit; -EEXIST: there is one already; -ETIMEDOUT.
 */
int bus_send(struct bus *bus, sd_bus_message *message, char ret_path[BUS_PATH_SIZE],
	struct error *error) MUST_CHECK;

/* A property that is a string. */
struct property {
	const char *path;
	const char *interface;
	const char *name;
};

int bus_string(struct bus *bus, const struct property *property, char *ret, size_t size,
	struct error *error) MUST_CHECK;
