// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/advice.h"
#include "advise/card.h"

/* Does the host keep a card to draw on when the guest has its own? */
static bool host_keeps_one(const struct adviser *adviser) {
	const struct host *host = adviser->ground->host;

	for (size_t i = 0; i < host->card_count; i++) {
		const struct device *card = NULL;
		bool leaves = false;

		while ((card = card_next(adviser, card))) {
			leaves = leaves || address_same_slot(card->address, host->cards[i].device);
		}
		if (!leaves) {
			return true;
		}
	}
	return false;
}

/* Seed 002: a guest does not start, or ends, with a display that needs the desktop. */
static void advise_host_display(struct adviser *adviser) {
	struct advice *advice;

	if (!adviser->model->host_display || host_keeps_one(adviser)) {
		return;
	}
	advice = advice_add(adviser, "host-display", ADVICE_NEEDED);
	advice_what(advice, "have no display of the guest drawn by the host");
	advice_why(advice,
		"the host has no other card than the one that the guest gets: what is drawn with the host's OpenGL, or in a window of its desktop, ends with it, or keeps the guest from starting");
	advice_change(adviser, SETTING_DISPLAY, 0);
}

static void advise_video(struct adviser *adviser) {
	const struct model *model = adviser->model;
	struct advice *advice;

	/* Looking Glass shows it as long as its own program in the guest does not run. */
	if (!model->video || model->shared_kib > 0 || adviser->wishes->shared_mib > 0) {
		return;
	}
	advice = advice_add(adviser, "video", ADVICE_MATTER_OF_TASTE);
	advice_what(advice, "take the emulated display away, once the card's driver is installed");
	advice_why(advice,
		"the guest takes it for a second monitor, and often for the first; but until the driver works it is the only way to see what goes wrong%s",
		model->remote_display ? " (VNC or SPICE)" : "");
	advice_change(adviser, SETTING_VIDEO, 0);
}

static void advise_looking_glass(struct adviser *adviser) {
	unsigned int wanted = adviser->wishes->shared_mib;
	struct advice *advice;

	if (adviser->model->shared_kib >= (uint64_t)wanted * 1024) {
		return;
	}
	advice = advice_add(adviser, "looking-glass", ADVICE_BETTER);
	advice_what(
		advice, "give Looking Glass %u MiB of memory that host and guest share", wanted);
	advice_why(advice,
		"two pictures of that size and what goes along with them, as a power of two");
	advice_by_hand(advice,
		"the client runs as you: let it open /dev/shm/looking-glass (a line of tmpfiles.d: f /dev/shm/looking-glass 0660 YOU kvm -)");
	advice_change(adviser, SETTING_SHARED, wanted);
}

void advise_display(struct adviser *adviser) {
	if (card_is_given(adviser)) {
		advise_host_display(adviser);
		advise_video(adviser);
	}
	advise_looking_glass(adviser);
}
