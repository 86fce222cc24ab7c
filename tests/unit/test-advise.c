// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/proposal.h"

#include <errno.h>
#include <string.h>

#include "snapshot.h"

/* A guest that has nothing to be told, with the card of nvidia-single. */
static struct model good_guest(void) {
	struct model model = {
		.hypervisor = MODEL_LIBVIRT,
		.can = CAN_HYPERV | CAN_TIMERS | CAN_MANAGE,
		.name = "good",
		.system = SYSTEM_LINUX,
		.accelerated = true,
		.chipset = CHIPSET_Q35,
		.uefi = true,
		.cpu = "host",
		.tsc = true,
		.node = -1,
		.device_count = 4,
	};

	for (uint8_t i = 0; i < 4; i++) {
		model.devices[i].address = (struct address){.bus = 0x0a, .function = i};
	}
	return model;
}

static struct ground ground_of(const struct snapshot *snapshot) {
	struct ground ground;

	assert_int_equal(ground_read(snapshot->machine.root, &snapshot->host, &ground), 0);
	return ground;
}

/* The ids of what is said, with blanks between them. */
static void ids(const struct snapshot *snapshot, const struct model *model,
	const struct wishes *wishes, char ret[256]) {
	AUTO_GROUND struct ground ground = ground_of(snapshot);
	AUTO_ADVICES struct advices advices = {0};

	assert_int_equal(advise(&ground, model, wishes, &advices), 0);
	ret[0] = '\0';
	for (size_t i = 0; i < advices.count; i++) {
		const struct advice *advice = &advices.items[i];

		assert_true(advice_is_known(advice->id, strlen(advice->id)));
		assert_true(advice->what[0] && advice->why[0]);
		assert_true(advice->change_count > 0 || advice->by_hand[0]);
		strncat(ret, i > 0 ? " " : "", 256 - strlen(ret) - 1);
		strncat(ret, advice->id, 256 - strlen(ret) - 1);
	}
}

static void expect(
	const struct snapshot *snapshot, const struct model *model, const char *expected) {
	const struct wishes wishes = {0};
	char said[256];

	ids(snapshot, model, &wishes, said);
	assert_string_equal(said, expected);
}

static void a_good_guest_is_told_nothing(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	struct model model = good_guest();

	expect(&snapshot, &model, "");
	model.system = SYSTEM_WINDOWS;
	model.hpet_off = true;
	for (enum hyperv i = 0; i < HYPERV_COUNT; i++) {
		model.hyperv[i] = true;
	}
	expect(&snapshot, &model, "");
}

static void each_fault_of_a_guest_is_told(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const struct model good = good_guest();
	struct model model;

#define ROW(change, expected)                                                                      \
	model = good;                                                                              \
	change;                                                                                    \
	expect(&snapshot, &model, expected)

	ROW(model.device_count = 3, "card");
	ROW(model.device_count = 3; model.legacy_igd = true, "");
	ROW(model.devices[1].alone = true, "card");
	ROW(model.devices[2].unmanaged = true, "managed");
	ROW(model.devices[3].address.bus = 0x77, "card-gone card");
	ROW(model.chipset = CHIPSET_I440FX, "machine");
	ROW(model.chipset = CHIPSET_I440FX; model.uefi = false; model.legacy_igd = true, "");
	ROW(model.can |= CAN_EXPRESS; model.devices[0].conventional = true, "pcie");
	ROW(model.can |= CAN_EXPRESS; model.devices[0].conventional = model.legacy_igd = true, "");
	ROW(model.uefi = false, "uefi");
	ROW(model.cpu[0] = '\0', "cpu");
	ROW(strcpy(model.cpu, "EPYC"), "cpu");
	ROW(strcpy(model.cpu, "host-model"), "");
	ROW(model.accelerated = false; model.cpu[0] = '\0', "");
	ROW(model.balloon = true, "balloon");
	ROW(model.hidden = true, "hidden");
	ROW(model.vendor_id = true, "vendor-id");
	ROW(model.video = true, "video");
	ROW(model.host_display = true, "host-display");
	ROW(model.system = SYSTEM_WINDOWS; model.hpet_off = true, "hyperv");
#undef ROW
}

