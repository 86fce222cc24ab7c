// SPDX-License-Identifier: GPL-2.0-or-later
#include "early/early.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/text.h"
#include "early/assigned.h"
#include "linux-tree.h"

#define DEVICES "sys/bus/pci/devices/"
#define DRIVERS "sys/bus/pci/drivers/"
#define VGA     "0000:01:00.0"
#define TWIN    "0000:02:00.0"
#define SOUND   "0000:01:00.1"
#define CARD    "10de:2204 1043:87b3 030000"

/* A kernel of a few lines: vfio-pci takes what names it, and each other driver what it had. */
static struct tree tree;
static bool has_module, is_deaf; /* vfio-pci can be loaded; it takes nothing */
static unsigned int loads, unbinds;

static void put(const char *address, const char *attribute, const char *value) {
	char path[128];

	snprintf(path, sizeof(path), DEVICES "%s/%s", address, attribute);
	tree_file(&tree, path, value);
}

static void bind(const char *address, const char *driver) {
	char path[128], target[128];

	snprintf(path, sizeof(path), DRIVERS "%s/unbind", driver);
	tree_file(&tree, path, "");
	snprintf(path, sizeof(path), DEVICES "%s/driver", address);
	snprintf(target, sizeof(target), "../../drivers/%s", driver);
	tree_link(&tree, path, target);
}

static void add_device(const char *address, const char *class) {
	put(address, "vendor", "0x10de\n");
	put(address, "device", "0x2204\n");
	put(address, "subsystem_vendor", "0x1043\n");
	put(address, "subsystem_device", "0x87b3\n");
	put(address, "class", class);
	put(address, "driver_override", "");
}

static const char *read_link(const char *address) {
	static char driver[64];
	char path[128];

	snprintf(path, sizeof(path), DEVICES "%s/driver", address);
	return link_read_name(tree.fd, path, driver, sizeof(driver)) < 0 ? "" : driver;
}

static bool is_overridden(const char *address) {
	AUTO_FREE char *data = NULL;
	char path[128];

	snprintf(path, sizeof(path), DEVICES "%s/driver_override", address);
	assert_int_equal(file_read(tree.fd, path, 64, &data, NULL), 0);
	return strcmp(data, "vfio-pci") == 0;
}

static void answer(void *context, const char *path, const char *value) {
	char link[128];

	if (strstr(path, "/driver_override") && *value == '\n') {
		snprintf(link, sizeof(link), "%.*s", (int)(strrchr(path, '/') - path), path);
		put(strrchr(link, '/') + 1, "driver_override", "");
	}
	if (text_ends(path, "/unbind")) {
		unbinds++;
		snprintf(link, sizeof(link), DEVICES "%s/driver", value);
		tree_unlink(&tree, link);
	}
	if (strcmp(path, "sys/bus/pci/drivers_probe") == 0) {
		if (!is_overridden(value)) {
			bind(value, "snd_hda_intel");
		} else if (!is_deaf) {
			bind(value, "vfio-pci");
		}
	}
}

static bool load(void *context) {
	loads++;
	if (has_module) {
		tree_directory(&tree, DRIVERS "vfio-pci");
	}
	return has_module;
}

static void run(bool initial) {
	const struct early early = {
		.root = tree.fd, .initial = initial, .load = load, .written = answer};

	early_run(&early);
}

static void assign(const char *text) {
	tree_file(&tree, "etc/baton/assigned", text);
}

/* What was said of it begins so. */
static void assert_said(const char *expected) {
	AUTO_FREE char *data = NULL;

	assert_int_equal(file_read(tree.fd, "run/baton-early", 65536, &data, NULL), 0);
	if (!strstr(data, expected)) {
		fail_msg("\"%s\" is not in: %s", expected, data);
	}
}

static int set_up(void **state) {
	tree_make(&tree);
	tree_file(&tree, "proc/cmdline", "root=/dev/sda1 ro quiet\n");
	tree_file(&tree, "dev/kmsg", "");
	tree_directory(&tree, "run");
	tree_file(&tree, "sys/bus/pci/drivers_probe", "");
	add_device(VGA, "0x030000\n");
	add_device(TWIN, "0x030000\n");
	add_device(SOUND, "0x040300\n");
	has_module = true;
	is_deaf = false;
	loads = unbinds = 0;
	return 0;
}

static int tear_down(void **state) {
	tree_remove(&tree);
	return 0;
}

static void of_two_twins_only_the_one_that_is_meant_is_taken(void **state) {
	AUTO_FREE char *log = NULL;

	assign("# by baton\n\n" VGA " " CARD "\n" SOUND " 10de:2204 1043:87b3 040300\n");
	run(true);
	assert_string_equal(read_link(VGA), "vfio-pci");
	assert_string_equal(read_link(SOUND), "vfio-pci");
	assert_string_equal(read_link(TWIN), "");
	assert_false(is_overridden(TWIN));
	assert_int_equal(loads, 1);
	assert_said(VGA " taken is with vfio-pci\n");
	assert_int_equal(file_read(tree.fd, "dev/kmsg", 4096, &log, NULL), 0);
	assert_non_null(strstr(log, "<6>baton-early: " VGA " is with vfio-pci\n"));
}

static void without_the_file_nothing_happens(void **state) {
	run(true);
	assert_int_equal(loads, 0);
	assert_false(file_exists(tree.fd, "run/baton-early"));
	assign("");
	run(true);
	assert_int_equal(loads, 0);
}

