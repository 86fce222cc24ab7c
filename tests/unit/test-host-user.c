// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/user.h"

#include <errno.h>

#include "snapshot.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
			     "# a comment\n"
			     "+::::::\n"
			     "alice:x:1000:1000:Alice,,,:/srv/alice:/bin/bash\n"
			     "a-name-that-is-longer-than-thirty-one:x:1001:1001::/:/bin/sh\n"
			     "bob::1002:1002::/:/bin/sh\n"
			     "eve:x:1003\n"
			     "dan:x:1004:1004::/:/bin/sh";

static void a_users_name_stands_in_the_machines_file(void **state) {
	char name[USER_SIZE];

	assert_int_equal(user_name_parse(passwd, 0, name), 0);
	assert_string_equal(name, "root");
	assert_int_equal(user_name_parse(passwd, 1000, name), 0);
	assert_string_equal(name, "alice");
	assert_int_equal(user_name_parse(passwd, 1004, name), 0);
	assert_string_equal(name, "dan");
	assert_int_equal(user_name_parse(passwd, 1002, name), 0); /* without a password */
	assert_string_equal(name, "bob");
}

static void who_is_not_in_it_has_no_name(void **state) {
	char name[USER_SIZE] = "before";

	assert_int_equal(user_name_parse(passwd, 100, name), -ENOENT);
	assert_int_equal(user_name_parse(passwd, 1001, name), -ENOENT); /* too long */
	assert_int_equal(user_name_parse(passwd, 1003, name), -ENOENT); /* no whole line */
	assert_int_equal(user_name_parse("", 0, name), -ENOENT);
	assert_string_equal(name, "before");
}

static void a_process_is_its_real_users(void **state) {
	uint32_t uid = 7;

	assert_int_equal(status_uid_parse("Name:\tUid: 5\nUmask:\t0022\nState:\tS (sleeping)\n"
					  "Uid:\t1000\t0\t0\t0\nGid:\t100\t100\t100\t100\n",
				 &uid),
		0);
	assert_int_equal(uid, 1000);
	assert_int_equal(status_uid_parse("Name:\tUid:\nGid:\t0\n", &uid), -EINVAL);
	assert_int_equal(status_uid_parse("", &uid), -EINVAL);
	assert_int_equal(uid, 1000);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_users_name_stands_in_the_machines_file),
		cmocka_unit_test(who_is_not_in_it_has_no_name),
		cmocka_unit_test(a_process_is_its_real_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
