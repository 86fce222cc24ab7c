// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/holder_text.h"

#include "host/holder/remedy.h"
#include "snapshot.h"

static void who_holds_is_told_with_all_that_names_it(void **state) {
	static const struct {
		struct holder holder;
		const char *text;
	} rows[] = {
		{{.who.pid = 812,
			 .who.user = "alice",
			 .name = "pipewire",
			 .who.unit = "user@1000.service",
			 .who.user_unit = "pipewire.service",
			 .node = "snd/controlC0"},
			"is open in pipewire (process 812 of alice, user@1000.service, "
			"pipewire.service, snd/controlC0)"},
		{{.who = {.pid = 7, .container = "proxmox:101"}, .name = "x", .node = "dri/card0"},
			"is open in x (process 7, container proxmox:101, dri/card0)"},
		{{.who.pid = 7,
			 .name = "kvm",
			 .who.guest = "win11",
			 .way = WAY_OPEN,
			 .node = "vfio/14"},
			"is open in kvm (process 7, guest win11, vfio/14)"},
		{{.who.pid = 7, .way = WAY_MAPPED, .who.user = "1000", .node = "dri/card0"},
			"is mapped into the memory of a program (process 7 of user 1000, "
			"dri/card0)"},
		{{.who.pid = 7, .name = "weston", .way = WAY_BUFFER, .node = "dri/card0"},
			"has a buffer that is in the hands of weston (process 7, dri/card0)"},
		{{.who.pid = 7, .name = "sh", .way = WAY_DIRECTORY, .node = "sda1"},
			"carries the working directory of sh (process 7, sda1)"},
		{{.who.pid = 7, .name = "mpv", .way = WAY_FILE, .node = "sda1"},
			"carries files that are open in mpv (process 7, sda1)"},
		{{.kind = HOLDER_MOUNT, .name = "/srv", .node = "sda1"},
			"carries the file system mounted on /srv (sda1)"},
		{{.kind = HOLDER_SWAP, .name = "sda2", .node = "sda2"},
			"carries swap space (sda2)"},
		{{.kind = HOLDER_ROUTE, .name = "eno1", .node = "eno1"},
			"carries the default route (eno1)"},
	};
	char text[HOLDER_TEXT_SIZE];

	for (size_t i = 0; i < COUNT(rows); i++) {
		holder_format(&rows[i].holder, text);
		assert_string_equal(text, rows[i].text);
	}
}

/* What each holder has, and what would make it go. */
static const struct {
	struct holder holder;
	const char *reason;
	const char *remedy;
} rows[] = {
	{{.kind = HOLDER_MOUNT, .name = "/srv", .node = "sda1"},
		"carries the file system mounted on /srv (sda1)", "unmount /srv"},
	{{.kind = HOLDER_MOUNT,
		 .who.pid = 7,
		 .name = "/x",
		 .node = "sda1",
		 .who.unit = "a.service"},
		"carries the file system that process 7 of a.service has mounted on /x "
		"(sda1)",
		"stop a.service"},
	{{.kind = HOLDER_SWAP, .name = "sda2", .node = "sda2"}, "carries swap space (sda2)",
		"run swapoff for /dev/sda2"},
	{{.kind = HOLDER_VOLUME, .type = "LVM", .name = "vg--a-home", .node = "dm-3"},
		"carries the logical volume vg--a-home (dm-3), which is active",
		"deactivate its volume group (vgchange -an vg-a)"},
	{{.kind = HOLDER_VOLUME, .type = "crypt", .name = "home", .node = "dm-3"},
		"carries the opened encrypted volume home (dm-3), which is active",
		"close it (cryptsetup close home)"},
	{{.kind = HOLDER_VOLUME, .type = "RAID", .name = "md0", .node = "md0"},
		"carries the array md0, which is active", "stop it (mdadm --stop /dev/md0)"},
	{{.kind = HOLDER_VOLUME, .type = "multipath", .name = "mpatha", .node = "dm-1"},
		"carries the multipath map mpatha (dm-1), which is active",
		"flush it (multipath -f mpatha)"},
	{{.kind = HOLDER_VOLUME, .type = "loop", .name = "loop0", .node = "loop0"},
		"carries the loop device loop0, which is active",
		"detach it (losetup -d /dev/loop0)"},
	{{.kind = HOLDER_VOLUME, .type = "cache", .name = "bcache0", .node = "bcache0"},
		"carries the cache bcache0, which is active",
		"stop it (echo 1 >/sys/block/bcache0/bcache/stop)"},
	{{.kind = HOLDER_VOLUME, .type = "mapping", .name = "x", .node = "dm-1"},
		"carries the device-mapper volume x (dm-1), which is active",
		"remove it (dmsetup remove x)"},
	{{.kind = HOLDER_FILE_SYSTEM, .type = "xfs", .name = "sda1", .node = "sda1"},
		"carries a file system in use (xfs on sda1) that is mounted nowhere to be "
		"seen",
		"end those who still use it (fuser -vm /dev/sda1)"},
	{{.kind = HOLDER_EXPORT, .type = "nvmet", .name = "nqn.x", .node = "sda"},
		"is served to other machines (nqn.x, by the kernel's nvmet)",
		"stop serving it (nvmetcli)"},
	{{.kind = HOLDER_EXPORT, .type = "target", .name = "disk7", .node = "sda"},
		"is served to other machines (disk7, by the kernel's target)",
		"stop serving it (targetcli)"},
	{{.kind = HOLDER_ROUTE, .name = "vmbr0", .node = "eno1"},
		"carries the default route (vmbr0)", "move the default route to another interface"},
	{{.kind = HOLDER_LOGIN, .who.pid = 7, .name = "sshd", .node = "eno1", .own = true},
		"carries the connection by which you are here (sshd, process 7, by eno1)",
		"come in by another interface, or from the console"},
	{{.kind = HOLDER_LOGIN,
		 .who.pid = 7,
		 .name = "sshd",
		 .node = "eno1",
		 .who.user = "root",
		 .who.unit = "session-3.scope"},
		"carries a remote login (sshd, process 7, session-3.scope, by eno1)",
		"end process 7, or end session 3 of root (loginctl terminate-session 3)"},
	{{.kind = HOLDER_GUEST, .name = "tap7", .node = "eno1"},
		"carries the network of a guest or container that runs (tap7, by eno1)",
		"stop that guest or container, or give it another network card"},
	{{.kind = HOLDER_REMOTE, .type = "nfs4", .name = "/net", .node = "eno1"},
		"carries the way to /net (nfs4, by eno1)", "unmount /net"},
	{{.kind = HOLDER_REMOTE, .type = "iSCSI", .name = "192.0.2.1", .node = "eno1"},
		"carries the way to 192.0.2.1 (iSCSI, by eno1)",
		"log out of it (iscsiadm -m node -p 192.0.2.1 -u)"},
	{{.kind = HOLDER_REMOTE, .type = "NVMe", .name = "nvme7", .node = "eno1"},
		"carries the way to nvme7 (NVMe, by eno1)",
		"disconnect it (nvme disconnect -d nvme7)"},
	{{.kind = HOLDER_INTERFACE, .name = "eno1", .node = "eno1"},
		"has the network interface eno1, which is up",
		"nothing needs to be done (ip link set eno1 down)"},
	{{.kind = HOLDER_FSTAB, .name = "/srv", .node = "sda1"},
		"has what /etc/fstab expects as /srv (sda1)",
		"nothing needs to be done; with noauto in /etc/fstab nothing mounts it by "
		"itself"},
	{{.kind = HOLDER_CONSOLE, .name = CONSOLE_FRAME_BUFFER, .node = "fb0"},
		"shows the kernel's text console (fb0)", "nothing needs to be done"},
	{{.kind = HOLDER_CONSUMER, .type = "xhci_hcd", .name = "0000:02:00.0"},
		"is what 0000:02:00.0 (xhci_hcd) depends on", "nothing needs to be done"},
	{{.kind = HOLDER_MODULE, .name = "amdgpu"},
		"has a driver that others in the kernel use (module amdgpu)",
		"nothing needs to be done"},
};

