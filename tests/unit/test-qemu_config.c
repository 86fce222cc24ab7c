// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "request/qemu/arguments.h"

#define VFIO "driver = \"vfio-pci\"\n"

static int parse(const char *text, struct qemu_arguments *arguments, struct error *error) {
	return qemu_config_parse("q.cfg", text, strlen(text), arguments, error);
}

/* "0000:01:00.0 name=win11". */
static void format(const struct qemu_arguments *arguments, struct text *ret) {
	for (size_t i = 0; i < arguments->device_count; i++) {
		char address[ADDRESS_SIZE];

		assert_int_equal(
			text_add(ret, " %s", address_format(arguments->devices[i], address)), 0);
	}
	assert_int_equal(
		text_add(ret, "%s%s", arguments->name[0] ? " name=" : "", arguments->name), 0);
}

static void what_a_file_gives_is_found(void **state) {
	static const char *const files[][2] = {
		{"", ""},
		{"\n\n# [device]\n", ""},
		{"[device \"gpu\"]\n  driver = \"vfio-pci\"\n  host = \"0000:01:00.0\"\n",
			" 0000:01:00.0"},
		{"[device]\n" VFIO "host = \"01:00.0\"", " 0000:01:00.0"},
		{"[device \"a b\"]\r\n" VFIO "\thost\t=\t\"01:00.0\" # and more\r\n",
			" 0000:01:00.0"},
		{"[device]\n" VFIO "sysfsdev = \"/sys/bus/pci/devices/0000:01:00.0\"\n",
			" 0000:01:00.0"},
		{"[device]\nhost = \"01:00.0\"\nhost = \"02:00.0\"\n\n# more\n" VFIO,
			" 0000:02:00.0"},
		{"[device \"a\"]\n" VFIO "host = \"01:00.0\"\n[device \"b\"]\n" VFIO
		 "host = \"01:00.1\"\n[device \"c\"]\n" VFIO "host = \"01:00.0\"\n",
			" 0000:01:00.0 0000:01:00.1"},
		{"[device \"a\"]\n" VFIO "[device \"b\"]\nhost = \"01:00.0\"\n", ""},
		{"[device]\n" VFIO "host = \"01:00.0\"\nid = \"\"\n", " 0000:01:00.0"},
		{"[netdev \"n\"]\n" VFIO "host = \"zz\"\n[devices]\n" VFIO "host = \"zz\"\n", ""},
		{"[device]\ndriver = \"e1000\"\nhost = \"zz\"\n", ""},
		{"[name]\nguest = \"win,,11\"\n", " name=win,,11"},
		{"[global]\ndriver = \"vfio-pci\"\nproperty = \"x-vga\"\nvalue = \"on\"\n", ""},
	};

	for (size_t i = 0; i < COUNT(files); i++) {
		AUTO_TEXT struct text found = {0};
		struct qemu_arguments arguments = {0};
		struct error error;

		if (parse(files[i][0], &arguments, &error) < 0) {
			fail_msg("%s\n%s", files[i][0], error.text);
		}
		format(&arguments, &found);
		assert_string_equal(found.data, files[i][1]);
	}
}

