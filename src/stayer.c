// SPDX-License-Identifier: GPL-2.0-or-later
#include "stayer.h"

#include <errno.h>
#include <string.h>

#include "host/driver/rebinder.h"

#define CULPRITS_MAX 3 /* that one sentence names */

bool stayer_is_watched(const struct stayer *stayer) {
	return stayer->home[0] != '\0';
}

void stayer_let_go(struct stayer *stayer) {
	stayer->home[0] = '\0';
}

bool stayer_is_away(const struct stayer *stayer) {
	return stayer_is_watched(stayer) && stayer->away_us != 0 && !stayer->taken;
}

void stayer_look(struct stayer *stayer, struct ops *ops, bool blind, bool ended) {
	char driver[VALUE_SIZE];

	if (ops->get(ops, FACT_DRIVER, stayer->device.name, driver, NULL) < 0) {
		if (ended) {
			stayer_let_go(stayer); /* pulled out, or not to be read */
		}
		return;
	}
	if (strcmp(driver, stayer->home) == 0) {
		stayer->home_us = stayer->home_us ? stayer->home_us : ops->now_us(ops);
		stayer->away_us = 0;
	} else if (!stayer->away_us && (stayer->home_us || (ended && !stayer->only_told))) {
		stayer->away_us = ops->now_us(ops);
		stayer->unseen = blind;
	}
}

enum thief stayer_find_thief(const struct stayer *stayer, const struct device *device) {
	if (!device->driver[0] || device->in_flight || strcmp(device->driver, stayer->home) == 0) {
		return THIEF_NONE;
	}
	if (device->override[0]) {
		return THIEF_NAMED;
	}
	return strcmp(device->driver, "vfio-pci") == 0 ? THIEF_IDS : THIEF_OTHER;
}

static int add_time(const struct stayer *stayer, struct text *text) {
	double ms = (double)(stayer->away_us - stayer->home_us) / 1000.0;

	if (!stayer->home_us) {
		return text_add(text, "it was away again before anybody saw it home");
	}
	return text_add(text, "it stayed home for %s%.0f ms", stayer->unseen ? "at most " : "", ms);
}

/* ": the udev rule FILE:LINE, or the hook FILE:LINE" */
static int add_culprits(const struct rebinders *rebinders, bool ids, struct text *text) {
	size_t count = 0;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < rebinders->count && count < CULPRITS_MAX; i++) {
		if (rebinders->all[i].ids == ids ||
			(!ids && rebinders->all[i].kind >= REBINDER_UDEV)) {
			r = text_add(text, count++ ? ", or " : " by ");
			r = r < 0 ? r : rebinder_format(&rebinders->all[i], text);
		}
	}
	if (r >= 0 && count == 0) {
		r = text_add(text, ", and nothing on this machine that says so was found");
	}
	return r;
}

static int add_deed(
	struct ops *ops, enum thief thief, const struct device *device, struct text *text) {
	AUTO_REBINDERS struct rebinders rebinders = {0};
	int r = ops->rebinders(ops, device, &rebinders, NULL);

	if (r < 0) {
		return r;
	}
	if (thief == THIEF_OTHER) {
		return text_add(text, "; somebody has bound it to %s", device->driver);
	}
	r = text_add(text,
		thief == THIEF_IDS ? "; %s took it by an id that was added to its own"
				   : "; %s has it, by a driver_override that was set",
		device->driver);
	return r < 0 ? r : add_culprits(&rebinders, thief == THIEF_IDS, text);
}

/* What comes of it. */
static int add_remedy(const struct stayer *stayer, const struct judgement *judgement,
	const struct device *device, struct text *text) {
	if (judgement->recalled) {
		return text_add(text, "; it is being brought home again");
	}
	return text_add(text, "; %s: put an end to that, then `baton reattach %s`",
		stayer->again ? "it was brought home once, and is left alone now"
			      : "it is left alone",
		device->name);
}

int stayer_explain(const struct stayer *stayer, struct ops *ops, const struct judgement *judgement,
	const struct device *device, struct text *ret) {
	int r = add_time(stayer, ret);

	r = r < 0 ? r : add_deed(ops, judgement->thief, device, ret);
	return r < 0 ? r : add_remedy(stayer, judgement, device, ret);
}
