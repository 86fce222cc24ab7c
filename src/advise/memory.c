// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/advice.h"
#include "advise/card.h"

/* QEMU itself switches it off with VFIO (qemu_balloon_inhibit in hw/vfio). */
static void advise_balloon(struct adviser *adviser) {
	struct advice *advice;

	if (!adviser->model->balloon) {
		return;
	}
	advice = advice_add(adviser, "balloon", ADVICE_BETTER);
	advice_what(advice, "take the memory balloon away");
	advice_why(advice,
		"all memory of a guest with a card is locked for the card to write to, so nothing of it can be given back");
	advice_change(adviser, SETTING_BALLOON, 0);
}

void advise_memory(struct adviser *adviser) {
	if (card_is_given(adviser)) {
		advise_balloon(adviser);
	}
}
