// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SNAPSHOT "\n[old]\nbios: seabios\ncores: 9\n"

static void a_key_is_set_where_proxmox_would_write_it(void **state) {
	static const struct {
		const char *before, *key, *value, *after;
	} rows[] = {
		{"#text\nbios: ovmf\ncores: 4\n" SNAPSHOT, "cores", "8",
			"#text\nbios: ovmf\ncores: 8\n" SNAPSHOT},
		{"#text\nbios: ovmf\nmemory: 1\n" SNAPSHOT, "cores", "8",
			"#text\nbios: ovmf\ncores: 8\nmemory: 1\n" SNAPSHOT},
		{"#text\nbios: ovmf\n" SNAPSHOT, "cores", "8",
			"#text\nbios: ovmf\ncores: 8\n" SNAPSHOT},
		{"#text\nmemory: 1\n", "cores", "8", "#text\ncores: 8\nmemory: 1\n"},
		{"#text\n#more\n", "cores", "8", "#text\n#more\ncores: 8\n"},
		{"", "cores", "8", "cores: 8\n"},
		{"bios: ovmf", "cores", "8", "bios: ovmf\ncores: 8\n"},
		{"a: 1\ncores: 4\nb: 2\n", "cores", NULL, "a: 1\nb: 2\n"},
		{"a: 1\n" SNAPSHOT, "cores", NULL, "a: 1\n" SNAPSHOT},
		{"cores: 1\ncores: 2\n", "cores", "3", "cores: 1\ncores: 3\n"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_TEXT struct text document = {0};
		char value[CONF_VALUE_SIZE];

		assert_int_equal(text_add(&document, "%s", rows[i].before), 0);
		assert_int_equal(conf_set(&document, rows[i].key, rows[i].value), 0);
		assert_string_equal(document.data, rows[i].after);
		assert_int_equal(conf_get(&document, rows[i].key, value), rows[i].value != NULL);
		assert_string_equal(value, rows[i].value ? rows[i].value : "");
	}
}

static void a_part_is_set_among_the_others(void **state) {
	static const struct {
		const char *before, *key, *value, *after;
	} rows[] = {
		{"kvm64,hidden=1,flags=+aes", NULL, "host", "host,hidden=1,flags=+aes"},
		{"hidden=1", NULL, "host", "host,hidden=1"},
		{"", NULL, "host", "host"},
		{"host,hidden=1,flags=+aes", "hidden", NULL, "host,flags=+aes"},
		{"hidden=1", "hidden", NULL, ""},
		{"0a:00,pcie=0,x-vga=1", "pcie", "1", "0a:00,pcie=1,x-vga=1"},
		{"0a:00,,x-vga=1", "pcie", "1", "0a:00,x-vga=1,pcie=1"},
		{"host=0a:00,pcie=1", NULL, NULL, "host=0a:00,pcie=1"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char after[CONF_VALUE_SIZE], value[CONF_VALUE_SIZE];

		assert_int_equal(
			property_set(rows[i].before, rows[i].key, rows[i].value, after), 0);
		assert_string_equal(after, rows[i].after);
		assert_int_equal(property_get(after, rows[i].key, value), rows[i].value != NULL);
		assert_string_equal(value, rows[i].value ? rows[i].value : "");
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_set_where_proxmox_would_write_it),
		cmocka_unit_test(a_part_is_set_among_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
