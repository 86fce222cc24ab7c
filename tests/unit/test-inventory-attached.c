// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/attached.h"

#include "snapshot.h"

/* The tree of a device, a line for each thing: "  partition sda1 (exfat) HOLIDAY". */
static void draw(const struct attachments *attachments, const char *device, struct text *ret) {
	size_t count;
	const struct attached *attached = attached_of(attachments, address_of(device), &count);

	text_free(ret);
	assert_int_equal(text_add(ret, "%s", ""), 0);
	for (size_t i = 0; i < count; i++) {
		const struct attached *thing = &attached[i];
		const struct attached *parent = thing->parent == ATTACHED_TOP
							? NULL
							: &attachments->attached[thing->parent];

		assert_int_equal(thing->depth, parent ? parent->depth + 1 : 0);
		assert_true(!parent || parent < thing);
		assert_int_equal(
			text_add(ret, "%*s%s %s%s%s%s%s%s\n", 2 * (int)thing->depth, "",
				attached_kind_name(thing->kind), thing->name,
				thing->type[0] ? " (" : "", thing->type, thing->type[0] ? ")" : "",
				thing->text[0] ? " " : "", thing->text),
			0);
	}
}

static struct attachments attachments_of(const struct snapshot *snapshot) {
	struct attachments attachments = {0};

	assert_int_equal(
		attachments_read(snapshot->machine.root, &snapshot->host, &attachments), 0);
	assert_false(attachments.more);
	return attachments;
}

static void expect(const struct snapshot *snapshot, const char *device, const char *expected) {
	AUTO_ATTACHMENTS struct attachments attachments = attachments_of(snapshot);
	AUTO_TEXT struct text text = {0};

	draw(&attachments, device, &text);
	assert_string_equal(text.data, expected);
}

static void outputs_name_their_monitors(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_ATTACHMENTS struct attachments attachments = attachments_of(&snapshot);
	size_t count;
	const struct attached *outputs =
		attached_of(&attachments, address_of("0000:03:00.0"), &count);

	assert_int_equal(count, 3);
	assert_string_equal(outputs[0].text, "DELL U2720Q");
	assert_string_equal(outputs[0].type, "3840x2160");
	assert_string_equal(outputs[0].id, "DEL:a0f1");
	assert_int_equal(outputs[0].secret_kind, SECRET_SERIAL);
	assert_string_equal(outputs[0].secret, "C0MP0S3D1");
	assert_true(outputs[0].active);
	assert_string_equal(outputs[2].name, "HDMI-A-1");
	assert_false(outputs[2].active);
	assert_string_equal(outputs[2].text, "");
}

/* What is plugged in hangs on the hub that it is plugged into, and 1-1.10 comes after 1-1.2. */
static void usb_is_a_tree_with_disks_and_sound_in_it(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");

	snapshot_write(&snapshot, "/run/udev/data/b8:1",
		"I:1234567\nE:ID_FS_LABEL=HOLIDAY\nE:ID_FS_TYPE=exfat\nG:systemd\n");
	expect(&snapshot, "0000:03:00.2",
		"usb usb1 (hub) xHCI Host Controller\n"
		"  usb 1-1 (hub) GenesysLogic USB2.1 Hub\n"
		"    usb 1-1.2 (keyboard, mouse, HID) Logitech USB Receiver\n"
		"    usb 1-1.10 (audio, HID) C-Media Electronics Inc. USB Audio Device\n"
		"      sound card1 Device\n"
		"usb usb2 (hub) xHCI Host Controller\n"
		"  usb 2-1 (storage) USB SanDisk 3.2Gen1\n"
		"    disk sda (disk) SanDisk 3.2Gen1\n"
		"      partition sda1 (exfat) HOLIDAY\n");
}

