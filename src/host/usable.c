// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/host.h"

#include <errno.h>
#include <string.h>

/* Home means usable: what a person who looks at a dark screen would have to find out. */

static bool is_one_of(const char *word, const char *const *words, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (strcmp(word, words[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* A driver that lets an idle device sleep wakes it up again; anything else does not. */
static bool has_power(const struct device *device) {
	static const char *const awake[] = {"", "D0", "unknown"};
	static const char *const asleep[] = {"suspended", "suspending", "resuming"};

	return is_one_of(device->power_state, awake, COUNT(awake)) ||
	       is_one_of(device->runtime_status, asleep, COUNT(asleep));
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
	for (size_t i = 0; card->framebuffer && i < host->console_count; i++) {
		if (host->consoles[i].bound &&
			strcmp(host->consoles[i].name, CONSOLE_FRAME_BUFFER) == 0) {
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
