// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/boot.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "inventory/boot/argument.h"
#include "inventory/boot/command_line.h"
#include "snapshot.h"

#define CARD "0000:0a:00.0"

/* A machine with one NVIDIA card, and what a test writes on it. */
static struct snapshot snapshot;

static int take(void **state) {
	snapshot = snapshot_take("nvidia-single");
	return 0;
}

static int leave(void **state) {
	snapshot_free(&snapshot);
	return 0;
}

static void put(const char *path, const char *data) {
	assert_int_equal(machine_write(&snapshot.machine, path, data), 0);
}

static struct boot read_boot(void) {
	struct boot boot = {0};
	struct error error = {0};

	snapshot_read(&snapshot);
	if (boot_read(snapshot.machine.root, &snapshot.host, &boot, &error) < 0) {
		fail_msg("%s", error.text);
	}
	return boot;
}

/* "WORD FILE:LINE" of each word that the next boot is to have. */
static void list_next(const struct boot *boot, struct text *ret) {
	assert_int_equal(text_append(ret, "", 0), 0);
	for (size_t i = 0; boot->next_known && i < boot->next.count; i++) {
		assert_int_equal(text_add(ret, "%s %s:%u\n", boot->next.all[i].text,
					 boot->next.all[i].path, boot->next.all[i].number),
			0);
	}
}

static void assert_next(enum loader_kind kind, const char *expected) {
	AUTO_BOOT struct boot boot = read_boot();
	AUTO_TEXT struct text text = {0};

	assert_int_equal(boot.loader.loader->kind, kind);
	list_next(&boot, &text);
	assert_string_equal(text.data, expected);
}

static void words_are_split_as_the_kernel_does(void **state) {
	static const char line[] = "quiet  a=\"b c\" \"d e\"=f\tg-h=1\n";
	AUTO_NAMES struct names words = {0};

	assert_int_equal(command_line_split(line, strlen(line), &words), 0);
	assert_int_equal(words.count, 4);
	assert_string_equal(words.names[1], "a=\"b c\"");
	assert_string_equal(words.names[2], "\"d e\"=f");
	assert_true(command_line_has(&words, "g_h=1"));
	assert_false(command_line_has(&words, "g_h=2"));
	assert_string_equal(command_line_value(&words, "g_h"), "1");
	assert_string_equal(command_line_value(&words, "quiet"), "");
	assert_null(command_line_value(&words, "qui"));
}

static void arguments_are_known_by_name_and_value(void **state) {
	assert_non_null(strstr(argument_find("amd_iommu=on")->does, "does nothing"));
	assert_false(argument_find("iommu=pt")->gives);
	assert_true(argument_find("vfio_pci.ids=10de:1")->gives);
	assert_true(argument_find("vfio-pci.ids=10de:1")->gives);
	assert_non_null(argument_find("vfio-pci.else=1"));
	assert_null(argument_find("iommu.passthrough=1"));
	assert_null(argument_find("quiet"));
	assert_null(argument_find("video=HDMI-A-1:e"));
}

static void every_loader_has_its_own_row(void **state) {
	for (size_t i = 0; i < LOADER_KIND_COUNT; i++) {
		assert_int_equal(loaders[i].kind, i);
		assert_true(loaders[i].id && loaders[i].name);
		if (loaders[i].form == FORM_SHELL) {
			assert_true(loaders[i].file && loaders[i].variables[0]);
		}
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(loaders[k].id, loaders[i].id);
		}
	}
}

static void grub_is_read_with_its_drop_ins(void **state) {
	put("usr/sbin/update-grub", "#!/bin/sh\n");
	put("usr/sbin/grub-mkconfig", "for x in ${sysconfdir}/default/grub.d/*.cfg ; do\n");
	put("etc/default/grub", "GRUB_DISTRIBUTOR=`lsb_release -i`\n"
				"GRUB_CMDLINE_LINUX_DEFAULT=\"quiet iommu=pt\"\n"
				"GRUB_CMDLINE_LINUX=\"root=/dev/mapper/a--b\"\n");
	put("etc/default/grub.d/10-a.cfg",
		"# more\nGRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT splash\"\n");
	put("etc/default/grub.d/20-b.txt", "GRUB_CMDLINE_LINUX_DEFAULT=no\n");
	assert_next(LOADER_GRUB_DEBIAN, "root=/dev/mapper/a--b /etc/default/grub:3\n"
					"quiet /etc/default/grub:2\n"
					"iommu=pt /etc/default/grub:2\n"
					"splash /etc/default/grub.d/10-a.cfg:2\n");
	/* A script that does not read them. */
	put("usr/sbin/grub-mkconfig", ". ${sysconfdir}/default/grub\n");
	assert_next(LOADER_GRUB_DEBIAN, "root=/dev/mapper/a--b /etc/default/grub:3\n"
					"quiet /etc/default/grub:2\n"
					"iommu=pt /etc/default/grub:2\n");
}