static void a_guest_without_a_card_is_not_told_what_cards_need(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	struct model model = good_guest();

	model.device_count = 0;
	model.chipset = CHIPSET_I440FX;
	model.balloon = model.video = model.hidden = true;
	expect(&snapshot, &model, "");
}

static void a_card_of_before_kepler_is_still_hidden_from(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	struct model model = good_guest();
	static const struct {
		uint16_t id;
		bool old;
	} rows[] = {
		{0x0a20, true},  /* GT216, GeForce GT 220 */
		{0x0dc4, true},  /* GF106, GeForce GTS 450 */
		{0x0fc6, false}, /* GK107, GeForce GTX 650 */
		{0x1004, false}, /* GK110, GeForce GTX 780 */
		{0x1080, true},  /* GF110, GeForce GTX 580 */
		{0x1180, false}, /* GK104, GeForce GTX 680 */
		{0x1200, true},  /* GF114, GeForce GTX 560 Ti */
		{0x1287, false}, /* GK208B, GeForce GT 730 */
		{0x1e84, false}, /* TU104, GeForce RTX 2070 SUPER */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t n = 0; n < snapshot.host.device_count; n++) {
			struct device *device = &snapshot.host.devices[n];

			if (strcmp(device->name, "0000:0a:00.0") == 0) {
				device->identity.device = rows[i].id;
			}
		}
		model.hidden = false;
		expect(&snapshot, &model, rows[i].old ? "hidden" : "");
		model.hidden = true;
		expect(&snapshot, &model, rows[i].old ? "" : "hidden");
	}
}

static void the_firmwares_copy_of_a_rom_is_no_rom(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	struct wishes wishes = {.rom = "/roms/card.rom"};
	struct model model = good_guest();
	char said[256];

	assert_int_equal(machine_write(&snapshot.machine,
				 "/sys/devices/pci0000:00/0000:00:03.1/0000:0a:00.0/resource",
				 "0x00 0x00 0x00\n0x00 0x00 0x00\n0x00 0x00 0x00\n"
				 "0x00 0x00 0x00\n0x00 0x00 0x00\n0x00 0x00 0x00\n"
				 "0x00000000000c0000 0x00000000000dffff 0x0000000000000212\n"),
		0);
	expect(&snapshot, &model, "rom");
	model.devices[0].has_rom = true;
	expect(&snapshot, &model, "");
	model.devices[0].has_rom = false;
	ids(&snapshot, &model, &wishes, said);
	assert_string_equal(said, "rom");
}

static void a_host_with_another_card_may_draw(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-with-igpu");
	struct model model = good_guest();

	/* Of that machine's two cards. */
	for (size_t i = 0; i < snapshot.host.card_count; i++) {
		model.devices[0].address = snapshot.host.cards[i].device;
		model.device_count = 1;
		model.host_display = true;
		struct wishes wishes = {.only = "host-display"};
		char said[256];

		ids(&snapshot, &model, &wishes, said);
		assert_string_equal(said, "");
	}
	assert_true(snapshot.host.card_count > 1);
}

/* Six cores of two threads, as amd-desktop has them: 8 to a guest, two behind each cache. */
static void a_guest_that_is_pinned_already_is_left_as_it_is(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	struct wishes wishes = {.only = "pinning,topology"};
	struct model model = good_guest();
	char said[256];

	for (size_t i = 0; i < model.device_count; i++) {
		model.devices[i].address.bus = 3;
	}
	model.can |= CAN_PIN | CAN_TOPOLOGY;
	model.vcpus = 4;
	ids(&snapshot, &model, &wishes, said);
	assert_string_equal(said, "topology pinning");
	model.topology = (struct model_topology){1, 1, 2, 2};
	model.topoext = true;
	for (unsigned int i = 0; i < 4; i++) {
		model_cpus_add(&model.pins[i], 8 + i);
	}
	ids(&snapshot, &model, &wishes, said);
	assert_string_equal(said, "pinning"); /* QEMU's own threads */
	model_cpus_add(&model.emulator_pin, 0);
	ids(&snapshot, &model, &wishes, said);
	assert_string_equal(said, "");
	/* Two on one processor, and one that is not there. */
	model.pins[1] = model.pins[0];
	ids(&snapshot, &model, &wishes, said);
	assert_string_equal(said, "pinning");
	model.pins[1] = (struct model_cpus){0};
	model_cpus_add(&model.pins[1], 77);
	ids(&snapshot, &model, &wishes, said);
	assert_string_equal(said, "pinning");
}

