// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/qemu.h"

#include <errno.h>

#include "snapshot.h"

#define PARSE(words, ret) qemu_guest_parse(words, sizeof(words) - 1, ret)

static void a_guest_is_called_as_its_hypervisor_calls_it(void **state) {
	char guest[LABEL_SIZE];

	assert_int_equal(PARSE("qemu\0-name\0guest=win11,debug-threads=on\0-S\0", guest), 0);
	assert_string_equal(guest, "win11");
	assert_int_equal(PARSE("kvm\0-id\0"
			       "100\0-name\0win11,debug-threads=on\0",
				 guest),
		0);
	assert_string_equal(guest, "100");
	assert_int_equal(PARSE("qemu\0-name\0a,,b,process=x\0", guest), 0);
	assert_string_equal(guest, "a,b");
	assert_int_equal(PARSE("qemu\0-name\0-id\0", guest), 0); /* a name, and no option */
	assert_string_equal(guest, "-id");
}

static void a_guest_may_have_no_name(void **state) {
	char guest[LABEL_SIZE] = "before", words[2 * LABEL_SIZE + 16];
	int length = snprintf(words, sizeof(words), "-name%c%0*d%c", 0, LABEL_SIZE, 1, 0);

	assert_int_equal(PARSE("qemu\0-m\0"
			       "512\0",
				 guest),
		-ENOENT);
	assert_int_equal(PARSE("qemu\0-name\0", guest), -ENOENT);
	assert_int_equal(PARSE("qemu\0-name\0win", guest), -ENOENT); /* cut off */
	assert_int_equal(PARSE("qemu\0-name\0guest=,x\0", guest), -ENOENT);
	assert_int_equal(PARSE("", guest), -ENOENT);
	assert_int_equal(qemu_guest_parse(words, (size_t)length, guest), -ENOENT);
	assert_string_equal(guest, "before");
}

static void distributions_call_it_differently(void **state) {
	assert_true(qemu_is("qemu-system-x86"));
	assert_true(qemu_is("qemu-kvm"));
	assert_true(qemu_is("kvm"));
	assert_false(qemu_is("kvm-irqfd-clean"));
	assert_false(qemu_is("Xorg"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_is_called_as_its_hypervisor_calls_it),
		cmocka_unit_test(a_guest_may_have_no_name),
		cmocka_unit_test(distributions_call_it_differently),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
