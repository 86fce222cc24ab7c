// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#define CARD "0000:01:00.0"
#define HAND "hand:" CARD

/* A person has detached one card of two, and then a guest is started with both. */
static struct plan *adopt(void) {
	static const char *const done[] = {
		"service lightdm.service up down",
		"driver " CARD " amdgpu -",
		"override " CARD " - vfio-pci",
		"driver " CARD " - vfio-pci",
	};
	struct device devices[] = {
		{.address = {.bus = 1}, .name = CARD, .driver = "vfio-pci", .override = "vfio-pci"},
		{.address = {.bus = 2}, .name = "0000:02:00.0", .driver = "nouveau", .group = 1},
	};
	const struct host host = {.kernel = "6.1.0",
		.iommu = true,
		.vfio = true,
		.devices = devices,
		.device_count = 2};
	struct request request = {.guest = "proxmox:100", .title = "proxmox:100"};
	struct claim taken[COUNT(done)];
	struct claimed_device device = {
		.guest = HAND, .title = HAND, .address = devices[0].address, .held = true};
	const struct claims claims = {taken, COUNT(done), &device, 1};
	const struct asked asked = {0};
	struct plan *plan = NULL;

	for (size_t i = 0; i < COUNT(done); i++) {
		taken[i] = (struct claim){.guest = HAND, .title = HAND};
		assert_int_equal(step_parse(done[i], &taken[i].step), 0);
	}
	for (size_t i = 0; i < COUNT(devices); i++) {
		strcpy(devices[i].vfio_driver, "vfio-pci");
		strcpy(devices[i].vfio_module, "vfio_pci");
		assert_int_equal(request_add(&request, devices[i].address, NULL, NULL), 0);
	}
	assert_int_equal(plan_make(&host, &request, &claims, &asked, &plan, NULL), 0);
	return plan;
}

static void what_is_taken_over_is_told_as_such(void **state) {
	AUTO_PLAN struct plan *plan = adopt();
	AUTO_TEXT struct text text = {0};

	assert_int_equal(plan_format(plan, &text), 0);
	assert_string_equal(text.data,
		"service lightdm.service up down  (done by hand, and taken over)\n"
		"driver " CARD " amdgpu -  (done by hand, and taken over)\n"
		"override " CARD " - vfio-pci  (done by hand, and taken over)\n"
		"driver " CARD " - vfio-pci  (done by hand, and taken over)\n"
		"module vfio_pci - loaded\n"
		"driver 0000:02:00.0 nouveau -\n"
		"override 0000:02:00.0 - vfio-pci\n"
		"driver 0000:02:00.0 - vfio-pci\n");
}

static void json_tells_it_of_each_step(void **state) {
	AUTO_PLAN struct plan *plan = adopt();
	AUTO_TEXT struct text text = {0};
	json_t *json, *steps;
	size_t adopted = 0;

	assert_int_equal(report_plan_json(plan, &text, NULL), 0);
	json = json_loads(text.data, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	steps = json_object_get(json, "steps");
	assert_int_equal(json_array_size(steps), 8);
	for (size_t i = 0; i < json_array_size(steps); i++) {
		const char *fact, *subject, *from, *to;
		int is_adopted, is_shared;

		assert_int_equal(json_unpack(json_array_get(steps, i),
					 "{s:s, s:s, s:s, s:s, s:b, s:b, s:[], s:n}", "fact", &fact,
					 "subject", &subject, "from", &from, "to", &to, "adopted",
					 &is_adopted, "shared", &is_shared, "effects", "loss"),
			0);
		assert_int_equal(is_adopted, i < 4);
		assert_false(is_shared);
		adopted += (size_t)is_adopted;
	}
	assert_int_equal(adopted, 4);
	json_decref(json);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken_over_is_told_as_such),
		cmocka_unit_test(json_tells_it_of_each_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
