// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/bus.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "linux/deadline.h"

#define SERVICE        "org.freedesktop.systemd1"
#define PRIVATE_SOCKET "unix:path=/run/systemd/private"
#define USER_SOCKET    "unix:path=/run/user/%" PRIu32 "/systemd/private"

/* A user's manager belongs to the user, who may have stopped it. */
#define USER_TIMEOUT_MS 10000

bool bus_is_there(struct machine *machine) {
	/* As sd_booted(3), and only where we are the machine's own. */
	return machine->real && file_exists(machine->root, "run/systemd/system");
}

int bus_turn(struct bus *bus) {
	int r = bus->lib->sd_bus_process(bus->bus, NULL);

	if (r != 0) {
		return r < 0 ? r : 1;
	}
	if (deadline_over(bus->deadline)) {
		return 0;
	}
	r = bus->lib->sd_bus_wait(bus->bus, deadline_left_us(bus->deadline));
	return r < 0 && r != -EINTR ? r : 1;
}

static int await_ready(struct bus *bus) {
	int r = bus->lib->sd_bus_is_ready(bus->bus);

	while (r == 0) {
		r = bus_turn(bus);
		if (r <= 0) {
			return r < 0 ? r : -ETIMEDOUT;
		}
		r = bus->lib->sd_bus_is_ready(bus->bus);
	}
	return r < 0 ? r : 0;
}

static int start(struct bus *bus, const char *address) {
	int r;

	if (!address) {
		return bus->lib->sd_bus_open_system(&bus->bus);
	}
	r = bus->lib->sd_bus_new(&bus->bus);
	r = r < 0 ? r : bus->lib->sd_bus_set_address(bus->bus, address);
	return r < 0 ? r : bus->lib->sd_bus_start(bus->bus);
}

int bus_connect(const char *address, uint64_t deadline, struct bus *ret, struct error *error) {
	AUTO_BUS struct bus bus = {.deadline = deadline};
	int r = systemd_load(&bus.lib, error);

	if (r < 0) {
		return r;
	}
	r = start(&bus, address);
	r = r < 0 ? r : await_ready(&bus);
	if (r < 0) {
		return error_set(error, r, "cannot reach %s: %s",
			address ? address : "the system's message bus", strerror(-r));
	}
	*ret = bus;
	bus = (struct bus){0};
	return 0;
}

int bus_open(uint64_t deadline, struct bus *ret, struct error *error) {
	int r = geteuid() == 0 ? bus_connect(PRIVATE_SOCKET, deadline, ret, error) : -EPERM;

	if (r < 0) {
		r = bus_connect(NULL, deadline, ret, error);
	}
	return r < 0 ? error_set(error, r, "cannot reach systemd: %s", strerror(-r)) : 0;
}

/*
 * The socket lies in a directory of the user's, who may have put a link in its place: what listens
 * there has to be the user's own, or we would ask somebody else's manager in the user's name.
 */
static int check_peer(const struct bus *bus, uint32_t uid) {
	struct ucred peer;
	socklen_t size = sizeof(peer);
	int fd = bus->lib->sd_bus_get_fd(bus->bus);

	if (fd < 0) {
		return fd;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
		return -errno;
	}
	return peer.uid == uid ? 0 : -EPERM;
}

int bus_open_user(uint32_t uid, uint64_t deadline, struct bus *ret, struct error *error) {
	AUTO_BUS struct bus bus = {0};
	char address[sizeof(USER_SOCKET) + 16];
	int r = name_format(address, sizeof(address), USER_SOCKET, uid);

	r = r < 0 ? r
		  : bus_connect(address, deadline_within(deadline, USER_TIMEOUT_MS), &bus, NULL);
	r = r < 0 ? r : check_peer(&bus, uid);
	if (r == -ENOENT || r == -ECONNREFUSED) {
		return error_set(error, -ENODEV,
			"user %" PRIu32 " has no service manager (logged out)", uid);
	}
	if (r == -ETIMEDOUT) {
		return error_set(
			error, r, "the service manager of user %" PRIu32 " does not answer", uid);
	}
	if (r < 0) {
		return error_set(error, r,
			"cannot reach the service manager of user %" PRIu32 ": %s", uid,
			strerror(-r));
	}
	bus.deadline = deadline;
	*ret = bus;
	bus = (struct bus){0};
	return 0;
}

void bus_close(struct bus *bus) {
	if (bus->bus) {
		bus->lib->sd_bus_close_unref(bus->bus);
	}
	*bus = (struct bus){0};
}

int bus_message(struct bus *bus, const char *method, sd_bus_message **ret, struct error *error) {
	int r = bus->lib->sd_bus_message_new_method_call(
		bus->bus, ret, SERVICE, MANAGER_PATH, MANAGER_INTERFACE, method);

	return r < 0 ? error_set(error, r, "cannot ask systemd for %s: %s", method, strerror(-r))
		     : 0;
}

static int translate(const struct systemd *lib, const sd_bus_error *failure, int r) {
	if (lib->sd_bus_error_has_name(failure, SERVICE ".NoSuchUnit")) {
		return -ENODEV;
	}
	return lib->sd_bus_error_has_name(failure, SERVICE ".UnitExists") ? -EEXIST : r;
}

/* What the two kinds of question have in common: the failure becomes a sentence. */
static int conclude(struct bus *bus, sd_bus_error *failure, int r, struct error *error) {
	if (r < 0) {
		r = translate(bus->lib, failure, r);
		error_set(error, r, "systemd says: %s",
			failure->message ? failure->message : strerror(-r));
	}
	bus->lib->sd_bus_error_free(failure);
	return r < 0 ? r : 0;
}

int bus_send(struct bus *bus, sd_bus_message *message, char ret_path[BUS_PATH_SIZE],
	struct error *error) {
	sd_bus_error failure = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	const char *path;
	/* 0 would mean the library's default. */
	uint64_t left = deadline_left_us(bus->deadline) + 1;
	int r = bus->lib->sd_bus_call(bus->bus, message, left, &failure, &reply);

	if (r >= 0 && ret_path) {
		r = bus->lib->sd_bus_message_read(reply, "o", &path);
		r = r < 0 ? r : name_set(ret_path, BUS_PATH_SIZE, path);
	}
	r = conclude(bus, &failure, r, error);
	bus->lib->sd_bus_message_unref(reply);
	return r;
}

int bus_string(struct bus *bus, const struct property *property, char *ret, size_t size,
	struct error *error) {
	sd_bus_error failure = SD_BUS_ERROR_NULL;
	AUTO_FREE char *value = NULL;
	int r;

	(void)bus->lib->sd_bus_set_method_call_timeout(
		bus->bus, deadline_left_us(bus->deadline) + 1);
	r = bus->lib->sd_bus_get_property_string(bus->bus, SERVICE, property->path,
		property->interface, property->name, &failure, &value);
	if (r >= 0) {
		r = name_set(ret, size, value);
	}
	return conclude(bus, &failure, r, error);
}
