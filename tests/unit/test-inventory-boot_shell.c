// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/shell.h"

#include <errno.h>

#include "snapshot.h"

/* "LINE NAME=VALUE" of each assignment, '?' where it may not be carried out. */
static void list(const char *data, struct text *ret) {
	struct shell_reader reader = {.data = data, .length = strlen(data)};
	struct shell_assignment found;

	assert_int_equal(text_append(ret, "", 0), 0);
	while (shell_assignment_next(&reader, &found)) {
		assert_int_equal(text_add(ret, "%u%s %.*s%s%.*s\n", found.line,
					 found.certain ? "" : "?", (int)found.name_length,
					 data + found.name_at, found.append ? "+=" : "=",
					 (int)found.value_length, data + found.value_at),
			0);
	}
}

static void assert_list(const char *data, const char *expected) {
	AUTO_TEXT struct text text = {0};

	list(data, &text);
	assert_string_equal(text.data, expected);
}

static void assignments_are_found_with_their_lines(void **state) {
	assert_list("# A=1\nA=1\n  B='x # y' # C=2\nexport C=\"a\\\"b\";D=4\n",
		"2 A=1\n3 B='x # y'\n4 C=\"a\\\"b\"\n4 D=4\n");
}

static void a_value_may_span_lines(void **state) {
	assert_list("A=\"one\ntwo\"\nB=x\\\ny\nC=3\n", "1 A=\"one\ntwo\"\n3 B=x\\\ny\n5 C=3\n");
}

static void an_array_is_one_value(void **state) {
	assert_list("MODULES=(vfio_pci # not ) here\n  vfio)\nA[default]+=\" x\"\n",
		"1 MODULES=(vfio_pci # not ) here\n  vfio)\n3 A[default]+=\" x\"\n");
}

static void a_command_substitution_is_part_of_the_value(void **state) {
	assert_list("A=`lsb_release -i || echo x=1`\nB=$(echo \")\" y=2)\nC=\n",
		"1 A=`lsb_release -i || echo x=1`\n2 B=$(echo \")\" y=2)\n3 C=\n");
}

static void what_depends_on_something_is_not_certain(void **state) {
	assert_list("if [ -e /x ]; then\nA=1\nfi\nB=2\n", "2? A=1\n4 B=2\n");
	assert_list("f() {\nA=1\n}\nB=2\n", "2? A=1\n4 B=2\n");
	assert_list("true && A=1\n", "1? A=1\n");
	assert_list("A=1 make install B=2\nC=3\n", "1? A=1\n2 C=3\n");
	assert_list("case $x in\ny) A=1 ;;\nesac\nB=2\n", "2? A=1\n4? B=2\n");
	assert_list("cat <<END\nA=1\nEND\n", "2? A=1\n");
}

static void lines_may_end_as_windows_has_it(void **state) {
	assert_list("A=\"quiet\"\r\nB=x\r\n", "1 A=\"quiet\"\n2 B=x\n");
}

static void what_is_cut_off_is_read_to_its_end(void **state) {
	assert_list("A=\"quiet", "1? A=\"quiet\n");
	assert_list("A=$(x", "1? A=$(x\n");
	assert_list("A", "");
	assert_list("A=", "1 A=\n");
}

static const char *find(void *context, const char *name, size_t length) {
	return length == 3 && memcmp(name, "FOO", 3) == 0 ? "quiet" : "";
}

static void assert_value(const char *value, const char *expected) {
	AUTO_TEXT struct text text = {0};

	assert_int_equal(shell_expand(value, strlen(value), find, NULL, &text), 0);
	assert_string_equal(text.data, expected);
}

static void values_mean_what_a_shell_makes_of_them(void **state) {
	assert_value("\"$FOO iommu=pt\"", "quiet iommu=pt");
	assert_value("\"${FOO}x$BAR\"", "quietx");
	assert_value("'$FOO'", "$FOO");
	assert_value("a\\ b\"c\\\"d\\e\"'f\\'", "a bc\"d\\ef\\");
	assert_value("\"a\\\nb\"", "ab");
	assert_value("\"root=/dev/a&b\"", "root=/dev/a&b");
	assert_value("", "");
}

static void what_only_a_shell_could_say_is_not_guessed(void **state) {
	static const char *const values[] = {
		"`x`", "\"$(x)\"", "${FOO:-x}", "\"open", "$", "x\\", "${FOO"};

	for (size_t i = 0; i < COUNT(values); i++) {
		AUTO_TEXT struct text text = {0};

		assert_int_equal(
			shell_expand(values[i], strlen(values[i]), find, NULL, &text), -EINVAL);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assignments_are_found_with_their_lines),
		cmocka_unit_test(a_value_may_span_lines),
		cmocka_unit_test(an_array_is_one_value),
		cmocka_unit_test(a_command_substitution_is_part_of_the_value),
		cmocka_unit_test(what_depends_on_something_is_not_certain),
		cmocka_unit_test(lines_may_end_as_windows_has_it),
		cmocka_unit_test(what_is_cut_off_is_read_to_its_end),
		cmocka_unit_test(values_mean_what_a_shell_makes_of_them),
		cmocka_unit_test(what_only_a_shell_could_say_is_not_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
