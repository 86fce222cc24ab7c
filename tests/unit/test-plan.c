// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define CARDS_MOST 12

/* Cards of NVIDIA's, each in a group of its own: taking the module out unbinds all of them. */
struct cards {
	struct device devices[CARDS_MOST];
	struct module module;
	struct host host;
	struct request request;
};

static void make(size_t count, struct cards *ret) {
	*ret = (struct cards){
		.module = {.name = "nvidia"},
		.host = {.kernel = "6.1.0", .iommu = true, .vfio = true},
		.request = {.guest = "hand:x", .title = "hand:x"},
	};
	for (size_t i = 0; i < count; i++) {
		struct device *device = &ret->devices[i];

		*device = (struct device){
			.address = {.bus = (uint8_t)(i + 1)},
			.class = 0x030000,
			.driver = "nvidia",
			.module = "nvidia",
			.vfio_driver = "vfio-pci",
			.vfio_module = "vfio_pci",
			.group = (int)i,
		};
		address_format(device->address, device->name);
		assert_int_equal(request_add(&ret->request, device->address, NULL, NULL), 0);
	}
	ret->host.devices = ret->devices;
	ret->host.device_count = count;
	ret->host.modules = &ret->module;
	ret->host.module_count = 1;
}

static int plan(const struct cards *cards, struct plan **ret, struct error *error) {
	const struct claims claims = {0};
	const struct asked asked = {0};

	return plan_make(&cards->host, &cards->request, &claims, &asked, ret, error);
}

static void as_many_cards_go_at_once_as_a_step_has_room_for(void **state) {
	AUTO_PLAN struct plan *made = NULL;
	struct error error = {0};
	struct cards cards;

	make(EFFECTS_MAX, &cards);
	assert_int_equal(plan(&cards, &made, &error), 0);
	assert_int_equal(made->refusal_count, 0);
	assert_true(made->step_count > 2 * EFFECTS_MAX);
}

static void with_more_the_sentence_says_what_is_too_many(void **state) {
	AUTO_PLAN struct plan *made = NULL;
	struct error error = {0};
	struct cards cards;

	make(EFFECTS_MAX + 1, &cards);
	assert_int_equal(plan(&cards, &made, &error), -E2BIG);
	assert_null(made);
	assert_non_null(strstr(error.text, "more than 8 changes along with one step"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_cards_go_at_once_as_a_step_has_room_for),
		cmocka_unit_test(with_more_the_sentence_says_what_is_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
