// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/inventory.h"

#include "base/aside.h"
#include "base/trace.h"
#include "snapshot.h"

#define NOTES_SIZE (32U << 20)

/* A device with everything that can hang on one. */
static void add_device(struct text *text, unsigned int number) {
	static const char *const kinds[] = {
		"drm/card%u\nE: SUBSYSTEM=drm",
		"drm/card%u/card%u-DP-1\nE: SUBSYSTEM=drm\nA: status=connected\nA: modes=1x1",
		"net/eth%u\nE: SUBSYSTEM=net\nA: address=02:00:00:00:00:01\nA: operstate=up",
		"usb%u\nE: SUBSYSTEM=usb\nA: idVendor=1d6b\nA: idProduct=0002\nA: product=Hub",
		"usb%u/%u-1\nE: SUBSYSTEM=usb\nA: idVendor=1d6b\nA: idProduct=0003\nA: product=X",
		"sound/card%u\nE: SUBSYSTEM=sound\nA: id=X",
		"nvme/nvme%u/nvme%un1\nE: SUBSYSTEM=block\nE: MAJOR=259\nE: MINOR=%u0\nA: size=8",
		"nvme/nvme%u/nvme%un1/nvme%un1p1\nE: SUBSYSTEM=block\nE: MAJOR=259\nE: MINOR=%u1",
	};

	assert_int_equal(
		text_add(text,
			"P: /devices/pci0000:00/0000:%02x:00.0\nE: SUBSYSTEM=pci\n"
			"A: modalias=pci:v00008086d0000%04Xsv00008086sd00000001bc03sc00i00\n"
			"A: current_link_speed=8.0 GT/s PCIe\nA: current_link_width=16\n"
			"L: iommu_group=../../../kernel/iommu_groups/%u\n\n",
			number, number, number),
		0);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		char line[256];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(line, sizeof(line), kinds[i], number, number, number, number);
#pragma GCC diagnostic pop
		assert_int_equal(text_add(text, "P: /devices/pci0000:00/0000:%02x:00.0/%s\n\n",
					 number, line),
			0);
	}
}

static void add_mounts(struct text *text, unsigned int count) {
	assert_int_equal(text_add(text, "F: /proc/1/mountinfo\n"), 0);
	for (unsigned int i = 1; i <= count; i++) {
		assert_int_equal(
			text_add(text, "| 4%u 1 259:%u1 / /data%u rw - ext4 /dev/x rw\n", i, i, i),
			0);
	}
}

static int count_one(void *context, enum trace_kind kind, const char *path) {
	++*(size_t *)context;
	return 0;
}

/* How many looks at files the inventory of so many devices takes. */
static size_t count_looks(unsigned int devices) {
	AUTO_TEXT struct text text = {0};
	AUTO_SNAPSHOT struct snapshot snapshot = {0};
	AUTO_INVENTORY struct inventory inventory = {0};
	struct trace *trace = aside_memory_new(NOTES_SIZE);
	size_t looks = 0, hanging;

	assert_non_null(trace);
	for (unsigned int i = 1; i <= devices; i++) {
		add_device(&text, i);
	}
	add_mounts(&text, devices);
	assert_int_equal(machine_make(text.data, text.length, &snapshot.machine), 0);
	snapshot_read(&snapshot);
	trace_begin(trace, NOTES_SIZE);
	assert_int_equal(
		inventory_read(snapshot.machine.root, &snapshot.host, &inventory, NULL), 0);
	assert_int_equal(trace_end(), 0);
	assert_int_equal(trace_each(trace, count_one, &looks), 0);
	assert_non_null(attached_of(&inventory.attachments, address_of("0000:05:00.0"), &hanging));
	assert_int_equal(hanging, 8);
	aside_memory_free(trace, NOTES_SIZE);
	return looks;
}

static void a_device_costs_the_same_however_many_there_are(void **state) {
	size_t eight = count_looks(8), sixteen = count_looks(16), forty = count_looks(40);

	assert_true(sixteen > eight);
	assert_int_equal(forty - sixteen, 3 * (sixteen - eight));
	assert_in_range((sixteen - eight) / 8, 1, 120);
}

static void each_device_has_its_own(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_INVENTORY struct inventory inventory = {0};
	struct error error = {0};

	assert_int_equal(
		inventory_read(snapshot.machine.root, &snapshot.host, &inventory, &error), 0);
	assert_int_equal(inventory.detail_count, snapshot.host.device_count);
	for (size_t i = 0; i < snapshot.host.device_count; i++) {
		struct address address = snapshot.host.devices[i].address;

		assert_ptr_equal(inventory_detail(&inventory, address), &inventory.details[i]);
	}
}

/* A machine that is cut off anywhere is no reason to fail. */
static void what_is_missing_is_left_empty(void **state) {
	static const char *const gone[] = {"/sys/devices/system", "/sys/class/drm",
		"/sys/class/net", "/sys/class/sound", "/sys/dev/block", "/sys/class/block",
		"/sys/bus/usb", "/sys/class/iommu", "/proc/net", "/lib/modules", "/proc/1"};
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");

	for (size_t i = 0; i < COUNT(gone); i++) {
		AUTO_INVENTORY struct inventory inventory = {0};
		struct error error = {0};

		snapshot_remove(&snapshot, gone[i]);
		assert_int_equal(
			inventory_read(snapshot.machine.root, &snapshot.host, &inventory, &error),
			0);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_costs_the_same_however_many_there_are),
		cmocka_unit_test(each_device_has_its_own),
		cmocka_unit_test(what_is_missing_is_left_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
