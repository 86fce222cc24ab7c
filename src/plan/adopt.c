// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/build.h"

#include <errno.h>
#include <string.h>

#define BY_HAND "hand:"

/* Only a guest takes over what a person has detached: what ends with a command would bring the
 * person's devices home with it. */
static bool is_guest(const char *key) {
	static const char *const others[] = {BY_HAND, "cycle:", "home:", "rehearsal:"};

	for (size_t i = 0; i < COUNT(others); i++) {
		if (text_starts(key, others[i])) {
			return false;
		}
	}
	return true;
}

bool plan_adopts(const struct plan *plan, const char *guest) {
	for (size_t i = 0; i < plan->adopted_count; i++) {
		if (strcmp(plan->adopted[i], guest) == 0) {
			return true;
		}
	}
	return false;
}

/* Is every device that is out with it wanted, and the hand-over at its end? */
static bool is_wanted(const struct making *making, const char *guest) {
	for (size_t i = 0; i < making->claims->device_count; i++) {
		const struct claimed_device *claimed = &making->claims->devices[i];

		if (strcmp(claimed->guest, guest) == 0 &&
			!(claimed->held && plan_has(making->plan, claimed->address))) {
			return false;
		}
	}
	return true;
}

void plan_find_adopted(struct making *making) {
	struct plan *plan = making->plan;

	for (size_t i = 0; i < making->claims->device_count; i++) {
		const char *guest = making->claims->devices[i].guest;

		if (!is_guest(making->request->guest) || !text_starts(guest, BY_HAND) ||
			plan_adopts(plan, guest) || !is_wanted(making, guest) ||
			plan->adopted_count == PLAN_ADOPTED_MAX) {
			continue;
		}
		memcpy(plan->adopted[plan->adopted_count++], guest, GUEST_SIZE);
	}
}

int plan_add_adopted(struct making *making) {
	for (size_t i = 0; i < making->claims->count; i++) {
		const struct claim *claim = &making->claims->claims[i];
		struct planned *planned;

		if (!plan_adopts(making->plan, claim->guest)) {
			continue;
		}
		planned = plan_add(making->plan, claim->step.fact, claim->step.subject,
			claim->step.from, claim->step.to);
		if (!planned) {
			return -E2BIG;
		}
		planned->adopted = true;
	}
	return 0;
}
