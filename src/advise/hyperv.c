// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/advice.h"
#include "base/text.h"

/*
 * QEMU's documentation (docs/system/i386/hyperv.rst, "Recommendations") says to switch on all but
 * the few that are for debugging, for other hypervisors below, or of no use any more; these are in
 * every release from 5.2 on, and work together.
 */
void advise_hyperv(struct adviser *adviser) {
	const struct model *model = adviser->model;
	AUTO_TEXT struct text missing = {0};
	struct advice *advice;
	int r = 0;

	if (model->system != SYSTEM_WINDOWS || !(model->can & CAN_HYPERV) || !model->accelerated) {
		return;
	}
	for (enum hyperv i = 0; r == 0 && i < HYPERV_COUNT; i++) {
		if (!model->hyperv[i]) {
			r = text_add(
				&missing, "%s%s", missing.length > 0 ? ", " : "", hyperv_name(i));
		}
	}
	if (r < 0 || missing.length == 0) {
		adviser->r = adviser->r < 0 ? adviser->r : r;
		return;
	}
	advice = advice_add(adviser, "hyperv", ADVICE_BETTER);
	advice_what(advice, "let Windows see the Hyper-V enlightenments: %s", missing.data);
	advice_why(advice,
		"Windows then asks the hypervisor instead of hardware that has to be emulated: less work at every timer, interrupt and lock");
	for (enum hyperv i = 0; i < HYPERV_COUNT; i++) {
		if (!model->hyperv[i]) {
			advice_change(adviser, SETTING_HYPERV, i);
		}
	}
}
