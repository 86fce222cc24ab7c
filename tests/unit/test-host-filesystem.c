// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disk/filesystem.h"

#include "host/disk/mount.h"

#include <time.h>

#include "snapshot.h"

struct fixture {
	struct nodes nodes;
	struct holders holders;
	struct filesystems filesystems;
};

static void fixture_done(struct fixture *fixture) {
	nodes_free(&fixture->nodes);
	holders_free(&fixture->holders);
	filesystems_free(&fixture->filesystems);
}

#define AUTO_FIXTURE CLEANUP(fixture_done)

static struct fixture read_all(const struct snapshot *snapshot) {
	struct fixture fixture = {0};
	int root = snapshot->machine.root;

	assert_int_equal(nodes_read(root, &snapshot->host, &fixture.nodes), 0);
	assert_int_equal(mounts_read(root, &fixture.nodes, &fixture.holders), 0);
	assert_int_equal(
		filesystems_read(root, &fixture.nodes, &fixture.holders, &fixture.filesystems), 0);
	return fixture;
}

static void a_file_is_told_by_its_number_or_its_mount(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	AUTO_FIXTURE struct fixture fixture = read_all(&snapshot);
	const struct node *node = filesystems_find(&fixture.filesystems, 8, 1, 0);

	assert_non_null(node);
	assert_string_equal(node->name, "sda1");
	assert_ptr_equal(filesystems_find(&fixture.filesystems, 0, 99, 50), node);
	assert_ptr_equal(filesystems_find(&fixture.filesystems, 0, 99, 51), node); /* bound */
	assert_null(filesystems_find(&fixture.filesystems, 0, 99, 0));
	assert_null(filesystems_find(&fixture.filesystems, 8, 2, 29));
}

static void the_disk_with_the_root_is_everybodys(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_FIXTURE struct fixture fixture = read_all(&snapshot);

	assert_int_equal(fixture.filesystems.count, 0);
}

/* A file system without a device's number: its mounts tell. */
static void every_part_of_a_btrfs_is_told(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	AUTO_FIXTURE struct fixture fixture = {0};

	assert_int_equal(machine_write(&snapshot.machine, "/proc/1/mountinfo",
				 "29 1 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n"
				 "50 29 0:40 /a /srv rw - btrfs /dev/sda1 rw\n"
				 "51 29 0:40 /b /opt rw - btrfs /dev/sda1 rw\n"
				 "52 29 0:41 / /tmp rw - tmpfs tmpfs rw\n"),
		0);
	fixture = read_all(&snapshot);
	assert_non_null(filesystems_find(&fixture.filesystems, 0, 77, 50));
	assert_non_null(filesystems_find(&fixture.filesystems, 0, 77, 51));
	assert_null(filesystems_find(&fixture.filesystems, 0, 77, 52));
	assert_null(filesystems_find(&fixture.filesystems, 0, 41, 0));
}

/* What lies over a mount is at the same point, and not on the disk. */
static void what_lies_over_a_mount_is_not_it(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	AUTO_FIXTURE struct fixture fixture = {0};

	assert_int_equal(machine_write(&snapshot.machine, "/proc/1/mountinfo",
				 "29 1 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n"
				 "50 29 8:1 / /srv rw - ext4 /dev/sda1 rw\n"
				 "53 50 7:0 / /srv rw - squashfs /dev/loop0 rw\n"
				 "54 53 0:41 / /srv rw - tmpfs /dev/sda1 rw\n"),
		0);
	fixture = read_all(&snapshot);
	assert_int_equal(fixture.filesystems.count, 1);
	assert_null(filesystems_find(&fixture.filesystems, 0, 41, 54));
	assert_null(filesystems_find(&fixture.filesystems, 7, 0, 53));
}

#define MANY 4096

/* Each on a node of its own, of one device, and bound to a second place. */
static void mount_many(const struct snapshot *snapshot, struct fixture *fixture) {
	AUTO_TEXT struct text lines = {0};

	for (unsigned int i = 1; i <= MANY; i++) {
		struct node node = {.block = true, .major = 250, .minor = i};

		assert_true(snprintf(node.name, sizeof(node.name), "nvme1n%u", i) > 0);
		node.device = address_of("0000:03:00.0");
		assert_int_equal(nodes_add(&fixture->nodes, &node), 0);
		assert_int_equal(
			text_add(&lines, "%u 29 250:%u / /srv/%u rw - ext4 /dev/nvme1n%u rw\n",
				99 + i, i, i, i),
			0);
		assert_int_equal(
			text_add(&lines, "%u 29 250:%u / /opt/%u rw - ext4 /dev/nvme1n%u rw\n",
				9999 + i, i, i, i),
			0);
	}
	snapshot_write(snapshot, "/proc/1/mountinfo", lines.data);
}

/* What grows with the square of their number took twenty seconds. */
static void thousands_are_told_apart_in_no_time(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_FIXTURE struct fixture fixture = {0};
	int root = snapshot.machine.root;
	clock_t begun;

	mount_many(&snapshot, &fixture);
	assert_int_equal(mounts_read(root, &fixture.nodes, &fixture.holders), 0);
	assert_int_equal(fixture.holders.count, MANY);
	begun = clock();
	assert_int_equal(
		filesystems_read(root, &fixture.nodes, &fixture.holders, &fixture.filesystems), 0);
	assert_true(clock() - begun < 2 * CLOCKS_PER_SEC);
	assert_int_equal(fixture.filesystems.count, 2 * MANY);
	for (unsigned int i = 1; i <= MANY; i++) {
		const struct node *node = filesystems_find(&fixture.filesystems, 0, 0, 9999 + i);

		assert_ptr_equal(node, &fixture.nodes.nodes[i - 1]);
		assert_ptr_equal(filesystems_find(&fixture.filesystems, 250, i, 0), node);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_told_by_its_number_or_its_mount),
		cmocka_unit_test(the_disk_with_the_root_is_everybodys),
		cmocka_unit_test(every_part_of_a_btrfs_is_told),
		cmocka_unit_test(what_lies_over_a_mount_is_not_it),
		cmocka_unit_test(thousands_are_told_apart_in_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
