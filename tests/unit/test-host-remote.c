// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/network/remote.h"

#include "snapshot.h"

#define CARD "0000:04:00.0" /* enp4s0: 192.168.0.0/24, and the default route */

static void a_mount_from_the_network_keeps_the_card_on_the_way(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	const struct holder *holder;

	snapshot_write(&snapshot, "/proc/1/mountinfo",
		"29 1 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n"
		"60 29 0:50 / /net rw - nfs4 server:/x rw,clientaddr=192.168.0.2,addr=192.168.0.9\n"
		"61 29 0:51 / /share rw - cifs //server/share rw,addr=2001:db8::9\n"
		"62 29 0:52 / /fuse rw - fuse.sshfs server:/ rw,addr=192.168.0.9\n");
	snapshot_read(&snapshot);
	holder = holder_of(&snapshot, CARD, HOLDER_REMOTE, "/net");
	assert_non_null(holder);
	assert_string_equal(holder->type, "nfs4");
	assert_null(holder_of(&snapshot, CARD, HOLDER_REMOTE, "/share")); /* no IPv6 here */
	assert_null(holder_of(&snapshot, CARD, HOLDER_REMOTE, "/fuse"));
}

static void a_server_on_this_machine_is_not_far(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	snapshot_write(&snapshot, "/proc/1/mountinfo",
		"60 29 0:50 / /net rw - nfs4 localhost:/x rw,addr=127.0.0.1\n");
	snapshot_read(&snapshot);
	assert_null(holder_of(&snapshot, CARD, HOLDER_REMOTE, "/net"));
}

static void disks_of_other_machines_keep_it_too(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	snapshot_write(
		&snapshot, "/sys/class/iscsi_connection/connection1:0/address", "192.168.0.5\n");
	snapshot_write(&snapshot, "/sys/class/nvme/nvme7/transport", "tcp\n");
	snapshot_write(&snapshot, "/sys/class/nvme/nvme7/address",
		"traddr=192.168.0.6,trsvcid=4420,src_addr=192.168.0.2\n");
	snapshot_write(&snapshot, "/sys/class/nvme/nvme8/transport", "pcie\n");
	snapshot_write(&snapshot, "/sys/class/nvme/nvme8/address", "0000:01:00.0\n");
	snapshot_read(&snapshot);
	assert_non_null(holder_of(&snapshot, CARD, HOLDER_REMOTE, "192.168.0.5"));
	assert_string_equal(holder_of(&snapshot, CARD, HOLDER_REMOTE, "nvme7")->type, "NVMe");
	assert_null(holder_of(&snapshot, CARD, HOLDER_REMOTE, "nvme8"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mount_from_the_network_keeps_the_card_on_the_way),
		cmocka_unit_test(a_server_on_this_machine_is_not_far),
		cmocka_unit_test(disks_of_other_machines_keep_it_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