static void a_drop_in_that_begins_anew_hides_what_was_before(void **state) {
	put("usr/sbin/update-grub", "");
	put("usr/sbin/grub-mkconfig", "/default/grub.d/\n");
	put("etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet vfio-pci.ids=10de:1e84\"\n");
	put("etc/default/grub.d/50-cloud.cfg", "GRUB_CMDLINE_LINUX_DEFAULT=\"console=tty1\"\n");
	assert_next(LOADER_GRUB_DEBIAN, "console=tty1 /etc/default/grub.d/50-cloud.cfg:1\n");
}

static void what_only_a_shell_knows_is_said_to_be_unknown(void **state) {
	put("etc/default/grub", "GRUB_CMDLINE_LINUX=\"quiet $(cat /etc/words)\"\n");
	put("proc/cmdline", "BOOT_IMAGE=/vmlinuz quiet iommu=pt\n");

	AUTO_BOOT struct boot boot = read_boot();

	assert_false(boot.next_known);
	assert_int_equal(boot.next.all[0].kind, BOOT_LINE_UNKNOWN);
	assert_string_equal(boot.next.all[0].path, "/etc/default/grub");
	assert_int_equal(boot.loader.loader->kind, LOADER_GRUB);
}

static void assert_unknown(const char *line) {
	AUTO_BOOT struct boot boot = read_boot();

	assert_false(boot.next_known);
	for (size_t i = 0; i < boot.next.count; i++) {
		if (boot.next.all[i].kind == BOOT_LINE_UNKNOWN) {
			assert_string_equal(boot.next.all[i].text, line);
			return;
		}
	}
	fail_msg("%s is taken to be known", line);
}

static void what_is_made_of_something_unknown_is_unknown(void **state) {
	put("usr/sbin/update-grub", "");
	put("etc/default/grub", "IDS=$(cat /etc/ids)\nGRUB_CMDLINE_LINUX=\"vfio-pci.ids=$IDS\"\n");
	assert_unknown("GRUB_CMDLINE_LINUX=\"vfio-pci.ids=$IDS\"");
	put("etc/default/grub", "if x; then\nA=b\nfi\nGRUB_CMDLINE_LINUX=$A\n");
	assert_unknown("GRUB_CMDLINE_LINUX=$A");
	/* What nothing is made of may be anything, and what was never set is empty. */
	put("etc/default/grub", "GRUB_DISTRIBUTOR=`( . /etc/os-release && echo ${NAME} )`\n"
				"GRUB_CMDLINE_LINUX=\"quiet $NEVER\"\n");
	assert_next(LOADER_GRUB_DEBIAN, "quiet /etc/default/grub:2\n");
	put("etc/default/grub", "A=$(x)\nA=b\nGRUB_CMDLINE_LINUX=$A\n");
	assert_next(LOADER_GRUB_DEBIAN, "b /etc/default/grub:3\n");
}

static void a_file_that_is_read_within_another_leaves_nothing_certain(void **state) {
	put("usr/sbin/update-grub", "");
	put("etc/default/grub", "GRUB_CMDLINE_LINUX=quiet\n[ -e /x ] && . /x # mine\n");
	assert_unknown(". /x # mine");
	put("etc/default/grub", "GRUB_CMDLINE_LINUX=quiet\nif x; then source /x; fi\n");
	assert_unknown("source /x");
	put("etc/default/grub", "# . /x\nGRUB_CMDLINE_LINUX='. /x'\n");
	assert_next(LOADER_GRUB_DEBIAN, ". /etc/default/grub:2\n/x /etc/default/grub:2\n");
}

