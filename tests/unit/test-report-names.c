// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/names.h"

#include <errno.h>

#include "snapshot.h"

static const char ids[] = "# a comment\n"
			  "\n"
			  "1002  Advanced Micro Devices, Inc. [AMD/ATI]\n"
			  "\t73bf  Navi 21 [Radeon RX 6800/6800 XT / 6900 XT]\n"
			  "10de  NVIDIA Corporation\n"
			  "\t1e84  TU104 [GeForce RTX 2070 SUPER]\n"
			  "\t\t1458 4000  A card with that chip\n"
			  "\t# a comment within\n"
			  "#0002  a device that is commented out\n"
			  "\t10F8  TU104 HD Audio Controller\n"
			  "\t0001  []\n"
			  "8086  Intel Corporation\n"
			  "\t9bc4\n"
			  "ffff  Illegal Vendor ID\n"
			  "C 03  Display controller\n"
			  "\t00  VGA compatible controller\n"
			  "\t\t00  VGA controller\n"
			  "C 0c  Serial bus controller\n"
			  "\t03  USB controller";

static struct pci_names parse(const char *data, size_t length) {
	struct pci_names names = {0};
	char *copy = malloc(length + 1);

	assert_non_null(copy);
	memcpy(copy, data, length);
	assert_int_equal(pci_names_parse(copy, length, &names), 0);
	return names;
}

static void names_are_found_by_number(void **state) {
	AUTO_PCI_NAMES struct pci_names names = parse(ids, strlen(ids));
	char name[PCI_NAME_SIZE];

	assert_true(pci_names_vendor(&names, 0x10de, name));
	assert_string_equal(name, "NVIDIA Corporation");
	assert_true(pci_names_device(&names, 0x10de, 0x1e84, name));
	assert_string_equal(name, "TU104 [GeForce RTX 2070 SUPER]");
	assert_true(pci_names_device(&names, 0x10de, 0x10f8, name));
	assert_string_equal(name, "TU104 HD Audio Controller");
	assert_true(pci_names_class(&names, 0x030000, name));
	assert_string_equal(name, "VGA compatible controller");
	assert_true(pci_names_class(&names, 0x0c0330, name));
	assert_string_equal(name, "USB controller");
	assert_true(pci_names_class(&names, 0x038000, name));
	assert_string_equal(name, "Display controller");
}

static void what_has_no_name_has_none(void **state) {
	AUTO_PCI_NAMES struct pci_names names = parse(ids, strlen(ids));
	char name[PCI_NAME_SIZE];

	assert_false(pci_names_vendor(&names, 0x1234, name));
	assert_string_equal(name, "");
	assert_false(pci_names_device(&names, 0x1002, 0x1e84, name)); /* the next vendor's */
	assert_false(pci_names_device(&names, 0x10de, 0x1458, name)); /* a subsystem's vendor */
	assert_false(pci_names_device(&names, 0x8086, 0x9bc4, name));
	assert_false(pci_names_device(&names, 0xffff, 0x0300, name)); /* a class below */
	assert_false(pci_names_class(&names, 0x020000, name));
	assert_string_equal(name, "");
}

static void people_say_it_shorter(void **state) {
	AUTO_PCI_NAMES struct pci_names names = parse(ids, strlen(ids));
	char name[PCI_NAME_SIZE];

	assert_true(pci_names_short(&names, 0x10de, 0x1e84, name));
	assert_string_equal(name, "NVIDIA GeForce RTX 2070 SUPER");
	assert_true(pci_names_short(&names, 0x1002, 0x73bf, name));
	assert_string_equal(name, "AMD/ATI Radeon RX 6800/6800 XT / 6900 XT");
	assert_true(pci_names_short(&names, 0x10de, 0x10f8, name));
	assert_string_equal(name, "NVIDIA TU104 HD Audio Controller");
	assert_true(pci_names_short(&names, 0x10de, 0x0001, name));
	assert_string_equal(name, "NVIDIA []");
	assert_false(pci_names_short(&names, 0x10de, 0x0002, name));
}

static void a_list_that_is_cut_anywhere_is_a_list(void **state) {
	char name[PCI_NAME_SIZE];

	for (size_t length = 0; length < sizeof(ids); length++) {
		AUTO_PCI_NAMES struct pci_names names = parse(ids, length);

		pci_names_short(&names, 0x10de, 0x10f8, name);
		pci_names_class(&names, 0x0c0330, name);
	}
}

static void without_a_file_there_are_no_names(void **state) {
	AUTO_MACHINE struct machine machine = {.root = -1};
	AUTO_PCI_NAMES struct pci_names none = {0}, some = {0};
	char name[PCI_NAME_SIZE];

	assert_int_equal(machine_make("", 0, &machine), 0);
	assert_int_equal(pci_names_read(machine.root, &none), 0);
	assert_false(pci_names_vendor(&none, 0x10de, name));
	assert_false(pci_names_class(&none, 0x030000, name));
	assert_int_equal(machine_write(&machine, "/usr/share/hwdata/pci.ids", ids), 0);
	assert_int_equal(pci_names_read(machine.root, &some), 0);
	assert_true(pci_names_vendor(&some, 0x10de, name));
}

static void a_long_name_is_cut(void **state) {
	char data[1024] = "10de  ", name[PCI_NAME_SIZE];

	memset(data + 6, 'x', sizeof(data) - 7);
	data[sizeof(data) - 1] = '\0';
	{
		AUTO_PCI_NAMES struct pci_names names = parse(data, strlen(data));

		assert_true(pci_names_vendor(&names, 0x10de, name));
	}
	assert_int_equal(strlen(name), PCI_NAME_SIZE - 1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_by_number),
		cmocka_unit_test(what_has_no_name_has_none),
		cmocka_unit_test(people_say_it_shorter),
		cmocka_unit_test(a_list_that_is_cut_anywhere_is_a_list),
		cmocka_unit_test(without_a_file_there_are_no_names),
		cmocka_unit_test(a_long_name_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
