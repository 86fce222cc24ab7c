// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/advice.h"
#include "advise/card.h"
#include "advise/cpu.h"

static void advise_hpet(struct adviser *adviser) {
	struct advice *advice;

	if (adviser->model->system != SYSTEM_WINDOWS || adviser->model->hpet_off) {
		return;
	}
	advice = advice_add(adviser, "hpet", ADVICE_BETTER);
	advice_what(advice, "take the HPET away from Windows");
	advice_why(advice,
		"Windows may choose it for its clock, and each look at it leaves the guest");
	advice_change(adviser, SETTING_HPET, 0);
}

/* invtsc keeps a guest from being saved and moved, and so does a card. */
static void advise_tsc(struct adviser *adviser) {
	const struct model *model = adviser->model;
	struct advice *advice;

	if (!adviser->ground->tsc || model->tsc || !cpu_is_hosts(adviser)) {
		return;
	}
	advice = advice_add(adviser, "tsc", ADVICE_MATTER_OF_TASTE);
	advice_what(advice, "let the guest keep its time by the processor's counter (TSC)");
	advice_why(advice,
		"the host does so itself, because it runs evenly here: reading it costs nothing, and programs that measure time get the same answers as without a guest");
	advice_change(adviser, SETTING_TSC, 0);
}

void advise_clock(struct adviser *adviser) {
	if (adviser->model->accelerated && !adviser->model->foreign && card_is_given(adviser) &&
		(adviser->model->can & CAN_TIMERS)) {
		advise_hpet(adviser);
		advise_tsc(adviser);
	}
}