static void hugepages_are_used_where_they_are_and_missed_where_they_are_not(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	struct wishes wishes = {.only = "hugepages"};
	struct model model = good_guest();
	char said[256];

	for (size_t i = 0; i < model.device_count; i++) {
		model.devices[i].address.bus = 3;
	}
	model.can |= CAN_HUGEPAGES;
	model.memory_kib = 12 * 1024; /* six pages of 2 MiB are free, two are others' */
	ids(&snapshot, &model, &wishes, said);
	assert_string_equal(said, "hugepages");
	model.hugepages = true;
	ids(&snapshot, &model, &wishes, said);
	assert_string_equal(said, "");
	model.memory_kib *= 2;
	ids(&snapshot, &model, &wishes, said);
	assert_string_equal(said, "hugepages");
	model.hugepages = false;
	ids(&snapshot, &model, &wishes, said);
	assert_string_equal(said, "");
}

enum {
	M = 1 << 10,
	G = 1 << 20
};
/* What is said of huge pages, and what is to be done by hand, on a machine of two such nodes. */
static const struct {
	uint64_t count[2], free[2]; /* of 2 MiB, on node 0 and 1; the card hangs on 1 */
	uint64_t giants;            /* of 1 GiB, on node 0, free */
	bool uses, may_run;
	uint64_t page_kib;
	int node;
	bool strict;
	const char *said, *by_hand;
} pools[] = {
	/* 1 GiB is wanted: 512 pages of 2 MiB. */
	{{0, 512}, {0, 512}, 0, false, false, 0, -1, false, "hugepages numa", ""},
	{{512, 0}, {512, 0}, 0, false, false, 0, -1, false, "numa", ""},
	{{512, 0}, {512, 0}, 0, true, false, 0, -1, false, "", ""},
	{{512, 0}, {512, 0}, 0, true, false, 0, 1, true, "hugepages",
		"write 512 (the 0 that there are, and those) into "
		"/sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages"},
	{{512, 0}, {512, 0}, 0, true, false, 0, 1, false, "", ""},
	{{512, 0}, {512, 0}, 0, true, false, 0, NODE_SEVERAL, true, "", ""},
	/* All in use: by others, or by itself. */
	{{0, 512}, {0, 0}, 0, false, false, 0, -1, false, "numa", ""},
	{{0, 512}, {0, 0}, 0, false, true, 0, -1, false, "numa", ""},
	{{0, 512}, {0, 0}, 0, true, false, 0, -1, false, "hugepages", "\"vm.nr_hugepages = 1024\""},
	{{0, 512}, {0, 0}, 0, true, true, 0, -1, false, "", ""},
	{{0, 600}, {0, 88}, 0, true, false, 0, -1, false, "hugepages",
		"\"vm.nr_hugepages = 1024\""},
	{{0, 256}, {0, 0}, 0, true, true, 0, -1, false, "hugepages", "\"vm.nr_hugepages = 512\""},
	/* Pages of another size. */
	{{0, 0}, {0, 0}, 1, true, false, G, -1, false, "", ""},
	{{0, 512}, {0, 512}, 0, true, false, G, -1, false, "hugepages",
		"write 1 (the 0 that there are, and those) into "
		"/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages"},
	{{0, 0}, {0, 0}, 0, true, false, HUGEPAGE_UNKNOWN, -1, false, "", ""},
};

