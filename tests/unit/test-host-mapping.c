// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/mapping.h"

#include "snapshot.h"

/* As the kernel writes them; only what has an inode has a file behind it. */
static const char maps[] =
	"00400000-00401000 r-xp 00000000 fd:01 17                               /usr/bin/x\n"
	"7f1000000000-7f1000100000 rw-s 00100000 00:05 321                      "
	"/dev/dri/card0 (deleted)\n"
	"7f2000000000-7f2000001000 rw-p 00000000 00:00 0 \n"
	"7f3000000000-7f3000001000 rw-s 00000000 00:01 9                        /memfd:a b\n"
	"garbage\n"
	"7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0                        [stack]\n"
	"7f4000000000-7f4000001000 r--s 00000000 08:a2 5                        /srv/a";

static void files_are_taken_off_line_by_line(void **state) {
	struct mapping mapping;
	const char *rest = maps;

	assert_true(mapping_next(&rest, &mapping));
	assert_string_equal(mapping.name, "/usr/bin/x");
	assert_int_equal(mapping.start, 0x400000);
	assert_int_equal(mapping.end, 0x401000);
	assert_false(mapping.shared);
	assert_int_equal(mapping.major, 0xfd);
	assert_int_equal(mapping.minor, 1);
	assert_int_equal(mapping.inode, 17);
	assert_true(mapping_next(&rest, &mapping));
	assert_string_equal(mapping.name, "/dev/dri/card0 (deleted)");
	assert_true(mapping.shared);
	assert_true(mapping_next(&rest, &mapping));
	assert_string_equal(mapping.name, "/memfd:a b");
	assert_true(mapping_next(&rest, &mapping));
	assert_string_equal(mapping.name, "/srv/a");
	assert_int_equal(mapping.minor, 0xa2);
	assert_false(mapping_next(&rest, &mapping));
	assert_false(mapping_next(&rest, &mapping));
}

static void what_is_cut_off_anywhere_is_no_line(void **state) {
	static const char line[] = "1000-2000 rw-s 00000000 00:05 321 /dev/x";

	for (size_t length = 0; length < sizeof(line) - 1; length++) {
		char data[sizeof(line)] = "";
		const char *rest = data;
		struct mapping mapping;

		memcpy(data, line, length);
		assert_int_equal(mapping_next(&rest, &mapping), length > strlen(line) - 6);
		assert_string_equal(rest, "");
	}
}

static void a_long_name_is_cut(void **state) {
	char data[2048];
	const char *rest = data;
	struct mapping mapping;

	snprintf(data, sizeof(data), "1-2 rw-s 0 00:05 3 /%01000d\n1-2 rw-s 0 00:05 4 /b\n", 7);
	assert_true(mapping_next(&rest, &mapping));
	assert_int_equal(strlen(mapping.name), MAPPING_NAME_SIZE - 1);
	assert_true(mapping_next(&rest, &mapping));
	assert_string_equal(mapping.name, "/b");
}

static void a_device_is_shared_or_called_like_a_node(void **state) {
	static const struct {
		struct mapping mapping;
		bool device;
	} rows[] = {
		{{.shared = true, .name = "/dev/dri/card0"}, true},
		{{.shared = true, .name = "/srv/node"}, true},
		{{.shared = false, .name = "/srv/root/dev/fb0"}, true},
		{{.shared = false, .name = "/usr/lib/libc.so.6"}, false},
		{{.shared = true, .name = "/memfd:x (deleted)"}, false},
		{{.shared = true, .name = "/dev/zero (deleted)"}, false},
		{{.shared = true, .name = "/dev/shm/x"}, false},
		{{.shared = true, .name = "/SYSV00000000 (deleted)"}, false},
		{{.shared = true, .name = "/dmabuf:"}, false},
		{{.shared = true, .name = "anon_inode:i915.gem"}, false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(mapping_may_be_device(&rows[i].mapping), rows[i].device);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_taken_off_line_by_line),
		cmocka_unit_test(what_is_cut_off_anywhere_is_no_line),
		cmocka_unit_test(a_long_name_is_cut),
		cmocka_unit_test(a_device_is_shared_or_called_like_a_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
