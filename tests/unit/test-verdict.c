// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/verdict.h"

#include "snapshot.h"

static const struct claims nobody;

/* As `baton list` asks on a captured machine. */
static struct verdicts judge(const struct snapshot *snapshot, const struct claims *claims) {
	const struct policy policy = {0};
	const struct host *host = &snapshot->host;
	const struct asked asked = {.display_manager_up = host->display_manager.unit[0] != '\0'};
	struct verdicts verdicts;

	assert_int_equal(verdicts_make(host, &policy, claims, &asked, &verdicts), 0);
	return verdicts;
}

static const struct verdict *find(const struct verdicts *verdicts, const char *device) {
	const struct verdict *verdict = verdict_of(verdicts, address_of(device));

	assert_non_null(verdict);
	return verdict;
}

static void assert_verdict(const struct verdicts *verdicts, const char *device,
	enum verdict_kind kind, const char *sentence) {
	const struct verdict *verdict = find(verdicts, device);
	AUTO_TEXT struct text text = {0};

	assert_int_equal(verdict_format(verdict, &text), 0);
	assert_string_equal(text.data, sentence);
	assert_int_equal(verdict->kind, kind);
}

/* One card, one sentence: what makes each kind. */
static void every_kind_has_its_sentence(void **state) {
	static const struct {
		const char *machine, *device;
		enum verdict_kind kind;
		const char *sentence;
	} rows[] = {
		{"nvidia-single", "0000:00:08.3", VERDICT_NOW, "can be handed over now"},
		{"nvidia-single", "0000:0a:00.0", VERDICT_LOSSES,
			"can be handed over, but then the login sessions of lightdm.service end"},
		{"nvidia-single", "0000:04:00.0", VERDICT_AFTER,
			"not yet: carries the default route (enp4s0)"},
		{"nvidia-single", "0000:01:00.0", VERDICT_NO,
			"no: carries the file system mounted on / (nvme0n1p2)"},
		{"vmd", "10000:e2:00.0", VERDICT_NO,
			"no: is behind a Volume Management Device (VMD), with which it would have "
			"to go and without which it does not exist"},
		{"no-iommu", "0000:01:00.0", VERDICT_NO,
			"no: cannot be handed over safely, because this machine has no IOMMU "
			"switched on"},
		{"proxmox-server", "0000:e1:00.0", VERDICT_GUEST,
			"a guest has it: is open in kvm (process 2100, 100.scope, guest 100, vfio/139)"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take(rows[i].machine);
		AUTO_VERDICTS struct verdicts verdicts = judge(&snapshot, &nobody);

		assert_verdict(&verdicts, rows[i].device, rows[i].kind, rows[i].sentence);
	}
}

/* Where everything can be reset. */
static struct snapshot take_sata_in_group(void) {
	struct snapshot snapshot = snapshot_take("sata-in-group");

	for (size_t i = 0; i < snapshot.host.device_count; i++) {
		assert_int_equal(name_set(snapshot.host.devices[i].reset_methods,
					 sizeof(snapshot.host.devices[i].reset_methods), "pm"),
			0);
	}
	return snapshot;
}

static void who_spoils_a_group_is_named(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take_sata_in_group();
	AUTO_VERDICTS struct verdicts verdicts = judge(&snapshot, &nobody);
	const struct verdict *card = find(&verdicts, "0000:05:00.1");

	assert_verdict(&verdicts, "0000:05:00.0", VERDICT_AFTER,
		"not yet: shares group 15 with 0000:04:00.0, which carries the default route "
		"(enp4s0)");
	assert_true(card->along_count > 0);
	assert_int_equal(card->refusal_count, 3);
}

/* What cannot be helped is said first, whatever else is in the way. */
static void the_root_file_system_outweighs_all_else(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take_sata_in_group();

	for (size_t i = 0; i < snapshot.host.holder_count; i++) {
		struct holder *holder = &snapshot.host.holders[i];

		if (holder->kind == HOLDER_MOUNT && strcmp(holder->name, "/srv") == 0) {
			assert_int_equal(name_set(holder->name, sizeof(holder->name), "/"), 0);
			holder->root = true;
		}
	}
	AUTO_VERDICTS struct verdicts verdicts = judge(&snapshot, &nobody);

	assert_verdict(&verdicts, "0000:05:00.0", VERDICT_NO,
		"no: shares group 15 with 0000:02:00.1, which carries the file system mounted on / "
		"(sda1)");
}

static void a_guest_by_its_journal_has_the_card(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	struct claimed_device claimed = {.guest = "libvirt:1",
		.title = "libvirt:win11",
		.address = address_of("0000:0a:00.0"),
		.held = true};
	const struct claims claims = {.devices = &claimed, .device_count = 1};
	AUTO_VERDICTS struct verdicts verdicts = judge(&snapshot, &claims);

	assert_verdict(&verdicts, "0000:0a:00.3", VERDICT_GUEST, "is with libvirt:win11");
	assert_string_equal(verdict_name(find(&verdicts, "0000:0a:00.3")->kind), "guest");
}

static void what_stops_and_comes_back_is_said(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const char *unit = "nvidia-persistenced.service";

	for (size_t i = 0; i < snapshot.host.holder_count; i++) {
		/* Only the daemon is left of those who hold the card. */
		if (strcmp(snapshot.host.holders[i].who.unit, unit) == 0) {
			snapshot.host.holders[0] = snapshot.host.holders[i];
		}
	}
	snapshot.host.holder_count = 1;
	snapshot.host.display_manager.unit[0] = '\0';
	snapshot.host.framebuffer_count = 0;
	AUTO_VERDICTS struct verdicts verdicts = judge(&snapshot, &nobody);

	assert_verdict(&verdicts, "0000:0a:00.0", VERDICT_NOW,
		"can be handed over now, while nvidia-persistenced.service is stopped");
}

static void a_card_with_a_picture_is_one_and_others_are_as_their_groups(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_VERDICTS struct verdicts verdicts = judge(&snapshot, &nobody);
	AUTO_SNAPSHOT struct snapshot other = snapshot_take("sriov-nic");
	AUTO_VERDICTS struct verdicts others = judge(&other, &nobody);

	/* Each of its functions is in a group of its own, and its sound cannot go alone. */
	assert_int_equal(find(&verdicts, "0000:03:00.0")->device_count, 4);
	assert_ptr_equal(find(&verdicts, "0000:03:00.1"), find(&verdicts, "0000:03:00.0"));
	assert_int_equal(find(&others, "0000:3b:00.0")->device_count, 1);
	assert_int_equal(find(&others, "0000:3b:00.2")->device_count, 1);
}

static void bridges_have_none(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	AUTO_VERDICTS struct verdicts verdicts = judge(&snapshot, &nobody);

	assert_null(verdict_of(&verdicts, address_of("0000:00:03.1")));
}

/* A verdict is never a second opinion: it is the plan for the same devices. */
static void every_verdict_is_what_the_plan_says(void **state) {
	static const char *const machines[] = {"amd-desktop", "amd-with-igpu", "bridge-in-group",
		"intel-arc", "laptop-amd-nvidia", "laptop-two-gpus", "no-iommu", "nvidia-single",
		"proxmox-server", "sata-in-group", "sriov-nic", "twins", "virtual-host",
		"virtual-host-full", "vmd"};

	for (size_t i = 0; i < COUNT(machines); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take(machines[i]);
		AUTO_VERDICTS struct verdicts verdicts = judge(&snapshot, &nobody);
		const struct host *host = &snapshot.host;
		const struct asked asked = {
			.display_manager_up = host->display_manager.unit[0] != '\0'};

		for (size_t j = 0; j < verdicts.count; j++) {
			const struct verdict *verdict = &verdicts.verdicts[j];
			AUTO_PLAN struct plan *plan = NULL;
			struct request request = {.guest = "hand:x"};
			struct error error;

			for (size_t k = 0; k < verdict->device_count; k++) {
				assert_int_equal(
					request_add(&request, verdict->devices[k], NULL, &error),
					0);
			}
			assert_int_equal(
				plan_make(host, &request, &nobody, &asked, &plan, &error), 0);
			assert_int_equal(plan->refusal_count, verdict->refusal_count);
			assert_int_equal(plan->refusal_count > 0, verdict->kind > VERDICT_LOSSES);
			assert_int_equal(plan->warning_count, verdict->warning_count);
		}
	}
}

static void a_group_that_is_too_large_is_refused_in_words(void **state) {
	AUTO_FREE struct device *devices = calloc(PLAN_DEVICES_MAX + 1, sizeof(*devices));
	struct host host = {.iommu = true, .vfio = true, .devices = devices};

	assert_non_null(devices);
	for (size_t i = 0; i <= PLAN_DEVICES_MAX; i++) {
		devices[i].address = (struct address){.bus = (uint8_t)i};
		address_format(devices[i].address, devices[i].name);
		devices[i].class = 0x020000;
	}
	host.device_count = PLAN_DEVICES_MAX + 1;
	const struct snapshot snapshot = {.host = host};
	AUTO_VERDICTS struct verdicts verdicts = judge(&snapshot, &nobody);

	assert_int_equal(verdicts.count, PLAN_DEVICES_MAX + 1);
	assert_verdict(&verdicts, "0000:00:00.0", VERDICT_NO,
		"no: is too much for one hand-over: more than 128 devices in one hand-over");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_its_sentence),
		cmocka_unit_test(who_spoils_a_group_is_named),
		cmocka_unit_test(the_root_file_system_outweighs_all_else),
		cmocka_unit_test(a_guest_by_its_journal_has_the_card),
		cmocka_unit_test(what_stops_and_comes_back_is_said),
		cmocka_unit_test(a_card_with_a_picture_is_one_and_others_are_as_their_groups),
		cmocka_unit_test(bridges_have_none),
		cmocka_unit_test(every_verdict_is_what_the_plan_says),
		cmocka_unit_test(a_group_that_is_too_large_is_refused_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
