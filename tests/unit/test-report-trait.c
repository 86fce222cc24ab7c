// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/trait.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "host/resource.h"

static void sizes_are_as_short_as_lspci_has_them(void **state) {
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{0, "0B"},
		{512, "512B"},
		{4096, "4K"},
		{256 << 20, "256M"},
		{16ULL << 30, "16G"},
		{1536, "1.5K"},
		{1000204886016, "931.5G"},
		{UINT64_MAX, "15.9E"},
	};
	char text[16];

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_string_equal(trait_size(rows[i].bytes, text), rows[i].text);
	}
}

static void everything_that_is_known_is_a_phrase(void **state) {
	char nouveau[] = "nouveau", nvidia[] = "nvidia", nvidiafb[] = "nvidiafb";
	char *modules[] = {nouveau, nvidia, nvidiafb};
	struct device device = {.address = {.bus = 1},
		.driver = "nvidia",
		.module = "nvidia",
		.override = "vfio-pci",
		.reset_methods = "flr bus",
		.power_state = "D3cold",
		.runtime_status = "suspended",
		.in_flight = true,
		.numa_node = 1,
		.virtual_functions = 4};
	struct detail detail = {.device = device.address,
		.now = {2500, 16},
		.most = {16000, 16},
		.bars = {{.index = 0, .kind = BAR_MEMORY, .size = 16 << 20},
			{.index = 1, .kind = BAR_MEMORY_64, .size = 256 << 20, .resizable = true},
			{.index = 5, .kind = BAR_IO, .size = 128},
			{.index = RESOURCE_ROM, .kind = BAR_MEMORY, .size = 512 << 10}},
		.bar_count = 4,
		.modules = {.names = modules, .count = 3}};
	const struct inventory inventory = {.details = &detail, .detail_count = 1};
	const struct listing listing = {.inventory = &inventory};
	static const char *const phrases[] = {"driver nvidia (or nouveau, nvidiafb), in flight",
		"only for vfio-pci", "reset by flr bus", "D3cold (asleep)",
		"PCIe 2.5 GT/s x16, at most 16 GT/s x16", "BARs 16M, 256M (resizable)",
		"NUMA node 1", "4 virtual functions"};
	AUTO_NAMES struct names traits = {0};

	assert_int_equal(traits_of(&listing, &device, &traits), 0);
	assert_int_equal(traits.count, COUNT(phrases));
	for (size_t i = 0; i < COUNT(phrases); i++) {
		assert_string_equal(traits.names[i], phrases[i]);
	}
}

static void what_is_not_known_is_left_out(void **state) {
	const struct device device = {
		.numa_node = -1, .is_virtual_function = true, .physical_function = {.bus = 3}};
	const struct inventory inventory = {0};
	const struct listing listing = {.inventory = &inventory};
	AUTO_NAMES struct names traits = {0};

	assert_int_equal(traits_of(&listing, &device, &traits), 0);
	assert_int_equal(traits.count, 3);
	assert_string_equal(traits.names[0], "no driver");
	assert_string_equal(traits.names[1], "no reset of its own");
	assert_string_equal(traits.names[2], "virtual function of 0000:03:00.0");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_as_short_as_lspci_has_them),
		cmocka_unit_test(everything_that_is_known_is_a_phrase),
		cmocka_unit_test(what_is_not_known_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
