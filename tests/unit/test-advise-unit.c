// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/unit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void the_words_of_qemu_are_read_as_systemd_reads_them(void **state) {
	static const struct {
		const char *unit, *words; /* with bars between them; NULL: -ENOENT or -EINVAL */
	} rows[] = {
		{"[Service]\nExecStart=/usr/sbin/baton run qemu -m 1G\n", "qemu|-m|1G"},
		{"ExecStart = -baton run -- qemu -m 1G", "qemu|-m|1G"},
		{"ExecStart=baton run --guest \"win 11\" --no-guard qemu a", "qemu|a"},
		{"ExecStart=baton run qemu 'a b' \"c d\"e f\\x20g \\\"\n", "qemu|a b|c de|f g|\""},
		{"ExecStart=baton run qemu \\\n  -m 1G \\\n # no\n  ; nor this\n  -x\nOther=y\n",
			"qemu|-m|1G|-x"},
		{"ExecStart=baton run qemu %i %% %I-%n", "qemu|vm|%|vm-%n"},
		{"ExecStartPre=baton run no\nExecStart=baton run qemu", "qemu"},
		{"ExecStart=baton run first\nExecStart=baton run second", "second"},
		{"ExecStart=/usr/bin/taskset -c 1 /usr/sbin/baton run qemu a", "qemu|a"},
		{"# ExecStart=baton run qemu", NULL},
		{"ExecStart=/usr/bin/qemu", NULL},
		{"ExecStart=baton run", NULL},
		{"ExecStart=baton run \"qemu", NULL},
		{"ExecStart=baton run qemu \\q", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_NAMES struct names words = {0};
		AUTO_TEXT struct text joined = {0};
		struct error error = {0};
		int r = unit_qemu(rows[i].unit, strlen(rows[i].unit), "vm", &words, &error);

		if (!rows[i].words) {
			assert_true(r == -ENOENT || r == -EINVAL);
			assert_true(error.text[0]);
			continue;
		}
		assert_int_equal(r, 0);
		for (size_t n = 0; n < words.count; n++) {
			assert_int_equal(
				text_add(&joined, "%s%s", n > 0 ? "|" : "", words.names[n]), 0);
		}
		assert_string_equal(joined.data, rows[i].words);
	}
}

static void words_become_lines_and_come_back(void **state) {
	static const char *const words[] = {
		"qemu", "-m", "1 G", "image file", "-enable-kvm", "-name", "-x", "--cpu", "a,b"};
	AUTO_NAMES struct names before = {0}, after = {0};
	AUTO_TEXT struct text text = {0};

	for (size_t i = 0; i < COUNT(words); i++) {
		assert_int_equal(names_add(&before, words[i]), 0);
	}
	assert_int_equal(unit_format(&before, &text), 0);
	assert_string_equal(
		text.data, "qemu\n-m 1 G\nimage file\n-enable-kvm\n-name -x\n--cpu a,b\n");
	assert_int_equal(unit_parse(&text, &after), 0);
	assert_int_equal(after.count, before.count);
	for (size_t i = 0; i < COUNT(words); i++) {
		assert_string_equal(after.names[i], words[i]);
	}
	assert_int_equal(names_add(&before, "a\nb"), 0);
	assert_int_equal(unit_format(&before, &text), -EINVAL);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_words_of_qemu_are_read_as_systemd_reads_them),
		cmocka_unit_test(words_become_lines_and_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