static void another_device_at_the_address_is_left_alone(void **state) {
	static const struct {
		const char *attribute, *value;
	} others[] = {{"vendor", "0x1002\n"}, {"device", "0x2205\n"},
		{"subsystem_vendor", "0x1462\n"}, {"subsystem_device", "0x87b4\n"},
		{"class", "0x030200\n"}, {"device", ""}};

	for (size_t i = 0; i < COUNT(others); i++) {
		tear_down(NULL);
		set_up(NULL);
		assign(VGA " " CARD "\n0000:09:00.0 " CARD "\n");
		put(VGA, others[i].attribute, others[i].value);
		run(true);
		assert_string_equal(read_link(VGA), "");
		assert_false(is_overridden(VGA));
		assert_int_equal(loads, 0);
		assert_said(VGA " left ");
		assert_said("0000:09:00.0 left is not there");
	}
}

static void a_word_on_the_command_line_makes_it_stand_down(void **state) {
	static const struct {
		const char *line;
		bool skipped;
	} lines[] = {{"root=/dev/sda1 baton.skip\n", true}, {"baton.skip=1 ro", true},
		{"baton.skip", true}, {"baton.skip=0\n", false}, {"baton.skipped\n", false},
		{"xbaton.skip\n", false}, {"", false}};

	for (size_t i = 0; i < COUNT(lines); i++) {
		tear_down(NULL);
		set_up(NULL);
		assign(VGA " " CARD "\n");
		tree_file(&tree, "proc/cmdline", lines[i].line);
		run(true);
		assert_string_equal(read_link(VGA), lines[i].skipped ? "" : "vfio-pci");
		if (lines[i].skipped) {
			assert_said("- left baton.skip");
		}
	}
}

static void lines_that_are_none_are_passed_over(void **state) {
	assign(VGA " " CARD " more\n" VGA "\nx\n" TWIN " " CARD "\n" VGA " " CARD);
	run(true);
	assert_string_equal(read_link(VGA), "");
	assert_string_equal(read_link(TWIN), "vfio-pci");
	assert_said("- left /etc/baton/assigned:1 is not");
	assert_said("- left /etc/baton/assigned:5 is not");
}

static void without_vfio_nothing_is_taken_from_the_host(void **state) {
	has_module = false;
	assign(VGA " " CARD "\n");
	run(true);
	assert_false(is_overridden(VGA));
	assert_said("- left vfio-pci cannot be loaded");
}

static void what_vfio_does_not_take_is_given_back(void **state) {
	is_deaf = true;
	bind(SOUND, "snd_hda_intel");
	assign(SOUND " 10de:2204 1043:87b3 040300\n");
	run(true);
	assert_false(is_overridden(SOUND));
	assert_string_equal(read_link(SOUND), "snd_hda_intel");
	assert_said(SOUND " left was not taken by vfio-pci");
}

static void a_driver_that_is_built_in_is_asked_to_go_where_nobody_uses_it(void **state) {
	bind(SOUND, "snd_hda_intel");
	bind(VGA, "nouveau");
	tree_directory(&tree, DRIVERS "vfio-pci");
	assign(SOUND " 10de:2204 1043:87b3 040300\n" VGA " " CARD "\n");
	run(false);
	assert_int_equal(unbinds, 0);
	assert_said(SOUND " left has the driver snd_hda_intel already");
	run(true);
	assert_int_equal(unbinds, 1);
	assert_int_equal(loads, 0);
	assert_string_equal(read_link(SOUND), "vfio-pci");
	assert_said(SOUND " taken is with vfio-pci, taken from snd_hda_intel");
	assert_string_equal(read_link(VGA), "nouveau");
	assert_said(VGA " left has the driver nouveau already");
}

static void twice_is_once(void **state) {
	assign(VGA " " CARD "\n" VGA " " CARD "\n");
	run(true);
	run(true);
	assert_string_equal(read_link(VGA), "vfio-pci");
	assert_said(VGA " taken is with vfio-pci already\n");
}

static void a_line_is_written_as_it_is_read(void **state) {
	static const char *const lines[] = {
		VGA " " CARD "\n", "10000:e1:1f.7 ffff:ffff 0000:0000 ffffff\n"};
	static const char *const others[] = {"0000:01:00.8 " CARD "\n", "000:01:00.0 " CARD "\n",
		"00000:01:00.0 " CARD "\n", "0000:01:20.0 " CARD "\n", "0000:01:00.0  " CARD "\n",
		"0000:01:00.0 10DE:2204 1043:87b3 030000\n", " " VGA " " CARD "\n",
		VGA " 10de:2204 1043:87b3 03000\n", VGA " 10de:2204 1043:87b3 0300000\n",
		VGA " " CARD "\r\n", "100000000:01:00.0 " CARD "\n"};
	char text[ASSIGNED_LINE_SIZE];
	struct assigned assigned;

	for (size_t i = 0; i < COUNT(lines); i++) {
		struct assigned_reader reader = {.data = lines[i], .length = strlen(lines[i])};

		assert_int_equal(assigned_next(&reader, &assigned), ASSIGNED_FOUND);
		assigned_format(&assigned, text);
		assert_string_equal(text, lines[i]);
		assert_int_equal(assigned_next(&reader, &assigned), ASSIGNED_END);
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		struct assigned_reader reader = {.data = others[i], .length = strlen(others[i])};

		assert_int_equal(assigned_next(&reader, &assigned), ASSIGNED_BROKEN);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			of_two_twins_only_the_one_that_is_meant_is_taken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			without_the_file_nothing_happens, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			another_device_at_the_address_is_left_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_word_on_the_command_line_makes_it_stand_down, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			lines_that_are_none_are_passed_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			without_vfio_nothing_is_taken_from_the_host, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_vfio_does_not_take_is_given_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_driver_that_is_built_in_is_asked_to_go_where_nobody_uses_it, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(twice_is_once, set_up, tear_down),
		cmocka_unit_test(a_line_is_written_as_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
