// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/kfd.h"

#include <errno.h>

#include "snapshot.h"

#define TOPOLOGY "/" KFD "/topology/nodes"

/* A second card of amdgpu, and what the driver says of both: a processor is node 0. */
static struct snapshot two_cards(void) {
	static const char *const files[][2] = {
		{TOPOLOGY "/0/gpu_id", "0\n"},
		{TOPOLOGY "/0/properties", "cpu_cores_count 16\nlocation_id 0\ndomain 0\n"},
		{TOPOLOGY "/1/gpu_id", "51234\n"},
		{TOPOLOGY "/1/properties", "simd_count 120\nlocation_id 768\ndomain 0\n"},
		{TOPOLOGY "/2/gpu_id", "777\n"},
		{TOPOLOGY "/2/properties", "simd_count 2\nlocation_id 1024\n"},
	};
	struct snapshot snapshot = snapshot_take("amd-desktop");

	assert_int_equal(machine_link(&snapshot.machine, "/sys/dev/char/234:0",
				 "../../devices/virtual/kfd/kfd"),
		0);
	for (size_t i = 0; i < COUNT(files); i++) {
		assert_int_equal(machine_write(&snapshot.machine, files[i][0], files[i][1]), 0);
	}
	for (size_t i = 0; i < snapshot.host.device_count; i++) {
		struct device *device = &snapshot.host.devices[i];

		if (strcmp(device->name, "0000:04:00.0") == 0) {
			assert_int_equal(
				name_set(device->driver, sizeof(device->driver), "amdgpu"), 0);
		}
	}
	return snapshot;
}

static const struct node *find(const struct nodes *nodes, const char *device) {
	for (size_t i = 0; i < nodes->count; i++) {
		if (strcmp(nodes->nodes[i].name, "kfd") == 0 &&
			address_compare(nodes->nodes[i].device, address_of(device)) == 0) {
			return &nodes->nodes[i];
		}
	}
	return NULL;
}

static void each_card_has_its_number(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = two_cards();
	AUTO_NODES struct nodes nodes = {0};

	assert_int_equal(nodes_read(snapshot.machine.root, &snapshot.host, &nodes), 0);
	assert_non_null(find(&nodes, "0000:03:00.0"));
	assert_int_equal(find(&nodes, "0000:03:00.0")->kfd_gpu, 51234);
	assert_non_null(find(&nodes, "0000:04:00.0"));
	assert_int_equal(find(&nodes, "0000:04:00.0")->kfd_gpu, 777);
}

static void a_process_uses_the_card_it_has_memory_or_queues_on(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = two_cards();
	AUTO_CLOSE int kfd = -1;

	assert_int_equal(machine_write(&snapshot.machine, "/" KFD "/proc/9/vram_51234", "0\n"), 0);
	assert_int_equal(machine_write(&snapshot.machine, "/" KFD "/proc/9/vram_777", "4096\n"), 0);
	assert_int_equal(
		machine_write(&snapshot.machine, "/" KFD "/proc/8/queues/0/gpuid", "51234\n"), 0);
	kfd = dir_open(snapshot.machine.root, KFD);
	assert_true(kfd >= 0);
	assert_true(kfd_uses(kfd, 9, 777));
	assert_false(kfd_uses(kfd, 9, 51234));
	assert_true(kfd_uses(kfd, 8, 51234));
	assert_false(kfd_uses(kfd, 8, 777));
	assert_false(kfd_uses(kfd, 7, 777));
}

static void only_that_card_is_held(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = two_cards();

	assert_int_equal(machine_link(&snapshot.machine, "/proc/9/fd/3", "/dev/kfd"), 0);
	assert_int_equal(machine_write(&snapshot.machine, "/proc/9/comm", "ollama\n"), 0);
	assert_int_equal(machine_write(&snapshot.machine, "/" KFD "/proc/9/vram_51234", "1\n"), 0);
	assert_int_equal(host_read_holders(snapshot.machine.root, &snapshot.host, NULL), 0);
	assert_non_null(holder_of(&snapshot, "0000:03:00.0", HOLDER_PROCESS, "ollama"));
	assert_null(holder_of(&snapshot, "0000:04:00.0", HOLDER_PROCESS, "ollama"));
}

static void a_cards_place_is_a_number(void **state) {
	struct address address = {.bus = 9};

	assert_int_equal(kfd_address_parse("domain 1\nlocation_id 57601\n", &address), 0);
	assert_int_equal(address_compare(address, address_of("0001:e1:00.1")), 0);
	assert_int_equal(kfd_address_parse("domain 1\n", &address), -EINVAL);
	assert_int_equal(kfd_address_parse("location_id 65536\n", &address), -EINVAL);
	assert_int_equal(kfd_address_parse("", &address), -EINVAL);
	assert_int_equal(address_compare(address, address_of("0001:e1:00.1")), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_card_has_its_number),
		cmocka_unit_test(a_process_uses_the_card_it_has_memory_or_queues_on),
		cmocka_unit_test(only_that_card_is_held),
		cmocka_unit_test(a_cards_place_is_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