static void a_usb_device_says_what_it_is(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_ATTACHMENTS struct attachments attachments = attachments_of(&snapshot);
	size_t count;
	const struct attached *usb = attached_of(&attachments, address_of("0000:03:00.2"), &count);

	assert_int_equal(count, 9);
	assert_string_equal(usb[0].secret, ""); /* a root hub's is an address */
	assert_string_equal(usb[2].id, "046d:c52b");
	assert_int_equal(usb[2].speed_mbit_s, 12);
	assert_string_equal(usb[2].driver, "usbhid");
	assert_string_equal(usb[3].driver, "snd-usb-audio, usbhid");
	assert_string_equal(usb[6].secret, "C0MP05ED0002");
	assert_int_equal(usb[6].secret_kind, SECRET_SERIAL);
	assert_int_equal(usb[7].size, 60063744ULL * 512);
}

static void a_disk_shows_where_it_is_mounted(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");

	expect(&snapshot, "0000:04:00.0",
		"disk nvme0n1 (disk) Samsung SSD 980 PRO 1TB\n"
		"  partition nvme0n1p1 (vfat)\n"
		"    mount /boot/efi (vfat)\n"
		"  partition nvme0n1p2\n"
		"  partition nvme0n1p3\n"
		"    volume dm-0 (crypt) root_crypt\n"
		"      mount / (ext4)\n");
}

static void swap_and_several_places_are_all_told(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	snapshot_write(&snapshot, "/proc/1/mountinfo",
		"40 1 8:1 / /data rw - ext4 /dev/sda1 rw\n"
		"41 1 8:1 /srv /srv\\040two rw - ext4 /dev/sda1 rw\n"
		"42 1 8:1 / /data rw - ext4 /dev/sda1 rw\n" /* over the first */
		"43 1 9:9 / /elsewhere rw - ext4 /dev/x rw\n");
	snapshot_write(&snapshot, "/proc/swaps", "Filename\tType\n/dev/sda2 partition 1 0 -2\n");
	expect(&snapshot, "0000:02:00.1",
		"disk sda (disk)\n"
		"  partition sda1 (ext4)\n"
		"    mount /data (ext4)\n"
		"    mount /srv two (ext4)\n"
		"  partition sda2 (swap)\n"
		"    swap swap (swap)\n");
}

/* The server has two disks of one kind: # stands for the number of one. */
static void expect_of_both(const struct snapshot *snapshot, const char *expected) {
	static const char *const disks[] = {"10000:01:00.0", "10000:02:00.0"};

	for (size_t i = 0; i < COUNT(disks); i++) {
		AUTO_TEXT struct text text = {0};

		assert_int_equal(text_add(&text, "%s", expected), 0);
		for (char *at = text.data; (at = strchr(at, '#'));) {
			*at = (char)('0' + i);
		}
		expect(snapshot, disks[i], text.data);
	}
}

static void a_pool_is_mounted_from_each_of_its_disks(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");
	static const char expected[] = "disk nvme#n1 (disk)\n"
				       "  partition nvme#n1p1\n"
				       "  partition nvme#n1p2\n"
				       "  partition nvme#n1p3 (zfs_member) rpool\n"
				       "    mount / (zfs)\n"
				       "    mount /var/lib/vz (zfs)\n";
	expect_of_both(&snapshot, expected);
}

static void a_btrfs_is_mounted_from_each_of_its_disks(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");

	snapshot_write(
		&snapshot, "/proc/1/mountinfo", "40 1 0:44 / /pool rw - btrfs /dev/nvme1n1p2 rw\n");
	snapshot_link(&snapshot, "/sys/fs/btrfs/5f7c/devices/nvme0n1p2", "../x");
	snapshot_link(&snapshot, "/sys/fs/btrfs/5f7c/devices/nvme1n1p2", "../x");
	expect(&snapshot, "10000:02:00.0",
		"disk nvme1n1 (disk)\n"
		"  partition nvme1n1p1\n"
		"  partition nvme1n1p2 (btrfs)\n"
		"    mount /pool (btrfs)\n"
		"  partition nvme1n1p3 (zfs_member) rpool\n");
}

