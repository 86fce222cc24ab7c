// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/inventory.h"

#include "snapshot.h"

#define CARD   "0000:03:00.0"
#define DEVICE "/sys/bus/pci/devices/" CARD

static struct inventory inventory_of(const struct snapshot *snapshot) {
	struct inventory inventory = {0};
	struct error error = {0};

	assert_int_equal(
		inventory_read(snapshot->machine.root, &snapshot->host, &inventory, &error), 0);
	return inventory;
}

static const struct detail *detail_of(const struct inventory *inventory, const char *name) {
	const struct detail *detail = inventory_detail(inventory, address_of(name));

	assert_non_null(detail);
	return detail;
}

static void a_link_is_told_now_and_at_most(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_INVENTORY struct inventory inventory = inventory_of(&snapshot);
	const struct detail *card = detail_of(&inventory, CARD);
	const struct detail *disk = detail_of(&inventory, "0000:04:00.0");

	assert_int_equal(card->now.megatransfers, 16000);
	assert_int_equal(card->now.width, 16);
	assert_false(detail_link_is_reduced(card));
	assert_int_equal(disk->now.megatransfers, 8000);
	assert_int_equal(disk->most.megatransfers, 16000);
	assert_true(detail_link_is_reduced(disk));
	assert_int_equal(detail_of(&inventory, "0000:03:00.1")->now.width, 0);
	assert_false(detail_link_is_reduced(detail_of(&inventory, "0000:03:00.1")));
}

/* The files are there, and would wake it. */
static void a_device_that_sleeps_is_not_asked_for_its_link(void **state) {
	static const struct {
		const char *power_state, *runtime_status;
		unsigned int width;
	} rows[] = {{"D3cold", "suspended", 0}, {"D3cold", "", 0}, {"D3hot", "active", 0},
		{"unknown", "suspended", 0}, {"D0", "", 16}, {"", "", 16}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
		AUTO_INVENTORY struct inventory inventory = {0};
		struct device *card =
			(struct device *)host_device(&snapshot.host, address_of(CARD));

		snprintf(card->power_state, sizeof(card->power_state), "%s", rows[i].power_state);
		snprintf(card->runtime_status, sizeof(card->runtime_status), "%s",
			rows[i].runtime_status);
		inventory = inventory_of(&snapshot);
		assert_int_equal(detail_of(&inventory, CARD)->now.width, rows[i].width);
		assert_int_equal(detail_of(&inventory, CARD)->most.width, rows[i].width);
		assert_int_equal(detail_of(&inventory, CARD)->bar_count, 4);
	}
}

/* Nor are the bridges above it to be woken: the nearest, or one further up. */
static void a_device_behind_a_bridge_that_sleeps_is_not_asked_either(void **state) {
	static const char *const bridges[] = {"0000:02:00.0", "0000:01:00.0", "0000:00:01.1"};

	for (size_t i = 0; i < COUNT(bridges); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
		AUTO_INVENTORY struct inventory inventory = {0};
		char path[128];

		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/power_state", bridges[i]);
		snapshot_write(&snapshot, path, "D3hot\n");
		snapshot_read(&snapshot);
		inventory = inventory_of(&snapshot);
		assert_int_equal(detail_of(&inventory, CARD)->now.width, 0);
		assert_int_equal(detail_of(&inventory, CARD)->bar_count, 4);
		assert_int_equal(detail_of(&inventory, "0000:04:00.0")->now.megatransfers, 8000);
	}
}

static void bars_have_size_and_kind(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_INVENTORY struct inventory inventory = inventory_of(&snapshot);
	const struct detail *card = detail_of(&inventory, CARD);

	assert_int_equal(card->bar_count, 4);
	assert_int_equal(card->bars[0].index, 0);
	assert_int_equal(card->bars[0].kind, BAR_MEMORY_64);
	assert_true(card->bars[0].prefetchable);
	assert_true(card->bars[0].resizable);
	assert_int_equal(card->bars[0].size, 16ULL << 30);
	assert_int_equal(card->bars[0].start, 0xc0000000000);
	assert_int_equal(card->bars[1].index, 2);
	assert_int_equal(card->bars[2].index, 4);
	assert_int_equal(card->bars[2].kind, BAR_IO);
	assert_int_equal(card->bars[2].size, 256);
	assert_int_equal(card->bars[3].kind, BAR_MEMORY);
	assert_false(card->bars[3].resizable);
}