static void what_is_no_process_is_told_with_what_makes_it_go(void **state) {
	const struct host host = {0};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char reason[HOLDER_TEXT_SIZE], remedy[REMEDY_SIZE];

		holder_format(&rows[i].holder, reason);
		assert_string_equal(reason, rows[i].reason);
		holder_remedy(&host, &rows[i].holder, remedy);
		assert_string_equal(remedy, rows[i].remedy);
	}
}

static void fill(char *field, size_t size) {
	memset(field, 'x', size - 1);
	field[size - 1] = '\0';
}

static void the_longest_one_fits(void **state) {
	struct holder holder = {.who.pid = 1234567890, .way = WAY_BUFFER};
	char text[HOLDER_TEXT_SIZE];

	fill(holder.who.user, sizeof(holder.who.user));
	fill(holder.name, sizeof(holder.name));
	fill(holder.who.unit, sizeof(holder.who.unit));
	fill(holder.who.container, sizeof(holder.who.container));
	fill(holder.who.user_unit, sizeof(holder.who.user_unit));
	fill(holder.who.guest, sizeof(holder.who.guest));
	fill(holder.node, sizeof(holder.node));
	holder_format(&holder, text);
	assert_int_equal(text[strlen(text) - 1], ')');
}

/* Anybody may choose the name of a program, of a unit of his own or of a mount point. */
static void no_name_steers_a_terminal_or_makes_a_line_of_its_own(void **state) {
	static const struct holder tame[] = {
		{.who = {.pid = 7, .unit = "user@1000.service", .user_unit = "\033[2J.service"},
			.name = "a\nrefused: b",
			.node = "dri/card0"},
		{.kind = HOLDER_MOUNT, .name = "/srv\n/\033]0;", .node = "sda1"},
		{.kind = HOLDER_FSTAB, .name = "/srv\r\033[8m", .node = "sda1"},
	};
	const struct host host = {0};

	for (size_t i = 0; i < COUNT(tame); i++) {
		char text[HOLDER_TEXT_SIZE], remedy[REMEDY_SIZE];

		holder_format(&tame[i], text);
		holder_remedy(&host, &tame[i], remedy);
		assert_null(strpbrk(text, "\033\n\r"));
		assert_null(strpbrk(remedy, "\033\n\r"));
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_holds_is_told_with_all_that_names_it),
		cmocka_unit_test(what_is_no_process_is_told_with_what_makes_it_go),
		cmocka_unit_test(the_longest_one_fits),
		cmocka_unit_test(no_name_steers_a_terminal_or_makes_a_line_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