static void a_volume_stands_below_each_of_its_disks_and_a_loop_of_them_ends(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");
	static const char expected[] = "disk nvme#n1 (disk)\n"
				       "  partition nvme#n1p1\n"
				       "    volume md0 (RAID) md0\n"
				       "      volume dm-0 (LVM) vg-home\n"
				       "  partition nvme#n1p2\n"
				       "  partition nvme#n1p3 (zfs_member) rpool\n";

	snapshot_write(&snapshot, "/proc/1/mountinfo", "");
	snapshot_write(&snapshot, "/sys/devices/virtual/block/md0/md/array_state", "clean\n");
	snapshot_write(&snapshot, "/sys/devices/virtual/block/dm-0/dm/name", "vg-home\n");
	snapshot_write(&snapshot, "/sys/devices/virtual/block/dm-0/dm/uuid", "LVM-abc\n");
	snapshot_link(&snapshot, "/sys/class/block/md0", "../../devices/virtual/block/md0");
	snapshot_link(&snapshot, "/sys/class/block/dm-0", "../../devices/virtual/block/dm-0");
	snapshot_link(&snapshot, "/sys/dev/block/9:0", "../../devices/virtual/block/md0");
	snapshot_link(&snapshot, "/sys/dev/block/254:0", "../../devices/virtual/block/dm-0");
	snapshot_link(&snapshot, "/sys/devices/virtual/block/md0/slaves/nvme0n1p1", "../x");
	snapshot_link(&snapshot, "/sys/devices/virtual/block/md0/slaves/nvme1n1p1", "../x");
	snapshot_link(&snapshot, "/sys/devices/virtual/block/md0/slaves/dm-0", "../x");
	snapshot_link(&snapshot, "/sys/devices/virtual/block/md0/slaves/md0", "../x");
	snapshot_link(&snapshot, "/sys/devices/virtual/block/dm-0/slaves/md0", "../x");
	expect_of_both(&snapshot, expected);
}

static void a_bridge_stands_on_its_card(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");
	AUTO_ATTACHMENTS struct attachments attachments = attachments_of(&snapshot);
	size_t count;
	const struct attached *network =
		attached_of(&attachments, address_of("0000:45:00.0"), &count);

	assert_true(count >= 2);
	assert_string_equal(network[0].name, "eno1");
	assert_string_equal(network[1].name, "vmbr0");
	assert_int_equal(network[1].depth, 1);
}

static void an_interface_shows_its_addresses_and_marks_them(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_ATTACHMENTS struct attachments attachments = attachments_of(&snapshot);
	size_t count;
	const struct attached *network =
		attached_of(&attachments, address_of("0000:05:00.0"), &count);

	assert_int_equal(count, 3);
	assert_string_equal(network[0].type, "ethernet");
	assert_string_equal(network[0].driver, "igc");
	assert_true(network[0].active);
	assert_int_equal(network[0].speed_mbit_s, 1000);
	assert_int_equal(network[0].secret_kind, SECRET_HARDWARE);
	assert_string_equal(network[0].secret, "02:00:5e:00:53:05");
	assert_int_equal(network[1].kind, ATTACHED_ADDRESS);
	assert_int_equal(network[1].secret_kind, SECRET_INTERNET);
	assert_string_equal(network[1].secret, "192.168.0.23/24");
	assert_string_equal(network[2].name, "IPv6");
}

/* Many captures are without the file, and some drivers never say. */
static void an_interface_that_does_not_say_whether_it_is_up_is_not_down(void **state) {
	static const struct {
		const char *state;
		bool unsure;
	} rows[] = {{"unknown\n", true}, {"\n", true}, {"down\n", false}, {"dormant\n", false},
		{NULL, true}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
		AUTO_ATTACHMENTS struct attachments attachments = {0};
		const struct attached *network;
		size_t count;

		if (rows[i].state) {
			snapshot_write(&snapshot, "/sys/class/net/enp5s0/operstate", rows[i].state);
		} else {
			snapshot_remove(&snapshot, "/sys/class/net/enp5s0/operstate");
		}
		attachments = attachments_of(&snapshot);
		network = attached_of(&attachments, address_of("0000:05:00.0"), &count);
		assert_false(network->active);
		assert_int_equal(network->unsure, rows[i].unsure);
	}
}