static void strange_ranges_do_no_harm(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_INVENTORY struct inventory inventory = {0};
	const struct detail *card;

	snapshot_write(&snapshot, DEVICE "/resource",
		"0x0000000000000000 0x000000000fffffff 0x000000002014220c\n" /* no room was found */
		"0x0000000000002000 0x0000000000001000 0x0000000000040200\n" /* backwards */
		"0x0000000000002000 0x0000000000002fff 0x0000000000000000\n" /* of no kind */
		"nonsense\n");
	inventory = inventory_of(&snapshot);
	card = detail_of(&inventory, CARD);
	assert_int_equal(card->bar_count, 1);
	assert_int_equal(card->bars[0].start, 0);
	assert_int_equal(card->bars[0].size, 256 << 20);
}

static void a_bridge_has_no_windows_among_its_bars(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_INVENTORY struct inventory inventory = {0};
	const char *line = "0x00000000fce00000 0x00000000fcefffff 0x0000000000040200\n";
	AUTO_TEXT struct text text = {0};

	for (size_t i = 0; i < 17; i++) {
		assert_int_equal(text_add(&text, "%s", line), 0);
	}
	snapshot_write(&snapshot, "/sys/bus/pci/devices/0000:01:00.0/resource", text.data);
	inventory = inventory_of(&snapshot);
	assert_int_equal(detail_of(&inventory, "0000:01:00.0")->bar_count, 3); /* with the ROM */
}

static void the_iommu_and_what_it_does_for_a_group_are_told(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_INVENTORY struct inventory inventory = inventory_of(&snapshot);

	assert_int_equal(inventory.iommu.kind, IOMMU_AMD);
	assert_string_equal(inventory.iommu.units.names[0], "ivhd0");
	assert_string_equal(detail_of(&inventory, CARD)->domain, "DMA-FQ");
	assert_string_equal(detail_of(&inventory, "0000:03:00.1")->domain, "");
}

static void a_machine_without_an_iommu_says_so(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("no-iommu");
	AUTO_INVENTORY struct inventory inventory = inventory_of(&snapshot);

	assert_int_equal(inventory.iommu.kind, IOMMU_NONE);
	assert_string_equal(iommu_kind_name(inventory.iommu.kind), "none");
	assert_null(inventory_detail(&inventory, address_of("0000:7f:00.0")));
}

static void the_modules_that_fit_are_named(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("intel-arc");
	AUTO_INVENTORY struct inventory inventory = inventory_of(&snapshot);
	const struct detail *card = detail_of(&inventory, CARD);

	assert_int_equal(card->modules.count, 2);
	assert_string_equal(card->modules.names[0], "i915");
	assert_string_equal(card->modules.names[1], "xe");
}

static void speeds_and_widths_are_read_as_the_kernel_writes_them(void **state) {
	assert_int_equal(pcie_speed_parse("2.5 GT/s PCIe"), 2500);
	assert_int_equal(pcie_speed_parse("8.0 GT/s"), 8000);
	assert_int_equal(pcie_speed_parse("64.0 GT/s PCIe"), 64000);
	assert_int_equal(pcie_speed_parse("Unknown"), 0);
	assert_int_equal(pcie_speed_parse("Unknown speed"), 0);
	assert_int_equal(pcie_speed_parse("8 GT/s"), 0);
	assert_int_equal(pcie_speed_parse("8.0 G"), 0);
	assert_int_equal(pcie_speed_parse(""), 0);
	assert_int_equal(pcie_width_parse("16"), 16);
	assert_int_equal(pcie_width_parse("63"), 0); /* all ones: no power */
	assert_int_equal(pcie_width_parse("255"), 0);
	assert_int_equal(pcie_width_parse("-1"), 0);
	assert_int_equal(pcie_width_parse(""), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_is_told_now_and_at_most),
		cmocka_unit_test(a_device_that_sleeps_is_not_asked_for_its_link),
		cmocka_unit_test(a_device_behind_a_bridge_that_sleeps_is_not_asked_either),
		cmocka_unit_test(bars_have_size_and_kind),
		cmocka_unit_test(strange_ranges_do_no_harm),
		cmocka_unit_test(a_bridge_has_no_windows_among_its_bars),
		cmocka_unit_test(the_iommu_and_what_it_does_for_a_group_are_told),
		cmocka_unit_test(a_machine_without_an_iommu_says_so),
		cmocka_unit_test(the_modules_that_fit_are_named),
		cmocka_unit_test(speeds_and_widths_are_read_as_the_kernel_writes_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
