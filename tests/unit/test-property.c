// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/property.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/text.h"

/* All parts: "KEY VALUE|KEY VALUE", or the sentence that ends them. */
static void read_all(const char *text, const char *default_key, struct text *ret) {
	char buffer[256], *rest = buffer;
	struct error error = {{0}};
	struct property property;
	int r;

	strcpy(buffer, text);
	assert_int_equal(text_add(ret, "%s", ""), 0);
	while ((r = property_next(&rest, default_key, &property, &error)) > 0) {
		assert_int_equal(text_add(ret, "%s%s %s", ret->length ? "|" : "", property.key,
					 property.value),
			0);
	}
	if (r < 0) {
		assert_int_equal(r, -EINVAL);
		assert_int_equal(text_add(ret, "!%s", error.text), 0);
	}
}

static void parts_are_read_as_proxmox_reads_them(void **state) {
	static const char *const texts[][2] = {
		{"01:00", "host 01:00"},
		{"01:00,pcie=1", "host 01:00|pcie 1"},
		{"pcie=1,01:00", "pcie 1|host 01:00"},
		{"host=01:00,x-vga=1,sub-vendor-id=0x10de",
			"host 01:00|x-vga 1|sub-vendor-id 0x10de"},
		{",, ,01:00,", "host 01:00"},
		{"", ""},
		{" ", ""},
		{"romfile=a=b", "romfile a=b"},
		{"romfile= a b ", "romfile  a b "},
		{"01:00,host=", "host 01:00!\"host=\" is not KEY=VALUE"},
		{"=1", "!\"=1\" is not KEY=VALUE"},
		{"=", "!\"=\" is not KEY=VALUE"},
		{"01:00, mdev=x", "host 01:00!\" mdev\" is no key: there are no blanks in keys"},
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO_TEXT struct text text = {0};

		read_all(texts[i][0], "host", &text);
		assert_string_equal(text.data, texts[i][1]);
	}
}

static void without_a_default_key_every_part_has_one(void **state) {
	AUTO_TEXT struct text text = {0};

	read_all("node=a,b", NULL, &text);
	assert_string_equal(text.data, "node a!\"b\" is not KEY=VALUE");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_read_as_proxmox_reads_them),
		cmocka_unit_test(without_a_default_key_every_part_has_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
