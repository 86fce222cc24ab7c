// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/candidates.h"

#include "host/driver/module.h"
#include "snapshot.h"

static const char aliases[] = "# Aliases extracted from modules themselves.\n"
			      "alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau\n"
			      "alias pci:v000010DEd*sv*sd*bc03sc00i00* nvidia-drm\n"
			      "alias pci:v000010DEd00001E84sv*sd*bc*sc*i* exact\n"
			      "alias pci:v000010DEd00001E85sv*sd*bc*sc*i* other\n"
			      "alias pci:v*d*sv*sd*bc03sc*i* everything\n"
			      "alias pci:v*d*sv*sd*bc03sc*i* everything\n"
			      "alias usb:v046DpC52Bd*dc*dsc*dp*ic*isc*ip*in* hid\n";
static const char builtin[] = "efifb.license=GPL\0efifb.alias=pci:v*d*sv*sd*bc03sc00i*\0";

static const char modalias[] = "pci:v000010DEd00001E84sv00001458sd00004000bc03sc00i00";

static void all_that_fit_are_named_once_and_in_order(void **state) {
	AUTO_CANDIDATES struct candidates candidates = {0};
	AUTO_NAMES struct names names = {0};
	static const char *const expected[] = {
		"efifb", "everything", "exact", "nouveau", "nvidia_drm"};

	assert_int_equal(candidates_parse(aliases, strlen(aliases), builtin, sizeof(builtin) - 1,
				 &candidates),
		0);
	assert_int_equal(candidates_find(&candidates, modalias, &names), 0);
	assert_int_equal(names.count, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++) {
		assert_string_equal(names.names[i], expected[i]);
	}
}

/* The slow way: every pattern is tried. */
static void find_slowly(const struct snapshot *snapshot, const char *sought, struct aliases *ret) {
	AUTO_FREE char *data = NULL, *in_kernel = NULL;
	size_t length = 0, in_kernel_length = 0;

	if (module_file_read(snapshot->machine.root, snapshot->host.kernel, "modules.alias", &data,
		    &length) == 0) {
		assert_int_equal(aliases_parse(data, length, "pci:", sought, ret), 0);
	}
	if (module_file_read(snapshot->machine.root, snapshot->host.kernel,
		    "modules.builtin.modinfo", &in_kernel, &in_kernel_length) == 0) {
		assert_int_equal(
			aliases_parse_builtin(in_kernel, in_kernel_length, "pci:", sought, ret), 0);
	}
}

static bool names_have(const struct names *names, const char *name) {
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->names[i], name) == 0) {
			return true;
		}
	}
	return false;
}

static void compare_ways(const struct snapshot *snapshot, const struct candidates *candidates,
	const char *sought, size_t *found) {
	AUTO_NAMES struct names names = {0}, slow = {0};
	AUTO_ALIASES struct aliases fitting = {0};

	assert_int_equal(candidates_find(candidates, sought, &names), 0);
	find_slowly(snapshot, sought, &fitting);
	for (size_t i = 0; i < fitting.count; i++) {
		module_name_normalize(fitting.aliases[i].module);
		assert_true(names_have(&names, fitting.aliases[i].module));
		if (!names_have(&slow, fitting.aliases[i].module)) {
			assert_int_equal(names_add(&slow, fitting.aliases[i].module), 0);
		}
	}
	assert_int_equal(names.count, slow.count);
	*found += names.count;
}

static void the_index_loses_nothing(void **state) {
	static const char *const machines[] = {
		"nvidia-single", "intel-arc", "virtual-host-full", "vmd"};

	for (size_t i = 0; i < COUNT(machines); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take(machines[i]);
		AUTO_CANDIDATES struct candidates candidates = {0};
		size_t found = 0;

		assert_int_equal(
			candidates_read(snapshot.machine.root, snapshot.host.kernel, &candidates),
			0);
		for (size_t j = 0; j < snapshot.host.device_count; j++) {
			compare_ways(
				&snapshot, &candidates, snapshot.host.devices[j].modalias, &found);
		}
		assert_true(found > 0);
	}
}

static void without_lists_there_are_none(void **state) {
	AUTO_MACHINE struct machine machine;
	AUTO_CANDIDATES struct candidates candidates = {0};
	AUTO_NAMES struct names names = {0};

	assert_int_equal(machine_make("", 0, &machine), 0);
	assert_int_equal(candidates_read(machine.root, "6.1.0", &candidates), 0);
	assert_int_equal(candidates_find(&candidates, modalias, &names), 0);
	assert_int_equal(names.count, 0);
	assert_int_equal(candidates_find(&candidates, "", &names), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_fit_are_named_once_and_in_order),
		cmocka_unit_test(the_index_loses_nothing),
		cmocka_unit_test(without_lists_there_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