static void pages_are_counted_where_the_guest_looks_for_them(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	struct ground ground = ground_of(&snapshot);
	const struct wishes wishes = {.only = "hugepages,numa"};

	numa_free(&ground.numa);
	for (size_t n = 0; n < snapshot.host.device_count; n++) {
		snapshot.host.devices[n].numa_node = 1;
	}
	for (size_t i = 0; i < COUNT(pools); i++) {
		AUTO_ADVICES struct advices advices = {0};
		struct model model = good_guest();
		struct numa_node nodes[2];
		char said[64] = "";

		for (int n = 0; n < 2; n++) {
			nodes[n] = (struct numa_node){.number = n,
				.total_kib = 4 * G,
				.pages = {{2 * M, pools[i].count[n], pools[i].free[n]},
					{G, n == 0 ? pools[i].giants : 0,
						n == 0 ? pools[i].giants : 0}},
				.pages_count = 2};
		}
		ground.numa = (struct numa){nodes, 2, 2 * M};
		model.can |= CAN_NODE | CAN_HUGEPAGES;
		model.memory_kib = G;
		model.hugepages = pools[i].uses;
		model.hugepage_kib = pools[i].page_kib;
		model.may_run = pools[i].may_run;
		model.node = pools[i].node;
		model.node_strict = pools[i].strict;
		assert_int_equal(advise(&ground, &model, &wishes, &advices), 0);
		for (size_t n = 0; n < advices.count; n++) {
			strcat(said, n > 0 ? " " : "");
			strcat(said, advices.items[n].id);
		}
		assert_string_equal(said, pools[i].said);
		assert_non_null(strstr(
			advices.count > 0 ? advices.items[0].by_hand : "", pools[i].by_hand));
	}
	ground.numa = (struct numa){0};
	ground_free(&ground);
}

static void memory_comes_from_the_cards_node(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	struct numa_node nodes[] = {
		{.number = 0, .total_kib = 1 << 20}, {.number = 1, .total_kib = 1 << 20}};
	struct ground ground = ground_of(&snapshot);
	struct wishes wishes = {.only = "numa"};
	static const struct {
		int card, is;
		uint64_t memory_kib;
		size_t nodes;
		bool said;
	} rows[] = {
		{1, -1, 1 << 19, 2, true},
		{0, -1, 1 << 19, 2, true},
		{1, 0, 1 << 19, 2, false},  /* somebody's choice */
		{1, -1, 1 << 21, 2, false}, /* more than the node has */
		{-1, -1, 1 << 19, 2, false},
		{1, -1, 1 << 19, 1, false},
		{1, -1, 0, 2, false},
	};

	numa_free(&ground.numa);
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_ADVICES struct advices advices = {0};
		struct model model = good_guest();

		for (size_t n = 0; n < snapshot.host.device_count; n++) {
			snapshot.host.devices[n].numa_node = rows[i].card;
		}
		ground.numa = (struct numa){.nodes = nodes, .node_count = rows[i].nodes};
		model.can |= CAN_NODE;
		model.node = rows[i].is;
		model.memory_kib = rows[i].memory_kib;
		assert_int_equal(advise(&ground, &model, &wishes, &advices), 0);
		assert_int_equal(advices.count, rows[i].said);
		if (rows[i].said) {
			assert_int_equal(advices.items[0].changes[0].index, rows[i].card);
		}
	}
	ground.numa = (struct numa){0};
	ground_free(&ground);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_guest_is_told_nothing),
		cmocka_unit_test(each_fault_of_a_guest_is_told),
		cmocka_unit_test(a_guest_without_a_card_is_not_told_what_cards_need),
		cmocka_unit_test(a_card_of_before_kepler_is_still_hidden_from),
		cmocka_unit_test(the_firmwares_copy_of_a_rom_is_no_rom),
		cmocka_unit_test(a_host_with_another_card_may_draw),
		cmocka_unit_test(memory_comes_from_the_cards_node),
		cmocka_unit_test(pages_are_counted_where_the_guest_looks_for_them),
		cmocka_unit_test(a_guest_that_is_pinned_already_is_left_as_it_is),
		cmocka_unit_test(hugepages_are_used_where_they_are_and_missed_where_they_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