static void a_wireless_one_is_told(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("laptop-amd-nvidia");
	AUTO_ATTACHMENTS struct attachments attachments = {0};
	size_t count;

	snapshot_write(&snapshot, "/sys/class/net/wlp2s0/phy80211/index", "0\n");
	attachments = attachments_of(&snapshot);
	assert_string_equal(
		attached_of(&attachments, address_of("0000:02:00.0"), &count)->type, "Wi-Fi");
}

static void one_that_says_nothing_has_its_name_from_the_list(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");

	snapshot_remove(&snapshot, "/sys/bus/usb/devices/1-1.2/product");
	snapshot_remove(&snapshot, "/sys/bus/usb/devices/1-1.2/manufacturer");
	snapshot_remove(&snapshot, "/sys/bus/usb/devices/2-1/product");
	snapshot_remove(&snapshot, "/sys/bus/usb/devices/2-1/manufacturer");
	snapshot_write(&snapshot, "/usr/share/misc/usb.ids",
		"# a list\n046c  Toshiba\n\tc52b  Other\n046d  Logitech, Inc.\n\tc52a  Mouse\n"
		"\tc52b  Unifying Receiver\n\t\t00  Interface\n0781  SanDisk Corp.\n\t5582  x\n"
		"\nC 00  (Defined at Interface level)\n");
	expect(&snapshot, "0000:03:00.2",
		"usb usb1 (hub) xHCI Host Controller\n"
		"  usb 1-1 (hub) GenesysLogic USB2.1 Hub\n"
		"    usb 1-1.2 (keyboard, mouse, HID) Logitech, Inc. Unifying Receiver\n"
		"    usb 1-1.10 (audio, HID) C-Media Electronics Inc. USB Audio Device\n"
		"      sound card1 Device\n"
		"usb usb2 (hub) xHCI Host Controller\n"
		"  usb 2-1 (storage) SanDisk Corp.\n"
		"    disk sda (disk) SanDisk 3.2Gen1\n"
		"      partition sda1\n");
}

/* Nothing but the marked fields may tell whose machine it is. */
static void secrets_stand_nowhere_else(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_ATTACHMENTS struct attachments attachments = attachments_of(&snapshot);
	size_t secrets = 0;

	for (size_t i = 0; i < attachments.count; i++) {
		const struct attached *thing = &attachments.attached[i];

		assert_int_equal(thing->secret_kind == SECRET_NONE, thing->secret[0] == '\0');
		secrets += thing->secret[0] != '\0';
		for (size_t j = 0; j < attachments.count && thing->secret[0]; j++) {
			assert_null(strstr(attachments.attached[j].text, thing->secret));
			assert_null(strstr(attachments.attached[j].name, thing->secret));
		}
	}
	assert_int_equal(secrets, 7);
}

static void what_says_nothing_of_itself_is_there_all_the_same(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("virtual-host-full");

	expect(&snapshot, "0000:01:00.0", "output Virtual-1\n");
	expect(&snapshot, "0000:01:00.2", "usb usb1\nusb usb2\n");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outputs_name_their_monitors),
		cmocka_unit_test(usb_is_a_tree_with_disks_and_sound_in_it),
		cmocka_unit_test(a_usb_device_says_what_it_is),
		cmocka_unit_test(one_that_says_nothing_has_its_name_from_the_list),
		cmocka_unit_test(a_disk_shows_where_it_is_mounted),
		cmocka_unit_test(swap_and_several_places_are_all_told),
		cmocka_unit_test(a_pool_is_mounted_from_each_of_its_disks),
		cmocka_unit_test(a_btrfs_is_mounted_from_each_of_its_disks),
		cmocka_unit_test(a_volume_stands_below_each_of_its_disks_and_a_loop_of_them_ends),
		cmocka_unit_test(a_bridge_stands_on_its_card),
		cmocka_unit_test(an_interface_shows_its_addresses_and_marks_them),
		cmocka_unit_test(an_interface_that_does_not_say_whether_it_is_up_is_not_down),
		cmocka_unit_test(a_wireless_one_is_told),
		cmocka_unit_test(secrets_stand_nowhere_else),
		cmocka_unit_test(what_says_nothing_of_itself_is_there_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
