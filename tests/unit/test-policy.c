// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/policy.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void a_policy_is_one_of_three_words(void **state) {
	enum holders_policy holders = HOLDERS_REFUSE;

	assert_int_equal(policy_parse_holders("terminate", &holders), 0);
	assert_int_equal(holders, HOLDERS_TERMINATE);
	assert_int_equal(policy_parse_holders("stop-services", &holders), 0);
	assert_int_equal(holders, HOLDERS_STOP_SERVICES);
	assert_int_equal(policy_parse_holders("refuse", &holders), 0);
	assert_int_equal(holders, HOLDERS_REFUSE);
	assert_int_equal(policy_parse_holders("kill", &holders), -EINVAL);
	assert_int_equal(holders, HOLDERS_REFUSE);
}

static void names_stand_in_place_of_those_before(void **state) {
	struct policy_names names = {0};

	assert_int_equal(policy_parse_names("a.service", &names), 0);
	assert_int_equal(policy_parse_names("b.service \t c.service", &names), 0);
	assert_int_equal(names.count, 2);
	assert_true(policy_has(&names, "b.service"));
	assert_true(policy_has(&names, "c.service"));
	assert_false(policy_has(&names, "a.service"));
	assert_false(policy_has(&names, ""));
}

static void what_is_too_much_changes_nothing(void **state) {
	struct policy_names names = {0};
	char many[4 * (POLICY_NAMES_MAX + 1)] = "", longer[POLICY_NAME_SIZE + 1];

	assert_int_equal(policy_parse_names("a", &names), 0);
	for (int i = 0; i <= POLICY_NAMES_MAX; i++) {
		strcat(many, "x ");
	}
	assert_int_equal(policy_parse_names(many, &names), -E2BIG);
	memset(longer, 'x', POLICY_NAME_SIZE);
	longer[POLICY_NAME_SIZE] = '\0';
	assert_int_equal(policy_parse_names(longer, &names), -ENAMETOOLONG);
	assert_int_equal(names.count, 1);
	assert_string_equal(names.names[0], "a");
}

/* The kernel keeps 15 bytes of a program's name. */
static void a_program_is_known_by_what_the_kernel_keeps_of_its_name(void **state) {
	struct policy_names names = {0};

	assert_int_equal(policy_parse_names("prometheus-nvidia-exporter sway", &names), 0);
	assert_true(policy_has_program(&names, "prometheus-nvid"));
	assert_true(policy_has_program(&names, "sway"));
	assert_false(policy_has_program(&names, "swaybar"));
	assert_false(policy_has_program(&names, "sw"));
	assert_false(policy_has_program(&names, "prometheus"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_is_one_of_three_words),
		cmocka_unit_test(names_stand_in_place_of_those_before),
		cmocka_unit_test(what_is_too_much_changes_nothing),
		cmocka_unit_test(a_program_is_known_by_what_the_kernel_keeps_of_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
