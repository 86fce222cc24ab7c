// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/words.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define WORD "intel_iommu=on"

static const struct word_place grub = {FORM_SHELL, "GRUB_CMDLINE_LINUX_DEFAULT"},
			       limine = {FORM_SHELL, "KERNEL_CMDLINE[default]"},
			       words = {FORM_WORDS, NULL}, entry = {FORM_ENTRIES, NULL};

/* Every form as it is written by somebody, and what becomes of it. */
static const struct {
	const struct word_place *place;
	const char *before, *after;
} rows[] = {
	{&grub, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n",
		"GRUB_CMDLINE_LINUX_DEFAULT=\"quiet " WORD "\"\n"},
	{&grub, "# GRUB_CMDLINE_LINUX_DEFAULT=\"no\"\nGRUB_CMDLINE_LINUX_DEFAULT='' # none\nX=1",
		"# GRUB_CMDLINE_LINUX_DEFAULT=\"no\"\nGRUB_CMDLINE_LINUX_DEFAULT='" WORD
		"' # none\nX=1"},
	{&grub, "GRUB_CMDLINE_LINUX_DEFAULT=quiet\n",
		"GRUB_CMDLINE_LINUX_DEFAULT=quiet\" " WORD "\"\n"},
	{&grub, "GRUB_CMDLINE_LINUX_DEFAULT=\n", "GRUB_CMDLINE_LINUX_DEFAULT=" WORD "\n"},
	{&grub, "GRUB_CMDLINE_LINUX_DEFAULT=\"a=/x&y|z \\\n  b\" # end\r\n",
		"GRUB_CMDLINE_LINUX_DEFAULT=\"a=/x&y|z \\\n  b\"\" " WORD "\" # end\r\n"},
	{&grub, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\r\nB=2\r\n",
		"GRUB_CMDLINE_LINUX_DEFAULT=\"quiet " WORD "\"\r\nB=2\r\n"},
	{&grub, "GRUB_CMDLINE_LINUX_DEFAULT=a\nGRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT b\"\n",
		"GRUB_CMDLINE_LINUX_DEFAULT=a\nGRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT b " WORD
		"\"\n"},
	{&grub, "GRUB_TIMEOUT=5",
		"GRUB_TIMEOUT=5\n" WORD_MARK "\nGRUB_CMDLINE_LINUX_DEFAULT=\"" WORD "\""},
	{&grub, "", WORD_MARK "\nGRUB_CMDLINE_LINUX_DEFAULT=\"" WORD "\"\n"},
	{&limine, "KERNEL_CMDLINE[default]+=\"quiet\"\n",
		"KERNEL_CMDLINE[default]+=\"quiet " WORD "\"\n"},
	{&words, "root=ZFS=rpool/ROOT/pve-1 boot=zfs\n",
		"root=ZFS=rpool/ROOT/pve-1 boot=zfs " WORD "\n"},
	{&words, "root=x  \r\n\n", "root=x " WORD "  \r\n\n"},
	{&words, "root=x\nrw", "root=x\nrw " WORD},
	{&words, "# mine\nquiet\n", "# mine\nquiet " WORD "\n"},
	{&words, "", WORD},
	{&words, "\n", WORD "\n"},
	{&entry, "title Arch\noptions root=x rw\n", "title Arch\noptions root=x rw " WORD "\n"},
	{&entry, "options a\ninitrd /x\n  options\tb \n",
		"options a\ninitrd /x\n  options\tb " WORD " \n"},
	{&entry, "title Arch\nlinux /vmlinuz",
		"title Arch\nlinux /vmlinuz\n" WORD_MARK "\noptions " WORD},
};

static void a_word_comes_on_and_off_again_to_the_byte(void **state) {
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_TEXT struct text with = {0}, again = {0}, home = {0};
		const char *before = rows[i].before;

		assert_int_equal(word_add(rows[i].place, before, strlen(before), WORD, &with), 0);
		assert_string_equal(with.data, rows[i].after);
		assert_int_equal(word_add(rows[i].place, with.data, with.length, WORD, &again), 0);
		assert_string_equal(again.data, rows[i].after);
		assert_int_equal(
			word_remove(rows[i].place, with.data, with.length, WORD, &home), 0);
		assert_string_equal(home.data, before);
	}
}

/* What others have done to the file since stays. */
static void only_the_word_is_taken_from_what_somebody_has_changed(void **state) {
	static const struct {
		const struct word_place *place;
		const char *now, *home;
	} changed[] = {
		{&grub, "GRUB_CMDLINE_LINUX_DEFAULT=\"" WORD " splash\"\n",
			"GRUB_CMDLINE_LINUX_DEFAULT=\"splash\"\n"},
		{&grub, "GRUB_CMDLINE_LINUX_DEFAULT=\"x " WORD " y\"\nX=" WORD "\n",
			"GRUB_CMDLINE_LINUX_DEFAULT=\"x y\"\nX=" WORD "\n"},
		{&grub, "GRUB_CMDLINE_LINUX_DEFAULT=\"intel_iommu=on,sm_on\"\n",
			"GRUB_CMDLINE_LINUX_DEFAULT=\"intel_iommu=on,sm_on\"\n"},
		{&words, WORD " root=x\n", "root=x\n"},
		{&entry, "options\t" WORD " a\noptions b " WORD "\n", "options a\noptions b\n"},
	};

	for (size_t i = 0; i < COUNT(changed); i++) {
		AUTO_TEXT struct text home = {0};

		assert_int_equal(word_remove(changed[i].place, changed[i].now,
					 strlen(changed[i].now), WORD, &home),
			0);
		assert_string_equal(home.data, changed[i].home);
	}
}

static void what_cannot_be_changed_with_certainty_is_left_alone(void **state) {
	static const struct {
		const struct word_place *place;
		const char *data;
	} bad[] = {
		{&grub, "if x; then\nGRUB_CMDLINE_LINUX_DEFAULT=a\nfi\n"},
		{&grub, "GRUB_CMDLINE_LINUX_DEFAULT=\"open\n"},
		{&grub, "GRUB_CMDLINE_LINUX_DEFAULT=(a b)\n"},
		{&grub, "X=1\\"},
		{&words, "# only a comment\n"},
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		AUTO_TEXT struct text text = {0};

		assert_int_equal(
			word_add(bad[i].place, bad[i].data, strlen(bad[i].data), WORD, &text),
			-EINVAL);
	}
}

static void words_that_would_need_quotes_are_refused(void **state) {
	static const char *const bad[] = {
		"", "a b", "a\"b", "a'b", "$x", "a;b", "-x", "a\nb", "`x`"};
	AUTO_TEXT struct text text = {0};

	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_false(word_is_plain(bad[i]));
		assert_int_equal(word_add(&words, "x", 1, bad[i], &text), -EINVAL);
	}
	assert_true(word_is_plain("video=efifb:off"));
	assert_true(word_is_plain("pcie_acs_override=downstream,multifunction"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_comes_on_and_off_again_to_the_byte),
		cmocka_unit_test(only_the_word_is_taken_from_what_somebody_has_changed),
		cmocka_unit_test(what_cannot_be_changed_with_certainty_is_left_alone),
		cmocka_unit_test(words_that_would_need_quotes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
