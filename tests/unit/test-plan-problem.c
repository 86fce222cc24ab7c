// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/warning.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "cards.h"

/* One of two cards, with a row that refuses it, and one that warns of it. */
static void make_tesla(struct cards *ret) {
	cards_make(2, ret);
	strcpy(ret->module.version, "535.183.01");
	assert_int_equal(names_add(&ret->module.holders, "nvidia_uvm"), 0);
	for (size_t i = 0; i < 2; i++) {
		ret->devices[i].identity =
			(struct identity){.vendor = VENDOR_NVIDIA, .device = 0x1eb8};
		strcpy(ret->devices[i].reset_methods, "bus");
	}
	ret->request.device_count = 1;
}

static void accept(struct cards *cards, const char *problem) {
	struct policy *policy = &cards->request.policy;

	strcpy(policy->accepted.names[policy->accepted.count++], problem);
}

#define HANG                                                                                       \
	"0000:01:00.0 would hang: NVIDIA's driver before 580.105.08 does not let go of one card "  \
	"while its other modules are loaded for another: unload nvidia_uvm, nvidia_drm and "       \
	"nvidia_modeset first, or hand over all NVIDIA cards together (known problem "             \
	"nvidia-remove-early)"

static void what_is_known_to_go_wrong_is_refused_and_what_may_is_warned_of(void **state) {
	AUTO_PLAN struct plan *made = NULL;
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	AUTO_CARDS struct cards cards = {0};

	make_tesla(&cards);
	assert_int_equal(cards_plan(&cards, &made, &error), 0);
	assert_int_equal(made->refusal_count, 1);
	assert_int_equal(made->refusals[0].kind, REFUSAL_PROBLEM);
	assert_string_equal(made->refusals[0].problem->id, "nvidia-remove-early");
	assert_int_equal(refusal_format(&made->refusals[0], &text), 0);
	assert_string_equal(text.data, HANG);
	assert_int_equal(made->warning_count, 1);
	assert_string_equal(made->warnings[0].problem->id, "nvidia-bus-reset");
	assert_string_equal(made->warnings[0].subject, "0000:01:00.0");
}

static void a_warning_stops_nothing(void **state) {
	AUTO_PLAN struct plan *made = NULL;
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	AUTO_CARDS struct cards cards = {0};

	make_tesla(&cards);
	strcpy(cards.module.version, "590.48.01");
	assert_int_equal(cards_plan(&cards, &made, &error), 0);
	assert_int_equal(made->refusal_count, 0);
	assert_int_equal(made->warning_count, 1);
	assert_true(made->step_count > 0);
	assert_int_equal(plan_format(made, &text), 0);
	assert_non_null(strstr(text.data, "warning: 0000:01:00.0 does not survive the reset"));
	assert_non_null(strstr(text.data, "(known problem nvidia-bus-reset)\nmodule vfio_pci"));
}

static void who_accepts_a_problem_is_warned_instead_of_refused_and_not_warned(void **state) {
	AUTO_PLAN struct plan *made = NULL;
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	AUTO_CARDS struct cards cards = {0};

	make_tesla(&cards);
	accept(&cards, "no-such-row");
	accept(&cards, "nvidia-bus-reset");
	accept(&cards, "nvidia-remove-early");
	assert_int_equal(cards_plan(&cards, &made, &error), 0);
	assert_int_equal(made->refusal_count, 0);
	assert_int_equal(made->warning_count, 1);
	assert_int_equal(warning_format(&made->warnings[0], &text), 0);
	assert_string_equal(text.data, HANG);
	assert_true(made->step_count > 0);
}

/* One of two cards, whose module other modules stand on. */
static void only_a_card_that_leaves_its_driver_to_others_can_hang_in_it(void **state) {
	struct error error = {0};
	struct cards cards;

	cards_make(2, &cards);
	for (size_t i = 0; i < 2; i++) {
		cards.devices[i].identity.vendor = VENDOR_NVIDIA;
	}
	strcpy(cards.module.version, "535.183.01");
	assert_int_equal(names_add(&cards.module.holders, "nvidia_uvm"), 0);
	for (size_t asked = 1; asked <= 2; asked++) {
		AUTO_PLAN struct plan *made = NULL;

		cards.request.device_count = asked;
		assert_int_equal(cards_plan(&cards, &made, &error), 0);
		assert_int_equal(made->refusal_count, 2 - asked);
	}
	names_free(&cards.module.holders);
	/* What others have built on it waits for nobody. */
	assert_int_equal(names_add(&cards.module.holders, "gdrdrv"), 0);
	for (size_t asked = 1; asked <= 2; asked++) {
		AUTO_PLAN struct plan *made = NULL;

		cards.request.device_count = asked;
		assert_int_equal(cards_plan(&cards, &made, &error), 0);
		assert_int_equal(made->refusal_count, 0);
	}
	names_free(&cards.module.holders);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_known_to_go_wrong_is_refused_and_what_may_is_warned_of),
		cmocka_unit_test(a_warning_stops_nothing),
		cmocka_unit_test(who_accepts_a_problem_is_warned_instead_of_refused_and_not_warned),
		cmocka_unit_test(only_a_card_that_leaves_its_driver_to_others_can_hang_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
