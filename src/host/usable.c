// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/host.h"

#include <errno.h>
#include <string.h>

/* Home means usable: what a person who looks at a dark screen would have to find out. */

#define FRAMEBUFFER_CONSOLE "frame buffer device"

/* A driver that lets an idle device sleep wakes it up again; anything else does not. */
static bool has_power(const struct device *device) {
	static const char *const fine[] = {"", "D0", "unknown"};

	for (size_t i = 0; i < COUNT(fine); i++) {
		if (strcmp(device->power_state, fine[i]) == 0) {
			return true;
		}
	}
	return device->runtime_status[0] && strcmp(device->runtime_status, "error") != 0 &&
	       strcmp(device->runtime_status, "unsupported") != 0;
}

static int check_card(const struct host *host, const struct drm_card *card, struct error *error) {
	if (host->udev && !card->initialised) {
		return error_set(
			error, -ENODEV, "udev has not finished with /dev/dri/%s", card->name);
	}
	if (host->udev && host->logind && !card->seated) {
		return error_set(error, -ENODEV, "/dev/dri/%s is on no seat", card->name);
	}
	return 0;
}

/* Does a console or a login screen show something on it? */
static bool shows_something(const struct host *host, const struct drm_card *card) {
	for (size_t i = 0; i < host->console_count; i++) {
		if (host->consoles[i].bound &&
			strcmp(host->consoles[i].name, FRAMEBUFFER_CONSOLE) == 0) {
			return true;
		}
	}
	return host_display_manager_holds(host, card->device);
}

int host_check_usable(
	const struct host *host, const struct device *device, bool shown, struct error *error) {
	int r = 0;

	if (!has_power(device)) {
		return error_set(error, -ENODEV,
			"it is in the power state %s, and %s does not "
			"wake it up",
			device->power_state, device->driver);
	}
	for (size_t i = 0; r == 0 && i < host->card_count; i++) {
		const struct drm_card *card = &host->cards[i];

		if (address_compare(card->device, device->address) != 0) {
			continue;
		}
		r = check_card(host, card, error);
		if (r == 0 && shown && !shows_something(host, card)) {
			r = error_set(error, -ENODEV,
				"neither a console nor a display manager shows anything on it");
		}
	}
	return r;
}
