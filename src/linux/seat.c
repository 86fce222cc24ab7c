// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/seat.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>

#include "base/text.h"
#include "linux/deadline.h"
#include "linux/systemd.h"

#define SEAT "seat0"

bool seat_is_card(const char *name) {
	return text_starts(name, "card") && name[4] &&
	       strspn(name + 4, "0123456789") == strlen(name + 4);
}

/* There while udev has events to handle: what it says of a device may be of the one before. */
#define UDEV_DIRECTORY "run/udev"
#define UDEV_QUEUE     UDEV_DIRECTORY "/queue"

/* What wakes us: udev's and logind's news. */
struct watch {
	const struct systemd *lib;
	sd_event *event;
	sd_device_monitor *devices;
	sd_login_monitor *seats; /* NULL: no logind */
};

static void watch_close(struct watch *watch) {
	if (watch->lib) {
		watch->lib->sd_device_monitor_unref(watch->devices);
		watch->lib->sd_login_monitor_unref(watch->seats);
		watch->lib->sd_event_unref(watch->event);
	}
}

/* Waking up is all that they are for: the state is looked at afterwards. */
static int on_device(sd_device_monitor *monitor, sd_device *device, void *context) {
	return 0;
}

static int on_queue(sd_event_source *source, const struct inotify_event *event, void *context) {
	return 0;
}

static int on_seat(sd_event_source *source, int fd, uint32_t events, void *context) {
	struct watch *watch = context;

	return watch->lib->sd_login_monitor_flush(watch->seats);
}

static int watch_devices(struct watch *watch) {
	const struct systemd *lib = watch->lib;
	int r = lib->sd_device_monitor_new(&watch->devices);

	if (r >= 0) {
		r = lib->sd_device_monitor_filter_add_match_subsystem_devtype(
			watch->devices, "drm", NULL);
	}
	if (r >= 0) {
		r = lib->sd_device_monitor_attach_event(watch->devices, watch->event);
	}
	if (r >= 0) {
		r = lib->sd_device_monitor_start(watch->devices, on_device, NULL);
	}
	if (r >= 0) {
		r = lib->sd_event_add_inotify(
			watch->event, NULL, "/" UDEV_DIRECTORY, IN_DELETE, on_queue, NULL);
		r = r == -ENOENT ? 0 : r; /* udev does not run */
	}
	return r;
}

static int watch_seats(struct watch *watch) {
	const struct systemd *lib = watch->lib;
	int r = lib->sd_login_monitor_new("seat", &watch->seats);

	if (r < 0) {
		watch->seats = NULL;
		return r == -ENOENT ? 0 : r; /* logind does not run */
	}
	return lib->sd_event_add_io(watch->event, NULL, lib->sd_login_monitor_get_fd(watch->seats),
		EPOLLIN, on_seat, watch);
}

static int watch_open(struct watch *watch, struct error *error) {
	int r = systemd_load(&watch->lib, error);

	if (r < 0) {
		return r;
	}
	r = watch->lib->sd_event_new(&watch->event);
	if (r >= 0) {
		r = watch_devices(watch);
	}
	if (r >= 0) {
		r = watch_seats(watch);
	}
	return r < 0 ? error_set(error, r, "cannot listen to udev and logind: %s", strerror(-r))
		     : 0;
}

static bool is_initialised(const struct systemd *lib, const char *card) {
	sd_device *device = NULL;
	char path[64];
	bool initialised;

	if (name_format(path, sizeof(path), "/sys/class/drm/%s", card) < 0 ||
		lib->sd_device_new_from_syspath(&device, path) < 0) {
		return true; /* it has just gone: nothing to wait for */
	}
	initialised = lib->sd_device_get_is_initialized(device) > 0;
	lib->sd_device_unref(device);
	return initialised;
}

/* Does everything stand ready? If not, the sentence says what is missing. */
static bool is_ready(struct machine *machine, const struct watch *watch, struct error *error) {
	AUTO_NAMES struct names names = {0};
	size_t cards = 0;

	if (names_read(machine->root, "sys/class/drm", &names) < 0) {
		return true;
	}
	for (size_t i = 0; i < names.count; i++) {
		if (!seat_is_card(names.names[i])) {
			continue;
		}
		cards++;
		if (!is_initialised(watch->lib, names.names[i])) {
			error_set(error, -ETIMEDOUT, "udev has not finished with /dev/dri/%s",
				names.names[i]);
			return false;
		}
	}
	if (cards > 0 && file_exists(machine->root, UDEV_QUEUE)) {
		error_set(error, -ETIMEDOUT, "udev has not finished with new devices");
		return false;
	}
	/* Negative: there is no such seat. */
	if (cards > 0 && watch->seats && watch->lib->sd_seat_can_graphical(SEAT) == 0) {
		error_set(error, -ETIMEDOUT, "logind says that " SEAT " cannot show graphics");
		return false;
	}
	return true;
}

int seat_await(struct machine *machine, uint64_t deadline, struct error *error) {
	CLEANUP(watch_close) struct watch watch = {0};
	int r = watch_open(&watch, error);

	if (r < 0) {
		return r;
	}
	while (!is_ready(machine, &watch, error)) {
		uint64_t left = deadline_left_us(deadline);

		if (left == 0) {
			return -ETIMEDOUT;
		}
		r = watch.lib->sd_event_run(watch.event, left);
		if (r < 0 && r != -EINTR) {
			return error_set(
				error, r, "cannot wait for udev and logind: %s", strerror(-r));
		}
	}
	return 0;
}
