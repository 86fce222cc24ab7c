// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/holder.h"

#include <errno.h>
#include <string.h>

#include "snapshot.h"

static void processes_are_named_with_what_they_hold_and_where_they_run(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const struct holder *holder =
		holder_of(&snapshot, "0000:0a:00.0", HOLDER_PROCESS, "nvidia-persiste");

	assert_non_null(holder);
	assert_int_equal(holder->who.pid, 702);
	assert_string_equal(holder->who.unit, "nvidia-persistenced.service");
	assert_string_equal(holder->node, "nvidia0");
	holder = holder_of(&snapshot, "0000:0a:00.1", HOLDER_PROCESS, "pipewire");
	assert_string_equal(holder->who.unit, "user@1000.service");
	assert_string_equal(holder->node, "snd/controlC1");
}

static void what_is_open_twice_is_told_once(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	size_t count = 0;

	for (size_t i = 0; i < snapshot.host.holder_count; i++) {
		const struct holder *holder = &snapshot.host.holders[i];

		count += holder->who.pid == 822 && strcmp(holder->node, "dri/card0") == 0;
	}
	assert_int_equal(count, 1);
}

static void a_free_function_has_no_holder(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");

	/* logind and Xorg have the keyboard behind it */
	assert_int_equal(holders_of(&snapshot, "0000:0a:00.2"), 0);
	assert_int_equal(holders_of(&snapshot, "0000:0a:00.3"), 0);
}

static void a_guest_holds_every_device_of_its_group(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");
	const struct holder *holder = holder_of(&snapshot, "0000:e1:00.1", HOLDER_PROCESS, "kvm");

	assert_non_null(holder);
	assert_string_equal(holder->node, "vfio/139");
	assert_string_equal(holder->who.unit, "100.scope");
	assert_string_equal(holder->who.guest, "100");
	assert_non_null(holder_of(&snapshot, "0000:e1:00.0", HOLDER_PROCESS, "kvm"));
	assert_int_equal(holders_of(&snapshot, "0000:c1:00.0"), 0);
}

static void each_twin_has_its_own_holders(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("twins");

	assert_int_equal(holders_of(&snapshot, "0000:21:00.0"), 1);
	assert_non_null(holder_of(&snapshot, "0000:21:00.0", HOLDER_PROCESS, "python3"));
	assert_int_equal(holders_of(&snapshot, "0000:49:00.0"), 0);
	assert_null(holder_of(&snapshot, "0000:61:00.0", HOLDER_PROCESS, "python3"));
}

static void holders_are_ordered_and_a_second_look_forgets_the_first(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const struct host *host = &snapshot.host;
	size_t before = host->holder_count;

	for (size_t i = 1; i < host->holder_count; i++) {
		assert_true(
			address_compare(host->holders[i - 1].device, host->holders[i].device) <= 0);
	}
	assert_int_equal(host_read_holders(snapshot.machine.root, &snapshot.host, NULL), 0);
	assert_int_equal(host->holder_count, before);
	assert_int_equal(machine_remove(&snapshot.machine, "/proc/702"), 0);
	assert_int_equal(host_read_holders(snapshot.machine.root, &snapshot.host, NULL), 0);
	assert_null(holder_of(&snapshot, "0000:0a:00.0", HOLDER_PROCESS, "nvidia-persiste"));
}

static void there_is_a_limit(void **state) {
	AUTO_HOLDERS struct holders holders = {0};
	struct holder holder = {.kind = HOLDER_PROCESS};

	for (holder.who.pid = 1; holder.who.pid <= HOLDERS_MAX; holder.who.pid++) {
		assert_int_equal(holders_add(&holders, &holder), 0);
	}
	assert_int_equal(holders_add(&holders, &holder), -E2BIG);
	holder.who.pid--;
	assert_int_equal(holders_add(&holders, &holder), 0); /* it is there already */
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_are_named_with_what_they_hold_and_where_they_run),
		cmocka_unit_test(what_is_open_twice_is_told_once),
		cmocka_unit_test(a_free_function_has_no_holder),
		cmocka_unit_test(a_guest_holds_every_device_of_its_group),
		cmocka_unit_test(each_twin_has_its_own_holders),
		cmocka_unit_test(holders_are_ordered_and_a_second_look_forgets_the_first),
		cmocka_unit_test(there_is_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
