// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/advice.h"
#include "advise/card.h"

/*
 * NVIDIA's driver for GeForce cards refused to work under a hypervisor that it saw (code 43). It
 * has worked in guests since 465.89 of March 2021, on Kepler and everything after it ("GeForce GPU
 * passthrough for Windows virtual machine", release notes of R465). For what is older the last
 * driver is 391: there it is as it was. The ids of Fermi (GF1xx) and before, by pci.ids.
 */
static bool is_before_kepler(const struct device *device) {
	uint16_t id = device->identity.device;

	return device->identity.vendor == VENDOR_NVIDIA &&
	       (id < 0x0fc0 || (id >= 0x1040 && id < 0x1180) || (id >= 0x1200 && id < 0x1280));
}

#define VENDOR_AMD 0x1002

struct cards {
	bool old_nvidia, nvidia, amd;
};

static struct cards look(const struct adviser *adviser) {
	const struct device *card = NULL;
	struct cards cards = {0};

	while ((card = card_next(adviser, card))) {
		cards.old_nvidia = cards.old_nvidia || is_before_kepler(card);
		cards.nvidia = cards.nvidia || card->identity.vendor == VENDOR_NVIDIA;
		cards.amd = cards.amd || card->identity.vendor == VENDOR_AMD;
	}
	return cards;
}

static void advise_still(struct adviser *adviser) {
	const struct model *model = adviser->model;
	struct advice *advice;

	if (model->hidden && (model->vendor_id || model->system != SYSTEM_WINDOWS)) {
		return;
	}
	advice = advice_add(adviser, "hidden", ADVICE_NEEDED);
	advice_what(advice, "hide the hypervisor from the card's driver");
	advice_why(advice,
		"the last driver for a GeForce of before 2012 (Fermi and older) is 391: it refuses to work in a guest that it recognizes (code 43)");
	if (!model->hidden) {
		advice_change(adviser, SETTING_HIDDEN, 0)->on = true;
	}
	if (!model->vendor_id && model->system == SYSTEM_WINDOWS) {
		advice_change(adviser, SETTING_VENDOR_ID, 0)->on = true;
	}
}

static void advise_hidden(struct adviser *adviser, const struct cards *cards) {
	bool windows = adviser->model->system == SYSTEM_WINDOWS;
	struct advice *advice;

	if (!adviser->model->hidden) {
		return;
	}
	advice = advice_add(adviser, "hidden", windows ? ADVICE_MATTER_OF_TASTE : ADVICE_BETTER);
	advice_what(advice, "stop hiding KVM");
	advice_why(advice, "%s; %s",
		cards->nvidia ? "NVIDIA's driver has worked in guests since 465.89 (March 2021)"
			      : "only NVIDIA's driver ever minded, before 465.89 (March 2021)",
		windows ? "to Windows it does no harm"
			: "and as long as it is hidden, a Linux guest has none of KVM's clock and shortcuts");
	advice_change(adviser, SETTING_HIDDEN, 0)->on = false;
}

/* AMD's drivers are said to look at Hyper-V's own name still: there it stays. */
static void advise_vendor_id(struct adviser *adviser, const struct cards *cards) {
	struct advice *advice;

	if (!adviser->model->vendor_id || cards->amd) {
		return;
	}
	advice = advice_add(adviser, "vendor-id", ADVICE_MATTER_OF_TASTE);
	advice_what(advice, "stop giving Hyper-V another name (vendor_id)");
	advice_why(advice,
		"NVIDIA's driver has not looked at it since 465.89 (March 2021); it does no harm either");
	advice_change(adviser, SETTING_VENDOR_ID, 0)->on = false;
}

void advise_hiding(struct adviser *adviser) {
	struct cards cards = look(adviser);

	if (cards.old_nvidia) {
		advise_still(adviser);
	} else if (card_is_given(adviser)) {
		advise_hidden(adviser, &cards);
		advise_vendor_id(adviser, &cards);
	}
}
