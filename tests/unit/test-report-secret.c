// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/markup.h"

static void what_tells_a_machine_from_others_is_left_out(void **state) {
	static const char *const rows[][2] = {
		{"luks-6b1f0a52-3c4d-4e5f-8a9b-0c1d2e3f4a5b", "luks-(UUID)"},
		{"enx02005e100001 is up", "(interface) is up"},
		{"a login by 192.0.2.7.", "a login by (address)."},
		{"the way to 192.0.2.7:/srv", "the way to (address):/srv"},
		{"2001:db8::7/64", "(address)/64"},
		{"fe80:0:0:0:1:2:3:4", "(address)"},
		{"02:00:5e:10:00:01", "(address)"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_TEXT struct text text = {0};

		assert_int_equal(secret_conceal(rows[i][0], &text), 0);
		assert_string_equal(text.data, rows[i][1]);
	}
}

static void what_only_looks_so_stays(void **state) {
	static const char *const texts[] = {"0000:0a:00.0", "10000:e1:00.0", "driver 580.105.08",
		"6.1.0-28-amd64", "10de:1e84", "nvme0n1p2", "::", "enp4s0", "face", "", "1.2.3",
		"12:30"};

	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO_TEXT struct text text = {0};

		assert_int_equal(secret_conceal(texts[i], &text), 0);
		assert_string_equal(text.data, texts[i]);
	}
}

static void markup_means_nothing_in_a_text(void **state) {
	AUTO_TEXT struct text text = {0};
	struct markup markup;

	markup_begin(&markup, true, &text);
	markup_element(&markup, "b", "what", "<a href='x'>&\"\033\xff");
	markup_cut(&markup, "luks-6b1f0a52-3c4d-4e5f-8a9b-0c1d2e3f4a5b", 9);
	markup_cut(&markup, "&&&&", 3);
	assert_int_equal(markup_end(&markup), 0);
	assert_string_equal(text.data, "<b class=\"what\">&lt;a href=&#39;x&#39;&gt;&amp;&quot;?"
				       "?</b>"
				       "luks-(UU\u2026&amp;&amp;\u2026");
}

static void what_stands_between_backquotes_is_code(void **state) {
	AUTO_TEXT struct text text = {0};
	struct markup markup;

	markup_begin(&markup, true, &text);
	markup_prose(&markup, "add it to `services<` in [policy], or not ` at all");
	assert_int_equal(markup_end(&markup), 0);
	assert_string_equal(
		text.data, "add it to <code>services&lt;</code> in [policy], or not ` at all");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_tells_a_machine_from_others_is_left_out),
		cmocka_unit_test(what_only_looks_so_stays),
		cmocka_unit_test(markup_means_nothing_in_a_text),
		cmocka_unit_test(what_stands_between_backquotes_is_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
