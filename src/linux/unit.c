// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/text.h"
#include "linux/deadline.h"

#define UNIT_NAME_MAX 255

bool unit_is_name(const char *unit) {
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789:-_.\\@";
	size_t length = strlen(unit);

	return length > 0 && length <= UNIT_NAME_MAX && strspn(unit, allowed) == length &&
	       strchr(unit, '.');
}

bool unit_state_is_up(const char *active_state) {
	static const char *const down[] = {"inactive", "failed", "deactivating", "maintenance"};

	for (size_t i = 0; i < COUNT(down); i++) {
		if (strcmp(active_state, down[i]) == 0) {
			return false;
		}
	}
	return true;
}

/* A call of METHOD(unit) or METHOD(unit, mode). */
static int make_call(struct bus *bus, const char *method, const char *unit, const char *mode,
	sd_bus_message **ret, struct error *error) {
	int r = bus_message(bus, method, ret, error);

	if (r < 0) {
		return r;
	}
	r = bus->lib->sd_bus_message_append(*ret, "s", unit);
	if (r >= 0 && mode) {
		r = bus->lib->sd_bus_message_append(*ret, "s", mode);
	}
	return r < 0 ? error_set(error, r, "cannot ask for %s: %s", unit, strerror(-r)) : 0;
}

/* LoadUnit gives a path for any name, and LoadState then says whether there is such a unit. One
 * whose file was removed while it is up is up. */
static int read_state(struct bus *bus, const char *unit, char *ret_active, size_t size,
	bool *ret_known, struct error *error) {
	char path[BUS_PATH_SIZE], load[32];
	sd_bus_message *message = NULL;
	int r = make_call(bus, "LoadUnit", unit, NULL, &message, error);

	if (r >= 0) {
		r = bus_send(bus, message, path, error);
	}
	bus->lib->sd_bus_message_unref(message);
	if (r >= 0) {
		r = bus_string(bus, &(struct property){path, UNIT_INTERFACE, "LoadState"}, load,
			sizeof(load), error);
	}
	if (r >= 0) {
		r = bus_string(bus, &(struct property){path, UNIT_INTERFACE, "ActiveState"},
			ret_active, size, error);
	}
	if (r >= 0) {
		*ret_known = strcmp(load, "not-found") != 0;
	}
	return r;
}

int unit_is_up(struct bus *bus, const char *unit, bool *ret, struct error *error) {
	char active[32];
	bool known, up;
	int r = read_state(bus, unit, active, sizeof(active), &known, error);

	if (r < 0) {
		return error_add(error, r, "cannot tell whether %s is up", unit);
	}
	up = unit_state_is_up(active);
	if (!known && !up) {
		return error_set(error, -ENODEV, "there is no unit %s", unit);
	}
	*ret = up;
	return 0;
}

bool unit_manager_stops(struct bus *bus) {
	char state[32];

	return bus_string(bus, &(struct property){MANAGER_PATH, MANAGER_INTERFACE, "SystemState"},
		       state, sizeof(state), NULL) == 0 &&
	       strcmp(state, "stopping") == 0;
}

/* Waits for the end of one job. */
struct listener {
	const struct systemd *lib;
	sd_bus_slot *slot;
	char job[BUS_PATH_SIZE];
	char result[32]; /* empty until it has ended */
};

static int on_job_removed(sd_bus_message *message, void *context, sd_bus_error *failure) {
	struct listener *listener = context;
	const char *path, *unit, *result;
	uint32_t id;
	int r = listener->lib->sd_bus_message_read(message, "uoss", &id, &path, &unit, &result);

	if (r >= 0 && strcmp(path, listener->job) == 0) {
		r = name_set(listener->result, sizeof(listener->result), result);
	}
	return r < 0 ? r : 0;
}

static void stop_listening(struct listener *listener) {
	listener->lib->sd_bus_slot_unref(listener->slot);
}

/* On the message bus, systemd sends signals only to those who asked for them. */
static int subscribe(struct bus *bus, struct listener *listener, struct error *error) {
	sd_bus_message *message = NULL;
	int r = bus->lib->sd_bus_match_signal(bus->bus, &listener->slot, NULL, MANAGER_PATH,
		MANAGER_INTERFACE, "JobRemoved", on_job_removed, listener);

	if (r < 0) {
		return error_set(error, r, "cannot listen to systemd: %s", strerror(-r));
	}
	r = bus_message(bus, "Subscribe", &message, error);
	if (r >= 0) {
		r = bus_send(bus, message, NULL, error);
	}
	bus->lib->sd_bus_message_unref(message);
	return r;
}

static int await_job(
	struct bus *bus, const struct listener *listener, const char *unit, struct error *error) {
	while (!*listener->result) {
		int r = bus_turn(bus);

		if (r < 0) {
			return error_set(error, r, "lost systemd while waiting for %s: %s", unit,
				strerror(-r));
		}
		if (r == 0) {
			return error_set(error, -ETIMEDOUT,
				"%s is not done in time: see `systemctl status %s`", unit, unit);
		}
	}
	if (strcmp(listener->result, "done") == 0 || strcmp(listener->result, "skipped") == 0) {
		return 0;
	}
	return error_set(error, -EIO,
		"systemd's job for %s ended as \"%s\": see `journalctl -b -u %s`", unit,
		listener->result, unit);
}

/* A signal that comes before the reply waits in the queue until await_job takes it out. */
int unit_run_job(struct bus *bus, const char *unit, sd_bus_message *message, struct error *error) {
	CLEANUP(stop_listening) struct listener listener = {.lib = bus->lib};
	int r = subscribe(bus, &listener, error);

	if (r >= 0) {
		r = bus_send(bus, message, listener.job, error);
	}
	return r < 0 ? r : await_job(bus, &listener, unit, error);
}

static int run_method(struct bus *bus, const char *method, const char *unit, struct error *error) {
	sd_bus_message *message = NULL;
	int r = make_call(bus, method, unit, "replace", &message, error);

	if (r >= 0) {
		r = unit_run_job(bus, unit, message, error);
	}
	bus->lib->sd_bus_message_unref(message);
	return r;
}

/* One that has not failed, or is not loaded, has nothing to forget. */
static void reset_failed(struct bus *bus, const char *unit) {
	sd_bus_message *message = NULL;

	if (make_call(bus, "ResetFailedUnit", unit, NULL, &message, NULL) >= 0) {
		(void)!bus_send(bus, message, NULL, NULL);
	}
	bus->lib->sd_bus_message_unref(message);
}

int unit_start(struct bus *bus, const char *unit, struct error *error) {
	reset_failed(bus, unit);
	return run_method(bus, "StartUnit", unit, error);
}

int unit_stop(struct bus *bus, const char *unit, struct error *error) {
	return run_method(bus, "StopUnit", unit, error);
}

int unit_kill(struct bus *bus, const char *unit, struct error *error) {
	sd_bus_message *message = NULL;
	int r = bus_message(bus, "KillUnit", &message, error);

	if (r >= 0) {
		r = bus->lib->sd_bus_message_append(message, "ssi", unit, "main", SIGKILL);
	}
	if (r >= 0) {
		/* Without a main process there is nothing to kill, only something to wait for. */
		(void)!bus_send(bus, message, NULL, NULL);
		r = unit_stop(bus, unit, error);
	}
	bus->lib->sd_bus_message_unref(message);
	return r == -ENODEV ? 0 : r;
}
