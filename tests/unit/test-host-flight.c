// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/flight.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snapshot.h"

#define CARD  "0000:0a:00.0"
#define SOUND "0000:0a:00.1"

/* Its driver is gone, and it is still switched on. */
static void set_on(struct snapshot *snapshot, const char *device) {
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/enable", device);
	snapshot_write(snapshot, path, "1\n");
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", device);
	snapshot_remove(snapshot, path);
}

/* A process that has one thread, which is in the middle of a call with a descriptor 3 of that. */
static void plant(
	struct snapshot *snapshot, int pid, long call, const char *file, const char *written) {
	char path[64], text[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	snapshot_write(snapshot, path, "sh\n");
	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	snapshot_write(snapshot, path, "foo_remove");
	snprintf(path, sizeof(path), "/proc/%d/task/%d/fd/3", pid, pid);
	snapshot_link(snapshot, path, file);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/mem", pid, pid);
	snapshot_write(snapshot, path, written);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", pid, pid);
	snprintf(text, sizeof(text), "%ld 0x3 0x0 0x%zx 0x0 0x0 0x0 0x7ffd00 0x7f0010\n", call,
		strlen(written));
	snapshot_write(snapshot, path, text);
}

static void a_writer_is_found_by_the_file_and_what_he_writes(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const struct flight *flight;

	set_on(&snapshot, CARD);
	plant(&snapshot, 77, SYS_write, "/sys/bus/pci/drivers/nvidia/unbind", CARD "\n");
	snapshot_read(&snapshot);
	assert_true(device_of(&snapshot, CARD)->in_flight);
	assert_int_equal(snapshot.host.flight_count, 1);
	flight = host_flight(&snapshot.host, address_of(CARD));
	assert_non_null(flight);
	assert_int_equal(flight->stuck.pid, 77);
	assert_string_equal(flight->stuck.command, "sh");
	assert_string_equal(flight->stuck.frames[0], "foo_remove");
	assert_false(device_of(&snapshot, CARD)->maybe_in_flight);
}

static void each_writer_keeps_his_own_device(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");

	set_on(&snapshot, CARD);
	plant(&snapshot, 9, SYS_write, "/sys/bus/pci/drivers/x/bind", "0000:7f:00.0");
	plant(&snapshot, 77, SYS_write, "/sys/bus/pci/drivers/nvidia/unbind", CARD);
	plant(&snapshot, 1234, SYS_write, "/sys/bus/pci/drivers/snd_hda_intel/bind", SOUND);
	snapshot_read(&snapshot);
	assert_int_equal(host_flight(&snapshot.host, address_of(CARD))->stuck.pid, 77);
	assert_int_equal(host_flight(&snapshot.host, address_of(SOUND))->stuck.pid, 1234);
	assert_int_equal(snapshot.host.flight_count, 2);
}

static void who_reads_what_it_shows_is_no_writer(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");

	set_on(&snapshot, CARD);
	plant(&snapshot, 77, SYS_read, "/sys/devices/pci0000:00/" CARD "/driver_override", "");
	snapshot_read(&snapshot);
	assert_true(device_of(&snapshot, CARD)->in_flight);
	assert_int_equal(snapshot.host.flight_count, 0);
}

static void other_writers_are_none_of_these(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");

	set_on(&snapshot, CARD);
	plant(&snapshot, 7, SYS_write, "/srv/drivers/nvidia/unbind", CARD);
	plant(&snapshot, 8, SYS_write, "/sys/bus/pci/drivers/nvidia/new_id", CARD);
	plant(&snapshot, 9, SYS_ioctl, "/sys/bus/pci/drivers/nvidia/unbind", CARD);
	plant(&snapshot, 10, SYS_write, "/sys/bus/pci/drivers/nvidia/unbind", "nonsense");
	snapshot_read(&snapshot);
	assert_false(device_of(&snapshot, CARD)->in_flight);
	assert_false(device_of(&snapshot, CARD)->maybe_in_flight);
	assert_int_equal(snapshot.host.flight_count, 0);
}

static void nobody_is_looked_for_without_reason(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");

	plant(&snapshot, 77, SYS_write, "/sys/bus/pci/drivers/nvidia/unbind", CARD);
	snapshot_read(&snapshot);
	assert_false(device_of(&snapshot, CARD)->in_flight);
}

/* As without root on Linux from 6.12 on, where nothing else tells of the writer. */
static void who_may_not_look_is_in_doubt(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const uid_t root = 0, nobody = 65534;
	bool privileged = geteuid() == root;
	char path[256];

	set_on(&snapshot, CARD);
	plant(&snapshot, 77, SYS_write, "/sys/bus/pci/drivers/nvidia/unbind", CARD);
	snprintf(path, sizeof(path), "%s/proc/77/task/77/syscall", snapshot.machine.path);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(chmod(snapshot.machine.path, 0755), 0);
	if (privileged) {
		assert_int_equal(seteuid(nobody), 0);
	}
	snapshot_read(&snapshot);
	if (privileged) {
		assert_int_equal(seteuid(root), 0);
		prctl(PR_SET_DUMPABLE, 1); /* for the leak check */
	}
	assert_false(device_of(&snapshot, CARD)->in_flight);
	assert_true(device_of(&snapshot, CARD)->maybe_in_flight);
	assert_false(device_of(&snapshot, SOUND)->maybe_in_flight);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_writer_is_found_by_the_file_and_what_he_writes),
		cmocka_unit_test(each_writer_keeps_his_own_device),
		cmocka_unit_test(who_reads_what_it_shows_is_no_writer),
		cmocka_unit_test(other_writers_are_none_of_these),
		cmocka_unit_test(nobody_is_looked_for_without_reason),
		cmocka_unit_test(who_may_not_look_is_in_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