static void what_is_wrong_is_told_by_line(void **state) {
	static const char *const files[][2] = {
		{"[device]\n" VFIO "host = \"zz\"\n",
			"q.cfg:1: host=zz is not an address such as 0000:01:00.0"},
		{"# a\n[device]\n" VFIO "host = \"zz\"\n[name]\n",
			"q.cfg:2: host=zz is not an address such as 0000:01:00.0"},
		{"host = \"a\"\n", "q.cfg:1: \"host\" stands before any [GROUP]"},
		{"[device\n", "q.cfg:1: expected [GROUP] or [GROUP \"ID\"]"},
		{"[\n", "q.cfg:1: expected [GROUP] or [GROUP \"ID\"]"},
		{"[device]\n \n", "q.cfg:2: expected KEY = \"VALUE\""},
		{"[device]\nhost\n", "q.cfg:2: expected KEY = \"VALUE\""},
		{"[device]\nhost = a\n", "q.cfg:2: expected KEY = \"VALUE\""},
		{"[device]\nhost = \"a\n", "q.cfg:2: expected KEY = \"VALUE\""},
		{"[device]\nhost=\"a\"\n", "q.cfg:2: expected KEY = \"VALUE\""},
		{"[device]\nhost \"a\"\n", "q.cfg:2: expected KEY = \"VALUE\""},
		{"[device]\n = \"a\"\n", "q.cfg:2: expected KEY = \"VALUE\""},
		{"{\"driver\": \"vfio-pci\"}\n", "q.cfg:1: expected KEY = \"VALUE\""},
		{"[global]\n" VFIO "property = \"host\"\nvalue = \"01:00.0\"\n",
			"q.cfg:1: this gives host of every vfio-pci: write it at the -device itself"},
	};

	for (size_t i = 0; i < COUNT(files); i++) {
		struct qemu_arguments arguments, before;
		struct error error = {{0}};

		memset(&arguments, 0, sizeof(arguments));
		before = arguments;
		assert_int_equal(parse(files[i][0], &arguments, &error), -EINVAL);
		assert_string_equal(error.text, files[i][1]);
		assert_memory_equal(&arguments, &before, sizeof(before));
	}
}

static void a_file_adds_to_the_command_line(void **state) {
	static const char *const words[] = {"-device", "vfio-pci,host=01:00.0", "-pidfile", "/p",
		"-readconfig", "q.cfg", "-name", "win11"};
	struct qemu_arguments arguments;
	AUTO_TEXT struct text found = {0};

	assert_int_equal(qemu_arguments_parse(words, COUNT(words), &arguments, NULL), 0);
	assert_int_equal(parse("[device]\n" VFIO "host = \"01:00.0\"\n[device]\n" VFIO
			       "host = \"02:00.0\"\n[name]\nguest = \"other\"\n",
				 &arguments, NULL),
		0);
	format(&arguments, &found);
	assert_string_equal(found.data, " 0000:01:00.0 0000:02:00.0 name=win11");
	assert_string_equal(arguments.pidfile, "/p");
}

static void lines_and_files_have_limits(void **state) {
	AUTO_FREE char *text = malloc(QEMU_CONFIG_MAX + 1);
	struct qemu_arguments arguments = {0};
	struct error error;

	assert_non_null(text);
	memset(text, '\n', QEMU_CONFIG_MAX + 1);
	assert_int_equal(
		qemu_config_parse("a", text, QEMU_CONFIG_MAX + 1, &arguments, &error), -EFBIG);
	assert_string_equal(error.text, "a is larger than 1 MiB");
	assert_int_equal(qemu_config_parse("a", text, QEMU_CONFIG_MAX, &arguments, &error), 0);
	memcpy(text + 1, "x = \"", 5);
	memset(text + 6, 'x', 2000);
	assert_int_equal(qemu_config_parse("a", text, 2006, &arguments, &error), -EINVAL);
	assert_string_equal(error.text, "a:2: the line is longer than 1023 bytes");
	assert_int_equal(qemu_config_parse("a", "[a]\n\0\n", 6, &arguments, &error), -EINVAL);
	assert_string_equal(error.text, "a:2: there is a zero byte");
	assert_int_equal(qemu_config_parse("a", NULL, 0, &arguments, &error), 0);
}

/* 65 devices: the last has its heading in line 193. */
static void at_most_64_devices_are_wanted(void **state) {
	AUTO_TEXT struct text text = {0};
	struct qemu_arguments arguments = {0};
	struct error error;

	for (int i = 0; i < 65; i++) {
		assert_int_equal(text_add(&text, "[device]\n" VFIO "host = \"%d:00.0\"\n", i), 0);
	}
	assert_int_equal(parse(text.data, &arguments, &error), -E2BIG);
	assert_string_equal(error.text, "q.cfg:193: a guest gets at most 64 devices");
	assert_int_equal(arguments.device_count, 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_file_gives_is_found),
		cmocka_unit_test(what_is_wrong_is_told_by_line),
		cmocka_unit_test(a_file_adds_to_the_command_line),
		cmocka_unit_test(lines_and_files_have_limits),
		cmocka_unit_test(at_most_64_devices_are_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
