// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/request.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"

static struct address at(unsigned int bus) {
	return (struct address){.bus = (uint8_t)bus};
}

static void a_device_is_added_once(void **state) {
	struct request request = {0};

	assert_int_equal(request_add(&request, at(1), NULL, NULL), 0);
	assert_int_equal(request_add(&request, at(2), "", NULL), 0);
	assert_int_equal(request_add(&request, at(1), NULL, NULL), 0);
	assert_int_equal(request.device_count, 2);
	assert_int_equal(request.devices[0].address.bus, 1);
	assert_int_equal(request.devices[1].address.bus, 2);
	assert_string_equal(request.devices[0].driver, "");
}

static void an_open_choice_of_driver_may_be_made_later(void **state) {
	struct request request = {0};
	struct error error;

	assert_int_equal(request_add(&request, at(1), NULL, NULL), 0);
	assert_int_equal(request_add(&request, at(1), "xe-vfio-pci", NULL), 0);
	assert_int_equal(request_add(&request, at(1), NULL, NULL), 0);
	assert_int_equal(request_add(&request, at(1), "xe-vfio-pci", NULL), 0);
	assert_int_equal(request.device_count, 1);
	assert_string_equal(request.devices[0].driver, "xe-vfio-pci");

	assert_int_equal(request_add(&request, at(1), "vfio-pci", &error), -EINVAL);
	assert_string_equal(error.text,
		"0000:01:00.0 is wanted twice, with driver xe-vfio-pci and with driver vfio-pci");
	assert_string_equal(request.devices[0].driver, "xe-vfio-pci");
}

static void devices_have_a_limit(void **state) {
	struct request request = {0};
	struct error error;

	for (unsigned int i = 0; i < REQUEST_DEVICES_MAX; i++) {
		assert_int_equal(request_add(&request, at(i), NULL, &error), 0);
	}
	assert_int_equal(request_add(&request, at(REQUEST_DEVICES_MAX), NULL, &error), -E2BIG);
	assert_string_equal(error.text, "more than 64 devices are wanted for one guest");
	assert_int_equal(request_add(&request, at(0), NULL, &error), 0);
	assert_int_equal(request.device_count, REQUEST_DEVICES_MAX);
}

#define X63 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void a_driver_s_name_is_part_of_a_path(void **state) {
	static const char *const sound[] = {
		"vfio-pci", "mlx5_vfio_pci", "3w-9xxx", "ATI IXP", "a..b", X63};
	static const char *const unsound[] = {"", ".", "..", "../x", "a/b", "-", " a", "a\n",
		"a\tb", "caf\xc3\xa9", "(null)", X63 "x"};
	struct request request = {0};
	struct error error;

	for (size_t i = 0; i < COUNT(sound); i++) {
		assert_true(driver_name_is_sound(sound[i]));
		assert_int_equal(request_add(&request, at((unsigned int)i), sound[i], NULL), 0);
		assert_string_equal(request.devices[i].driver, sound[i]);
	}
	for (size_t i = 0; i < COUNT(unsound); i++) {
		assert_false(driver_name_is_sound(unsound[i]));
	}
	assert_int_equal(request_add(&request, at(9), "../x", &error), -EINVAL);
	assert_string_equal(error.text,
		"the driver that is wanted for 0000:09:00.0 has a name that no driver can have");
	assert_int_equal(request.device_count, COUNT(sound));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_is_added_once),
		cmocka_unit_test(an_open_choice_of_driver_may_be_made_later),
		cmocka_unit_test(devices_have_a_limit),
		cmocka_unit_test(a_driver_s_name_is_part_of_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