static void proxmox_is_known_by_who_started_it(void **state) {
	put("etc/kernel/proxmox-boot-uuids", "ABCD-1234\n");
	put("etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	put("etc/kernel/cmdline", "root=ZFS=rpool/ROOT/pve-1 boot=zfs\n");
	put("proc/cmdline", "initrd=\\EFI\\proxmox\\6.8.12-4-pve\\initrd.img root=ZFS=rpool\n");
	assert_next(LOADER_PROXMOX, "root=ZFS=rpool/ROOT/pve-1 /etc/kernel/cmdline:1\n"
				    "boot=zfs /etc/kernel/cmdline:1\n");
	put("proc/cmdline", "BOOT_IMAGE=/vmlinuz-6.8.12-4-pve root=ZFS=rpool\n");
	assert_next(LOADER_PROXMOX_GRUB, "quiet /etc/default/grub:1\n");
}

static void what_the_firmware_says_beats_what_is_left_on_the_disk(void **state) {
	char path[256];
	FILE *file;

	put("etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	put("boot/loader/entries/arch.conf",
		"title Arch\nlinux /vmlinuz-linux\noptions root=LABEL=x rw\noptions\tiommu=pt\n");
	put("sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", "");
	snprintf(path, sizeof(path),
		"%s/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f",
		snapshot.machine.path);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(
		fwrite("\6\0\0\0s\0y\0s\0t\0e\0m\0d\0-\0b\0o\0o\0t\0 \0002\0005\0", 1, 34, file),
		34);
	assert_int_equal(fclose(file), 0);
	assert_next(LOADER_ENTRIES, "root=LABEL=x /boot/loader/entries/arch.conf:3\n"
				    "rw /boot/loader/entries/arch.conf:3\n"
				    "iommu=pt /boot/loader/entries/arch.conf:4\n");
}

static void entries_of_kernel_install_are_told_from_a_persons(void **state) {
	put("usr/bin/kernel-install", "");
	put("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
	put("efi/loader/entries/0123456789abcdef0123456789abcdef-6.1.0-28-amd64.conf",
		"version 6.1.0-28-amd64\noptions quiet\n");
	put("efi/loader/entries/0123456789abcdef0123456789abcdef-6.1.0-27-amd64.conf",
		"version 6.1.0-27-amd64\noptions old\n");
	assert_next(LOADER_KERNEL_INSTALL,
		"quiet /efi/loader/entries/"
		"0123456789abcdef0123456789abcdef-6.1.0-28-amd64.conf:2\n");
	put("etc/kernel/cmdline", "# no comment for kernel-install\nroot=x\n  rw quiet\n");
	assert_next(LOADER_KERNEL_INSTALL, "root=x /etc/kernel/cmdline:2\n"
					   "rw /etc/kernel/cmdline:3\n"
					   "quiet /etc/kernel/cmdline:3\n");
}

static void fedora_and_pop_have_entries_that_a_tool_writes(void **state) {
	put("usr/sbin/grubby", "");
	put("etc/default/grub", "GRUB_ENABLE_BLSCFG=true\nGRUB_CMDLINE_LINUX=\"rhgb\"\n");
	put("boot/loader/entries/abc-6.1.0-28-amd64.conf",
		"linux /vmlinuz-6.1.0-28-amd64\noptions root=x rhgb quiet\n");
	assert_next(LOADER_GRUBBY, "root=x /boot/loader/entries/abc-6.1.0-28-amd64.conf:2\n"
				   "rhgb /boot/loader/entries/abc-6.1.0-28-amd64.conf:2\n"
				   "quiet /boot/loader/entries/abc-6.1.0-28-amd64.conf:2\n");
	put("etc/kernelstub/configuration", "{}\n");
	put("usr/bin/kernelstub", "");
	assert_next(LOADER_KERNELSTUB, "root=x /boot/loader/entries/abc-6.1.0-28-amd64.conf:2\n"
				       "rhgb /boot/loader/entries/abc-6.1.0-28-amd64.conf:2\n"
				       "quiet /boot/loader/entries/abc-6.1.0-28-amd64.conf:2\n");
}

static void unified_images_have_files_of_words(void **state) {
	put("usr/bin/mkinitcpio", "");
	put("etc/mkinitcpio.d/linux.preset", "#default_uki=\"/efi/x.efi\"\n");
	put("etc/kernel/cmdline", "root=x\n");
	assert_next(LOADER_UNKNOWN, "");
	put("etc/mkinitcpio.d/linux.preset", "default_uki=\"/efi/x.efi\"\n");
	assert_next(LOADER_UKI, "root=x /etc/kernel/cmdline:1\n");
	put("etc/cmdline.d/10-root.conf", "root=y rw\n");
	put("etc/cmdline.d/20-iommu.conf", "# why\niommu=pt\n");
	assert_next(LOADER_UKI, "root=y /etc/cmdline.d/10-root.conf:1\n"
				"rw /etc/cmdline.d/10-root.conf:1\n"
				"iommu=pt /etc/cmdline.d/20-iommu.conf:2\n");
}

static void limine_and_the_declared_ones_are_recognised(void **state) {
	put("etc/default/limine", "KERNEL_CMDLINE[default]=\"quiet\"\n"
				  "KERNEL_CMDLINE[default]+=\" iommu=pt\"\n"
				  "KERNEL_CMDLINE[other]=\"no\"\n");
	assert_next(LOADER_LIMINE, "quiet /etc/default/limine:1\niommu=pt /etc/default/limine:2\n");
	put("run/ostree-booted", "");
	put("usr/bin/rpm-ostree", "");
	assert_next(LOADER_OSTREE, "");
	put("etc/NIXOS", "");
	assert_next(LOADER_NIXOS, "");
}

/* The modules that the initramfs is told to load first. */
static void assert_early(enum initramfs_kind kind, const char *expected) {
	AUTO_BOOT struct boot boot = read_boot();
	AUTO_TEXT struct text text = {0};

	assert_int_equal(text_append(&text, "", 0), 0);
	assert_int_equal(boot.initramfs->kind, kind);
	for (size_t i = 0; i < boot.lines.count; i++) {
		const struct boot_line *line = &boot.lines.all[i];

		if (line->kind == BOOT_LINE_EARLY || line->kind == BOOT_LINE_INCLUDED ||
			line->kind == BOOT_LINE_IGNORED) {
			assert_int_equal(text_add(&text, "%s:%u %s %s\n", line->path, line->number,
						 boot_line_kind_name(line->kind),
						 line->module ? line->module : "-"),
				0);
		}
	}
	assert_string_equal(text.data, expected);
}

static void each_initramfs_is_asked_for_its_modules(void **state) {
	put("etc/booster.yaml", "modules: nvidia\nmodules_force_load: vfio_pci,vfio\n");
	assert_early(INITRAMFS_BOOSTER, "/etc/booster.yaml:1 included nvidia\n"
					"/etc/booster.yaml:2 early vfio_pci\n"
					"/etc/booster.yaml:2 early vfio\n");
	put("etc/mkinitcpio.conf",
		"MODULES=(vfio_pci vfio # vfio_x\n  ext4 nvidia)\nHOOKS=(base)\n");
	assert_early(INITRAMFS_MKINITCPIO, "/etc/mkinitcpio.conf:1 early vfio_pci\n"
					   "/etc/mkinitcpio.conf:1 early vfio\n"
					   "/etc/mkinitcpio.conf:1 early nvidia\n");
	put("etc/dracut.conf.d/vfio.conf",
		"force_drivers+=\" vfio-pci \"\nadd_drivers+=\" nvidia \"\n");
	assert_early(INITRAMFS_DRACUT, "/etc/dracut.conf.d/vfio.conf:1 early vfio_pci\n"
				       "/etc/dracut.conf.d/vfio.conf:2 included nvidia\n");
	put("etc/initramfs-tools/modules",
		"# list\nvfio_pci ids=10de:1e84\next4\noptions vfio-pci ids=10de:1e84\n");
	assert_early(INITRAMFS_TOOLS, "/etc/initramfs-tools/modules:2 early vfio_pci\n"
				      "/etc/initramfs-tools/modules:4 ignored -\n");
	/* A program tells more than a directory that was left. */
	put("usr/bin/mkinitcpio", "");
	assert_early(INITRAMFS_MKINITCPIO, "/etc/mkinitcpio.conf:1 early vfio_pci\n"
					   "/etc/mkinitcpio.conf:1 early vfio\n"
					   "/etc/mkinitcpio.conf:1 early nvidia\n");
}

static void debians_link_to_etc_modules_is_not_read_twice(void **state) {
	put("etc/modules", "vfio_pci\n");
	put("etc/modules-load.d/b.conf", "vfio\n");
	assert_int_equal(
		machine_link(&snapshot.machine, "etc/modules-load.d/modules.conf", "../modules"),
		0);

	AUTO_BOOT struct boot boot = read_boot();
	size_t count = 0;

	for (size_t i = 0; i < boot.lines.count; i++) {
		count += boot.lines.all[i].kind == BOOT_LINE_LOADED;
	}
	assert_int_equal(count, 2);
	assert_string_equal(
		boot_lines_find(&boot.lines, BOOT_LINE_LOADED, "vfio_pci")->path, "/etc/modules");
}

static const struct boot_device *find_device(const struct boot *boot, const char *name) {
	for (size_t i = 0; i < boot->device_count; i++) {
		if (strcmp(boot->devices[i].device->name, name) == 0) {
			return &boot->devices[i];
		}
	}
	fail_msg("%s is of no card", name);
	return NULL;
}

static void assert_winner(enum winner winner, const char *driver, const char *because) {
	AUTO_BOOT struct boot boot = read_boot();
	const struct boot_device *device = find_device(&boot, CARD);

	assert_int_equal(device->winner, winner);
	assert_string_equal(device->driver, driver);
	assert_string_equal(device->because.data, because);
}

static void the_hosts_driver_wins_where_nobody_else_asks(void **state) {
	AUTO_BOOT struct boot boot = read_boot();

	assert_int_equal(boot.device_count, 4);
	for (size_t i = 0; i < boot.device_count; i++) {
		assert_int_equal(boot.devices[i].winner, WINNER_HOST);
		assert_int_equal(boot.devices[i].lines.count, 0);
	}
	assert_string_equal(find_device(&boot, CARD)->driver, "nvidia");
	assert_string_equal(find_device(&boot, "0000:0a:00.2")->driver, "xhci_hcd");
}

static void ids_win_only_if_vfio_comes_in_time(void **state) {
	static const char ids[] = "its ids are given to vfio-pci by the options of vfio-pci in "
				  "/etc/modprobe.d/vfio.conf:1";
	char because[512];

	put("etc/modprobe.d/vfio.conf", "options vfio-pci ids=10de:1e84\n");
	snprintf(because, sizeof(because), "%s, but nothing loads vfio-pci before nvidia", ids);
	assert_winner(WINNER_HOST, "nvidia", because);
	put("etc/modules", "vfio-pci\n");
	snprintf(because, sizeof(because),
		"%s, and whether nvidia or /etc/modules:1 is first is left to chance", ids);
	assert_winner(WINNER_OPEN, "vfio-pci", because);
	put("etc/modprobe.d/vfio.conf",
		"options vfio-pci ids=10de:1e84\nsoftdep nvidia pre: vfio-pci\n");
	snprintf(because, sizeof(because),
		"%s, and vfio-pci is loaded first by /etc/modprobe.d/vfio.conf:2", ids);
	assert_winner(WINNER_VFIO, "vfio-pci", because);
}

static void a_driver_that_is_kept_away_leaves_the_card_to_whoever_wants_it(void **state) {
	put("etc/modprobe.d/no.conf", "blacklist nvidia\nblacklist nvidiafb\n"
				      "install nvidia_drm /bin/false\n");
	assert_int_equal(machine_remove(&snapshot.machine, "proc/modules"), 0);

	AUTO_BOOT struct boot boot = read_boot();
	const struct boot_device *device = find_device(&boot, CARD);

	assert_int_equal(device->winner, WINNER_NOBODY);
	assert_true(device->lines.count > 0);
	assert_non_null(strstr(device->because.data, "is not loaded because of /etc/modprobe.d/"));
}

static void the_next_command_line_counts_and_not_this_ones(void **state) {
	put("proc/cmdline", "BOOT_IMAGE=/vmlinuz vfio-pci.ids=10de:1e84\n");
	put("etc/initramfs-tools/modules", "vfio_pci\n");
	put("etc/default/grub", "GRUB_CMDLINE_LINUX=\"quiet\"\n");
	assert_winner(WINNER_HOST, "nvidia", "nothing gives it to anybody else");
	put("etc/default/grub", "GRUB_CMDLINE_LINUX=\"vfio_pci.ids=10de:1e84\"\n");
	assert_winner(WINNER_VFIO, "vfio-pci",
		"its ids are given to vfio-pci by vfio-pci.ids= in /etc/default/grub:1, and vfio-pci "
		"is loaded first by /etc/initramfs-tools/modules:1");
	/* Where nobody knows the next one, this one has to do. */
	put("etc/default/grub", "GRUB_CMDLINE_LINUX=\"$(words)\"\n");
	assert_winner(WINNER_VFIO, "vfio-pci",
		"its ids are given to vfio-pci by vfio-pci.ids= in /proc/cmdline, and vfio-pci is "
		"loaded first by /etc/initramfs-tools/modules:1");
}

static void a_built_in_vfio_listens_to_the_command_line_alone(void **state) {
	put("lib/modules/6.1.0-28-amd64/modules.builtin", "kernel/drivers/vfio/pci/vfio-pci.ko\n");
	put("etc/modprobe.d/vfio.conf", "options vfio-pci ids=10de:1e84\n");
	put("etc/initramfs-tools/modules", "vfio_pci\n");

	AUTO_BOOT struct boot boot = read_boot();

	assert_true(boot.vfio_built_in);
	assert_int_equal(find_device(&boot, CARD)->winner, WINNER_HOST);
	put("proc/cmdline", "vfio-pci.ids=10de:1e84\n");
	boot_free(&boot);
	boot = read_boot();
	assert_int_equal(find_device(&boot, CARD)->winner, WINNER_VFIO);
}

static void driverctl_goes_by_the_address(void **state) {
	put("etc/driverctl.d/0000:0a:00.0", "vfio-pci\n");

	AUTO_BOOT struct boot boot = read_boot();

	assert_int_equal(find_device(&boot, CARD)->winner, WINNER_VFIO);
	assert_int_equal(find_device(&boot, CARD)->lines.count, 1);
	assert_int_equal(find_device(&boot, "0000:0a:00.1")->winner, WINNER_HOST);
}

static void a_rule_of_udevs_leaves_it_open(void **state) {
	put("etc/udev/rules.d/10-vfio.rules",
		"SUBSYSTEM==\"pci\", KERNEL==\"0000:0a:00.0\", ATTR{driver_override}=\"vfio-pci\"\n");
	assert_winner(WINNER_OPEN, "nvidia",
		"the udev rule /etc/udev/rules.d/10-vfio.rules:1 may take it");
}

static void assert_initramfs(enum initramfs_kind kind) {
	assert_int_equal(initramfs_find(snapshot.machine.root)->kind, kind);
}

static void what_is_left_of_one_maker_of_images_does_not_hide_the_other(void **state) {
	put("usr/sbin/mkinitramfs", "");
	assert_initramfs(INITRAMFS_TOOLS);
	put("usr/bin/dracut", "");
	assert_initramfs(INITRAMFS_DRACUT);
	put("usr/sbin/update-initramfs", "#!/bin/sh\nexec dracut --force --regenerate-all\n");
	assert_initramfs(INITRAMFS_DRACUT);
	put("usr/sbin/update-initramfs", "#!/bin/sh\nmkinitramfs -o x\n");
	assert_initramfs(INITRAMFS_TOOLS);
}

#define ASSIGNED "0000:0a:00.0 10de:1e84 1458:4000 030000\n"

/* The image and the file are as old as they are said to be, in seconds since 1970. */
static void put_old(const char *path, const char *data, time_t time) {
	put(path, data);
	assert_int_equal(utimensat(snapshot.machine.root, path,
				 (struct timespec[2]){{time, 0}, {time, 0}}, 0),
		0);
}

static void assert_assigned(enum assignment_state state, const char *because, enum winner winner) {
	AUTO_BOOT struct boot boot = read_boot();

	assert_int_equal(boot.assigned.count, 1);
	if (boot.assigned.all[0].state != state ||
		!strstr(boot.assigned.all[0].because.data, because)) {
		fail_msg("%s: %s", assignment_state_name(boot.assigned.all[0].state),
			boot.assigned.all[0].because.data);
	}
	for (size_t i = 0; i < boot.device_count; i++) {
		if (strcmp(boot.devices[i].device->name, CARD) == 0) {
			assert_int_equal(boot.devices[i].winner, winner);
			return;
		}
	}
	fail_msg("the card is not told of");
}

static void whether_an_assignment_took_is_told_and_why_not(void **state) {
	put("proc/stat", "cpu 1\nbtime 1000\n");
	put("usr/sbin/mkinitramfs", "");
	put_old("etc/baton/assigned", ASSIGNED, 2000);
	assert_assigned(ASSIGNMENT_PENDING, "has not been restarted since", WINNER_VFIO);
	put_old("boot/initrd.img-6.1.0-28-amd64", "", 1999);
	assert_assigned(ASSIGNMENT_MISSED,
		"/boot/initrd.img-6.1.0-28-amd64 is older than /etc/baton/assigned: run "
		"update-initramfs -u -k all",
		WINNER_HOST);
	put_old("boot/initrd.img-6.1.0-28-amd64", "", 2000);
	assert_assigned(ASSIGNMENT_PENDING, "has not been restarted since", WINNER_VFIO);
	put("proc/stat", "cpu 1\nbtime 3000\n");
	assert_assigned(
		ASSIGNMENT_MISSED, "was not on the initramfs that this machine", WINNER_VFIO);
	put("run/baton-early", CARD " left was not taken by vfio-pci\n");
	assert_assigned(ASSIGNMENT_MISSED, "was not taken by vfio-pci", WINNER_VFIO);
	put("run/baton-early", "- left baton.skip is on the kernel's command line\n");
	assert_assigned(ASSIGNMENT_MISSED, "baton.skip is on", WINNER_VFIO);
	put("run/baton-early", CARD " taken is with vfio-pci\n");
	assert_assigned(ASSIGNMENT_MISSED, "somebody has taken it away since", WINNER_VFIO);
	put("run/baton-early", "0000:0b:00.0 taken is with vfio-pci\n");
	assert_assigned(ASSIGNMENT_MISSED, "was not on the initramfs", WINNER_VFIO);
	put("proc/stat", "cpu 1\nbtime 1000\n");
	assert_assigned(ASSIGNMENT_PENDING, "has not been restarted since", WINNER_VFIO);
	assert_int_equal(
		machine_remove(&snapshot.machine, "sys/bus/pci/devices/" CARD "/driver"), 0);
	assert_int_equal(machine_link(&snapshot.machine, "sys/bus/pci/devices/" CARD "/driver",
				 "../../../../bus/pci/drivers/vfio-pci"),
		0);
	assert_assigned(ASSIGNMENT_THERE, "that was not baton-early", WINNER_VFIO);
	put("run/baton-early",
		"- left /etc/baton/assigned:7 is not what baton boot assign writes\n" CARD
		" taken is with vfio-pci\n");
	assert_assigned(ASSIGNMENT_TOOK, "", WINNER_VFIO);
}

static void an_assignment_that_stands_down_or_fits_nothing_wins_nothing(void **state) {
	put("usr/sbin/update-grub", "");
	put("etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet baton.skip\"\n");
	put("etc/baton/assigned", ASSIGNED);
	assert_assigned(ASSIGNMENT_PENDING, "", WINNER_HOST);
	put("etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	assert_assigned(ASSIGNMENT_PENDING, "", WINNER_VFIO);
	put("etc/baton/assigned", "0000:0a:00.0 10de:1e84 1458:4000 030200\n");
	assert_assigned(ASSIGNMENT_MISSED, "another device is at that address", WINNER_HOST);
	put("etc/baton/assigned", "0000:0f:00.0 10de:1e84 1458:4000 030000\n");
	assert_assigned(ASSIGNMENT_MISSED, "nothing is at that address now", WINNER_HOST);
	put("etc/baton/assigned", "0000:0a:00.0\n");
	assert_assigned(ASSIGNMENT_BROKEN, "passed over", WINNER_HOST);
}

/* Where dracut puts it, if one is there. */
static void an_image_beside_the_modules_is_looked_at(void **state) {
	put("proc/stat", "cpu 1\nbtime 1000\n");
	put("usr/bin/dracut", "");
	put_old("etc/baton/assigned", ASSIGNED, 2000);
	put_old("lib/modules/6.1.0-28-amd64/initrd", "", 1999);
	assert_assigned(ASSIGNMENT_MISSED,
		"/lib/modules/6.1.0-28-amd64/initrd is older than /etc/baton/assigned",
		WINNER_HOST);
	put_old("boot/initramfs-6.1.0-28-amd64.img", "", 2000);
	assert_assigned(ASSIGNMENT_PENDING, "has not been restarted since", WINNER_VFIO);
}

/* Sound and USB let go in the initramfs; what took this time is believed. */
static void a_driver_in_the_kernel_has_the_card_before_an_assignment(void **state) {
	put("usr/sbin/mkinitramfs", "");
	put("etc/baton/assigned", ASSIGNED);
	put("lib/modules/6.1.0-28-amd64/modules.builtin",
		"kernel/drivers/usb/host/nvidia-drm.ko\n");
	assert_assigned(ASSIGNMENT_PENDING, "", WINNER_VFIO);
	put("lib/modules/6.1.0-28-amd64/modules.builtin",
		"kernel/drivers/usb/host/xhci-pci.ko\nkernel/drivers/video/nvidia.ko\n");
	assert_winner(WINNER_HOST, "nvidia",
		"/etc/baton/assigned:1 gives it to vfio-pci in the initramfs, but nvidia is built into "
		"the kernel and has it before baton-early can run");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_split_as_the_kernel_does),
		cmocka_unit_test(arguments_are_known_by_name_and_value),
		cmocka_unit_test(every_loader_has_its_own_row),
		cmocka_unit_test_setup_teardown(grub_is_read_with_its_drop_ins, take, leave),
		cmocka_unit_test_setup_teardown(
			a_drop_in_that_begins_anew_hides_what_was_before, take, leave),
		cmocka_unit_test_setup_teardown(
			what_only_a_shell_knows_is_said_to_be_unknown, take, leave),
		cmocka_unit_test_setup_teardown(
			what_is_made_of_something_unknown_is_unknown, take, leave),
		cmocka_unit_test_setup_teardown(
			a_file_that_is_read_within_another_leaves_nothing_certain, take, leave),
		cmocka_unit_test_setup_teardown(proxmox_is_known_by_who_started_it, take, leave),
		cmocka_unit_test_setup_teardown(
			what_the_firmware_says_beats_what_is_left_on_the_disk, take, leave),
		cmocka_unit_test_setup_teardown(
			entries_of_kernel_install_are_told_from_a_persons, take, leave),
		cmocka_unit_test_setup_teardown(
			fedora_and_pop_have_entries_that_a_tool_writes, take, leave),
		cmocka_unit_test_setup_teardown(unified_images_have_files_of_words, take, leave),
		cmocka_unit_test_setup_teardown(
			limine_and_the_declared_ones_are_recognised, take, leave),
		cmocka_unit_test_setup_teardown(
			each_initramfs_is_asked_for_its_modules, take, leave),
		cmocka_unit_test_setup_teardown(
			debians_link_to_etc_modules_is_not_read_twice, take, leave),
		cmocka_unit_test_setup_teardown(
			the_hosts_driver_wins_where_nobody_else_asks, take, leave),
		cmocka_unit_test_setup_teardown(ids_win_only_if_vfio_comes_in_time, take, leave),
		cmocka_unit_test_setup_teardown(
			a_driver_that_is_kept_away_leaves_the_card_to_whoever_wants_it, take,
			leave),
		cmocka_unit_test_setup_teardown(
			the_next_command_line_counts_and_not_this_ones, take, leave),
		cmocka_unit_test_setup_teardown(
			a_built_in_vfio_listens_to_the_command_line_alone, take, leave),
		cmocka_unit_test_setup_teardown(
			what_is_left_of_one_maker_of_images_does_not_hide_the_other, take, leave),
		cmocka_unit_test_setup_teardown(
			whether_an_assignment_took_is_told_and_why_not, take, leave),
		cmocka_unit_test_setup_teardown(
			an_assignment_that_stands_down_or_fits_nothing_wins_nothing, take, leave),
		cmocka_unit_test_setup_teardown(
			an_image_beside_the_modules_is_looked_at, take, leave),
		cmocka_unit_test_setup_teardown(
			a_driver_in_the_kernel_has_the_card_before_an_assignment, take, leave),
		cmocka_unit_test_setup_teardown(driverctl_goes_by_the_address, take, leave),
		cmocka_unit_test_setup_teardown(a_rule_of_udevs_leaves_it_open, take, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
