// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/assign.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux-tree.h"
#include "setup/boot/image.h"
#include "setup/boot/make.h"
#include "setup/boot/verify.h"
#include "strike.h"

#define FILE_PATH "etc/baton/assigned"
#define IMAGE     "boot/initrd.img-1"
#define CARD      "0000:01:00.0 10de:2204 1043:87b3 030000\n"
#define OTHER     "0000:02:00.0 1002:73bf 1da2:e437 030000\n"
#define HEADER                                                                                     \
	"# What vfio-pci gets when the machine starts, before any other driver: baton(8), BOOT.\n" \
	"# Written by baton boot assign; baton boot undo takes it back.\n"

static struct tree tree;
static struct boot_setup setup;
static const struct assigned card = {"0000:01:00.0", 0x10de, 0x2204, 0x1043, 0x87b3, 0x030000};
static const struct assigned other = {"0000:02:00.0", 0x1002, 0x73bf, 0x1da2, 0xe437, 0x030000};

/* Stand-ins: the image is a list of what is on it, and that is what its lister prints. */
static const char update_initramfs[] =
	"#!/bin/sh\n"
	"root=${0%/usr/sbin/update-initramfs}\n"
	"echo \"update-initramfs $*\"\n"
	"[ ! -e \"$root/fail\" ] || exit 3\n"
	"{ echo lib/modules/1/kernel/fs/ext4.ko\n"
	"[ ! -e \"$root/etc/baton/assigned\" ] || cat \"$root/glue\"; } >\"$root/boot/initrd.img-1\"\n";
static const char lsinitramfs[] = "#!/bin/sh\nexec cat \"${0%/usr/bin/lsinitramfs}$1\"\n";

#define GLUE                                                                                       \
	"usr/lib/baton/baton-early\netc/baton/assigned\nscripts/init-top/baton\n"                  \
	"lib/modules/1/kernel/drivers/vfio/pci/vfio-pci.ko\n"

static void hear_nothing(void *context, const char *data, size_t length) {
}

static char heard[4096];

static void hear_all(void *context, const char *data, size_t length) {
	size_t there = strlen(heard);

	snprintf(heard + there, sizeof(heard) - there, "%.*s", (int)length, data);
}

static void run_nothing(void *context, const struct names *words) {
}

static void put_program(const char *path, const char *text) {
	tree_file(&tree, path, text);
	assert_int_equal(fchmodat(tree.fd, path, 0755, 0), 0);
}

static int set_up(void **state) {
	tree_make(&tree);
	tree_directory(&tree, "var/lib");
	tree_directory(&tree, "etc/systemd/system");
	put_program("usr/sbin/update-initramfs", update_initramfs);
	put_program("usr/bin/lsinitramfs", lsinitramfs);
	tree_file(&tree, "glue", GLUE);
	tree_file(&tree, IMAGE, "lib/modules/1/kernel/fs/ext4.ko\n");
	setup = (struct boot_setup){.root = tree.fd,
		.owner = geteuid(),
		.prefix = tree.path,
		.timeout_ms = 30000,
		.run = run_nothing,
		.hear = hear_nothing};
	return 0;
}

static int tear_down(void **state) {
	tree_remove(&tree);
	return 0;
}

static int plan_for(enum initramfs_kind kind, enum loader_kind loader,
	const struct assigned *assigned, struct boot_plan *ret, struct error *error) {
	const struct boot boot = {
		.initramfs = &initramfses[kind], .loader = {.loader = &loaders[loader]}};
	struct planning planning = {tree.fd, geteuid(), &boot, ret, error};

	return boot_plan_assign(&planning, assigned, 1);
}

static int try_make(const struct assigned *assigned, bool *ret_as_before, struct error *error) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	int r = plan_for(INITRAMFS_TOOLS, LOADER_GRUB_DEBIAN, assigned, &plan, error);

	return r < 0 ? r : boot_make(&setup, &plan, ret_as_before, error);
}

static void make(const struct assigned *assigned) {
	struct error error = {0};
	bool as_before;

	if (try_make(assigned, &as_before, &error) < 0) {
		fail_msg("%s", error.text);
	}
}

static void undo(struct findings *findings) {
	struct error error = {0};
	size_t count;

	if (boot_undo(&setup, &count, findings, &error) < 0) {
		fail_msg("%s", error.text);
	}
}

static void assert_as_before(void) {
	assert_false(file_exists(tree.fd, "etc/baton"));
	assert_true(tree_holds(&tree, IMAGE, "lib/modules/1/kernel/fs/ext4.ko\n"));
	assert_false(file_exists(tree.fd, "var/lib/baton"));
}

static void a_card_comes_onto_the_image_and_off_again(void **state) {
	AUTO_FINDINGS struct findings findings = {0};

	make(&card);
	assert_true(tree_holds(&tree, FILE_PATH, HEADER CARD));
	assert_true(tree_holds(&tree, IMAGE, "lib/modules/1/kernel/fs/ext4.ko\n" GLUE));
	assert_true(
		tree_holds(&tree, "var/lib/baton/boot/1/output", "update-initramfs -u -k all\n"));
	undo(&findings);
	assert_as_before();
}

static void a_second_card_is_a_line_more_and_the_same_again_is_nothing(void **state) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	AUTO_FINDINGS struct findings findings = {0};
	struct error error = {0};

	make(&card);
	make(&other);
	assert_true(tree_holds(&tree, FILE_PATH, HEADER CARD OTHER));
	assert_int_equal(plan_for(INITRAMFS_TOOLS, LOADER_GRUB_DEBIAN, &card, &plan, &error), 0);
	assert_false(boot_plan_changes(&plan));
	assert_int_equal(plan.command_count, 0);
	undo(&findings);
	assert_as_before();
}

static void what_is_at_the_address_now_comes_in_the_place_of_what_was(void **state) {
	struct assigned next = card;

	tree_file(&tree, FILE_PATH, "# mine\n\n" CARD "# last\n");
	next.device = 0x2684;
	make(&next);
	assert_true(tree_holds(
		&tree, FILE_PATH, "# mine\n\n0000:01:00.0 10de:2684 1043:87b3 030000\n# last\n"));
	make(&other);
	assert_true(tree_holds(&tree, FILE_PATH,
		"# mine\n\n0000:01:00.0 10de:2684 1043:87b3 030000\n# last\n" OTHER));
}

static void only_our_lines_are_taken_from_a_file_that_was_changed(void **state) {
	AUTO_FINDINGS struct findings findings = {0};

	make(&card);
	tree_file(&tree, FILE_PATH, HEADER OTHER CARD);
	undo(&findings);
	assert_true(tree_holds(&tree, FILE_PATH, OTHER));
	assert_int_equal(findings.items[0].level, FINDING_WARNING);
}

static void a_file_that_baton_did_not_write_is_refused(void **state) {
	struct error error = {0};
	bool as_before = false;

	tree_file(&tree, FILE_PATH, CARD "01:00.0\n");
	assert_int_equal(try_make(&card, &as_before, &error), -EINVAL);
	assert_non_null(strstr(error.text, "/etc/baton/assigned:2 is not what"));
	assert_int_equal(fchmodat(tree.fd, "etc/baton", 0777, 0), 0);
	assert_int_equal(try_make(&card, &as_before, &error), -EPERM);
}

/* What is left out of it by whoever reads it would be the host's. */
static void a_file_with_more_lines_than_are_read_is_not_written(void **state) {
	AUTO_TEXT struct text full = {0};
	struct error error = {0};
	bool as_before = false;

	for (unsigned int i = 0; i < ASSIGNED_MAX - 1; i++) {
		assert_int_equal(
			text_add(&full, "0001:%02x:00.0 10de:2204 1043:87b3 030000\n", i), 0);
	}
	tree_file(&tree, FILE_PATH, full.data);
	make(&card);
	assert_int_equal(try_make(&other, &as_before, &error), -E2BIG);
	assert_non_null(strstr(error.text, "more than 256 functions in /etc/baton/assigned"));
}

static void assert_undone(int expected, const char *sentence) {
	struct error error = {0};
	bool as_before = false;

	assert_int_equal(try_make(&card, &as_before, &error), expected);
	if (!as_before || !strstr(error.text, sentence)) {
		fail_msg("%s", error.text);
	}
	assert_false(file_exists(tree.fd, "etc/baton"));
	assert_false(file_exists(tree.fd, "var/lib/baton/boot/1"));
}

/* The program says that it is done, and the image is not what it has to be. */
static void an_image_that_lacks_something_takes_everything_back(void **state) {
	static const struct {
		const char *glue, *sentence;
	} lacks[] = {
		{"etc/baton/assigned\nscripts/init-top/baton\n",
			"lacks /usr/lib/baton/baton-early"},
		{"usr/lib/baton/baton-early\nscripts/init-top/baton\n",
			"lacks /etc/baton/assigned"},
		{"usr/lib/baton/baton-early\netc/baton/assigned\n", "lacks scripts/init-top/baton"},
		{"usr/lib/baton/baton-early\netc/baton/assigned\nscripts/init-top/baton\n",
			"lacks the module vfio-pci"},
		{"usr/lib/baton/baton-early.old\netc/baton/assigned\nscripts/init-top/baton\n",
			"lacks /usr/lib/baton/baton-early"},
	};

	for (size_t i = 0; i < COUNT(lacks); i++) {
		tree_file(&tree, "glue", lacks[i].glue);
		assert_undone(-EBADMSG, lacks[i].sentence);
	}
	put_program("usr/sbin/update-initramfs", "#!/bin/sh\nexit 0\n");
	assert_int_equal(utimensat(tree.fd, IMAGE, (struct timespec[2]){{1, 0}, {1, 0}}, 0), 0);
	assert_undone(-EBADMSG, "has made no initramfs anew");
}

static void a_module_that_is_built_in_need_not_be_on_the_image(void **state) {
	tree_file(&tree, "glue",
		"usr/lib/baton/baton-early\netc/baton/assigned\nscripts/init-top/baton\n");
	tree_file(&tree, "lib/modules/1/modules.builtin", "kernel/drivers/vfio/pci/vfio-pci.ko\n");
	make(&card);
	assert_true(tree_holds(&tree, FILE_PATH, HEADER CARD));
}

static void a_program_that_fails_leaves_nothing_changed(void **state) {
	struct error error = {0};
	bool as_before = false;

	tree_file(&tree, "fail", "");
	assert_int_equal(try_make(&card, &as_before, &error), -EIO);
	assert_true(as_before); /* it would fail on the way back, too, and is not asked */
	assert_false(file_exists(tree.fd, "etc/baton"));
	assert_true(tree_holds(&tree, IMAGE, "lib/modules/1/kernel/fs/ext4.ko\n"));
}

/* Each lister has a form of its own. */
static void what_each_lister_prints_is_understood(void **state) {
	static const struct {
		enum initramfs_kind kind;
		const char *listing;
	} whole[] = {
		{INITRAMFS_DRACUT,
			"Image: /boot/initrd.img-1: 20M\n"
			"-rw-r--r--   1 root root 200 Jan  1 00:00 etc/baton/assigned\n"
			"-rwxr-xr-x   1 root root 900 Jan  1 00:00 usr/lib/baton/baton-early\n"
			"-rw-r--r--   1 root root 900 Jan  1 00:00 usr/lib/modules/1/kernel/drivers/vfio/pci/vfio-pci.ko.xz\n"
			"lrwxrwxrwx   1 root root  22 Jan  1 00:00 usr/lib/systemd/system/sysinit.target.wants/baton-early.service -> ../baton-early.service\n"},
		{INITRAMFS_DRACUT,
			"x etc/baton/assigned\nx usr/lib/baton/baton-early\nx a/vfio_pci.ko\n"
			"x usr/lib/dracut/hooks/pre-udev/00-baton-early.sh\n"},
		{INITRAMFS_MKINITCPIO,
			"etc/baton/assigned\nhooks/baton\nusr/lib/baton/baton-early\nusr/lib/modules/1/kernel/vfio-pci.ko.zst\n"},
	};

	for (size_t i = 0; i < COUNT(whole); i++) {
		AUTO_TEXT struct text listing = {0};

		assert_int_equal(text_add(&listing, "%s", whole[i].listing), 0);
		assert_null(verify_listing(tree.fd, whole[i].kind, &listing));
	}
}

static void a_hook_is_nothing_to_an_image_that_systemd_starts(void **state) {
	AUTO_TEXT struct text listing = {0};

	assert_int_equal(
		text_add(&listing,
			"etc/baton/assigned\nhooks/baton\nusr/lib/baton/baton-early\n"
			"usr/lib/modules/1/kernel/vfio-pci.ko.zst\nusr/lib/systemd/systemd\n"),
		0);
	assert_string_equal(verify_listing(tree.fd, INITRAMFS_MKINITCPIO, &listing),
		"sysinit.target.wants/baton-early.service");
	assert_int_equal(text_add(&listing, "usr/lib/systemd/system/sysinit.target.wants/"
					    "baton-early.service\n"),
		0);
	assert_null(verify_listing(tree.fd, INITRAMFS_MKINITCPIO, &listing));
}

/* Files with what they become, and commands: how each system is asked. */
static void list_plan(const struct boot_plan *plan, struct text *ret) {
	static const char *const ways[] = {"both", "there", "back", "back-kernels"};

	for (size_t i = 0; i < plan->file_count; i++) {
		if (strcmp(plan->files[i].path, "/" FILE_PATH) != 0 &&
			boot_file_changes(&plan->files[i])) {
			assert_int_equal(
				text_add(ret, "%s %s: %s", plan->files[i].was ? "was" : "new",
					plan->files[i].path, plan->files[i].after.data),
				0);
		}
	}
	for (size_t i = 0; i < plan->command_count; i++) {
		const struct boot_command *command = &plan->commands[i];

		assert_int_equal(text_add(ret, "%s", ways[command->way]), 0);
		for (size_t k = 0; k < command->words.count; k++) {
			assert_int_equal(text_add(ret, " '%s'", command->words.names[k]), 0);
		}
		assert_int_equal(text_append(ret, "\n", 1), 0);
	}
}

static void assert_plan(enum initramfs_kind kind, enum loader_kind loader, const char *expected) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	AUTO_TEXT struct text text = {0};
	struct error error = {0};

	if (plan_for(kind, loader, &card, &plan, &error) < 0) {
		fail_msg("%s", error.text);
	}
	list_plan(&plan, &text);
	assert_string_equal(text.data, expected);
}

static void assert_refused(
	enum initramfs_kind kind, enum loader_kind loader, const char *expected) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};

	assert_int_equal(plan_for(kind, loader, &card, &plan, &error), -ENOTSUP);
	if (!strstr(error.text, expected)) {
		fail_msg("%s", error.text);
	}
}

static void each_maker_of_images_is_asked_in_its_own_way(void **state) {
	assert_plan(INITRAMFS_TOOLS, LOADER_PROXMOX,
		"both '/usr/sbin/update-initramfs' '-u' '-k' 'all'\n");
	assert_plan(INITRAMFS_DRACUT, LOADER_GRUBBY,
		"both '/usr/bin/dracut' '--force' '--regenerate-all'\n");
	tree_directory(&tree, "lib/modules/6.1");
	tree_file(&tree, "boot/vmlinuz-6.1", "");
	assert_plan(INITRAMFS_DRACUT, LOADER_KERNEL_INSTALL,
		"both '/usr/bin/dracut' '--force' '--regenerate-all'\n"
		"there '/usr/bin/kernel-install' 'add' '6.1' '/boot/vmlinuz-6.1'\n"
		"back-kernels '/usr/bin/kernel-install' 'add'\n");
	assert_plan(INITRAMFS_BOOSTER, LOADER_ENTRIES,
		"new /etc/systemd/system/sysinit.target.d/baton.conf: "
		"# Added by baton boot assign; baton boot undo takes it away.\n"
		"[Unit]\nWants=baton-early.service\n");
	assert_refused(INITRAMFS_UNKNOWN, LOADER_GRUB, "hand the card over on demand");
	assert_refused(INITRAMFS_UNKNOWN, LOADER_NIXOS,
		"echo vfio-pci > /sys/bus/pci/devices/0000:01:00.0/driver_override");
	assert_refused(INITRAMFS_DRACUT, LOADER_OSTREE, "comes with its image");
}

static void booster_that_loads_the_cards_driver_is_refused(void **state) {
	char path[] = "/etc/booster.yaml", text[] = "modules_force_load: amdgpu",
	     module[] = "amdgpu";
	struct boot_line line = {BOOT_LINE_EARLY, path, 1, text, module};
	const struct boot boot = {.initramfs = &initramfses[INITRAMFS_BOOSTER],
		.loader = {.loader = &loaders[LOADER_ENTRIES]},
		.lines = {&line, 1}};
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};
	struct planning planning = {tree.fd, geteuid(), &boot, &plan, &error};

	assert_int_equal(boot_plan_assign(&planning, &card, 1), -ENOTSUP);
	assert_non_null(strstr(error.text, "/etc/booster.yaml:1 has amdgpu loaded"));
}

#define MKINITCPIO_DONE "both '/usr/bin/mkinitcpio' '-P'\n"

static void mkinitcpio_is_told_of_the_hook_wherever_its_hooks_are_set(void **state) {
	static const char *const files[][2] = {
		{"MODULES=()\nHOOKS=(base udev kms fsck)\n",
			"MODULES=()\nHOOKS=(base udev kms fsck baton)\n"},
		{"HOOKS=(\n\tbase # first\n\tsystemd\n)",
			"HOOKS=(\n\tbase # first\n\tsystemd baton\n)"},
		{"HOOKS=\"base udev\"\r\n", "HOOKS=\"base udev baton\"\r\n"},
		{"#HOOKS=(old)\nHOOKS=(base)\nHOOKS+=(extra)\n",
			"#HOOKS=(old)\nHOOKS=(base)\nHOOKS+=(extra baton)\n"},
		{"HOOKS=()\n", "HOOKS=(baton)\n"},
	};

	for (size_t i = 0; i < COUNT(files); i++) {
		AUTO_TEXT struct text expected = {0};

		tree_file(&tree, "etc/mkinitcpio.conf", files[i][0]);
		assert_int_equal(text_add(&expected, "was /etc/mkinitcpio.conf: %s" MKINITCPIO_DONE,
					 files[i][1]),
			0);
		assert_plan(INITRAMFS_MKINITCPIO, LOADER_GRUB, expected.data);
	}
	tree_file(&tree, "etc/mkinitcpio.conf.d/a.conf", "HOOKS=(base systemd)\n");
	tree_file(&tree, "etc/mkinitcpio.conf.d/b.conf", "COMPRESSION=xz\n");
	assert_plan(INITRAMFS_MKINITCPIO, LOADER_LIMINE,
		"was /etc/mkinitcpio.conf: HOOKS=(baton)\n"
		"was /etc/mkinitcpio.conf.d/a.conf: HOOKS=(base systemd baton)\n" MKINITCPIO_DONE
		"both '/usr/bin/limine-update'\n");
	tree_file(&tree, "etc/mkinitcpio.conf", "HOOKS=(base baton)\n");
	tree_unlink(&tree, "etc/mkinitcpio.conf.d/a.conf");
	assert_plan(INITRAMFS_MKINITCPIO, LOADER_UKI, MKINITCPIO_DONE);
	/* Without presets, each kernel's image is made by kernel-install: once, whoever asks. */
	tree_file(&tree, "lib/modules/1/vmlinuz", "");
	assert_plan(INITRAMFS_MKINITCPIO, LOADER_KERNEL_INSTALL,
		"there '/usr/bin/kernel-install' 'add' '1' '/lib/modules/1/vmlinuz'\n"
		"back-kernels '/usr/bin/kernel-install' 'add'\n");
}

static void hooks_that_only_a_shell_can_follow_are_left_alone(void **state) {
	static const char *const files[] = {"HOOKS=(base $MORE)\n", "HOOKS=(base # last\n)\n",
		"if true; then HOOKS=(base); fi\n", "HOOKS=(`cat hooks`)\n"};

	for (size_t i = 0; i < COUNT(files); i++) {
		tree_file(&tree, "etc/mkinitcpio.conf", files[i]);
		assert_refused(INITRAMFS_MKINITCPIO, LOADER_GRUB,
			"/etc/mkinitcpio.conf sets its hooks in a way that only a shell can follow");
	}
	tree_file(&tree, "etc/mkinitcpio.conf", "MODULES=()\n");
	assert_refused(INITRAMFS_MKINITCPIO, LOADER_GRUB, "no HOOKS= is found");
}

static void what_belongs_on_the_image_has_to_be_installed(void **state) {
	struct error error = {0};

	assert_int_equal(
		boot_assign_installed(tree.fd, &initramfses[INITRAMFS_TOOLS], &error), -ENOENT);
	assert_non_null(strstr(error.text, "baton-early is not there"));
	tree_file(&tree, "usr/lib/baton/baton-early", "");
	assert_int_equal(
		boot_assign_installed(tree.fd, &initramfses[INITRAMFS_TOOLS], &error), -ENOENT);
	assert_non_null(strstr(error.text, "hooks/baton is not there"));
	tree_file(&tree, "usr/share/initramfs-tools/hooks/baton", "");
	tree_file(&tree, "usr/share/initramfs-tools/scripts/init-top/baton", "");
	assert_int_equal(boot_assign_installed(tree.fd, &initramfses[INITRAMFS_TOOLS], &error), 0);
}

/* A copy that somebody starts nothing with says nothing of those that are started. */
static void a_new_image_beside_those_that_were_there_is_no_proof(void **state) {
	put_program("usr/sbin/update-initramfs",
		"#!/bin/sh\nroot=${0%/usr/sbin/update-initramfs}\n"
		"cat \"$root/glue\" >\"$root/boot/initrd.img-2\"\n");
	assert_int_equal(utimensat(tree.fd, IMAGE, (struct timespec[2]){{1, 0}, {1, 0}}, 0), 0);
	assert_undone(-EBADMSG, "none of the images anew that were there, such as /" IMAGE);
}

/* What starts with it takes no card. */
static void an_image_that_was_not_made_anew_is_named(void **state) {
	static const char *const others[] = {"boot/initrd.img-0", "boot/initramfs-0-rescue-1.img",
		"boot/initramfs-1kdump.img", "boot/initrd.img-1.bak"};

	for (size_t i = 0; i < COUNT(others); i++) {
		tree_file(&tree, others[i], "");
		assert_int_equal(
			utimensat(tree.fd, others[i], (struct timespec[2]){{1, 0}, {1, 0}}, 0), 0);
	}
	make(&card);
	assert_true(tree_holds(&tree, "var/lib/baton/boot/1/output",
		"update-initramfs -u -k all\n"
		"baton: /boot/initrd.img-0 was there, and was not made anew\n"));
}

/* It tells why. */
static void what_a_lister_that_fails_has_said_is_passed_on(void **state) {
	put_program("usr/bin/lsinitramfs", "#!/bin/sh\necho broken archive\nexit 1\n");
	heard[0] = '\0';
	setup.hear = hear_all;
	assert_undone(-EIO, "lsinitramfs");
	assert_non_null(strstr(heard, "broken archive"));
}

/* The program that has failed would fail again. What others keep beside the images is theirs. */
static void where_nothing_was_changed_nothing_is_made_again(void **state) {
	struct error error = {0};
	bool as_before = false;

	put_program("usr/sbin/update-initramfs",
		"#!/bin/sh\necho x >\"${0%/usr/sbin/update-initramfs}/boot/others\"\nexit 1\n");
	assert_int_equal(utimensat(tree.fd, IMAGE, (struct timespec[2]){{1, 0}, {1, 0}}, 0), 0);
	assert_int_equal(try_make(&card, &as_before, &error), -EIO);
	assert_true(as_before);
	assert_false(file_exists(tree.fd, "etc/baton"));
	assert_false(file_exists(tree.fd, "var/lib/baton"));
}

/* kernel-install's own, of a kernel that is there; of one that is gone it is never made anew. */
static void an_image_that_an_entry_starts_has_to_be_new(void **state) {
	static const char *const images[] = {"boot/efi/abc/0/initrd", "boot/efi/abc/1/initrd"};
	static const struct timespec old[2] = {{1, 0}, {1, 0}};
	AUTO_FINDINGS struct findings findings = {0};
	struct error error = {0};
	bool as_before = false;

	tree_file(&tree, "etc/machine-id", "abc\n");
	tree_directory(&tree, "lib/modules/1");
	tree_file(&tree, images[0], "");
	assert_int_equal(utimensat(tree.fd, images[0], old, 0), 0);
	make(&card);
	undo(&findings);
	tree_file(&tree, images[1], "");
	assert_int_equal(utimensat(tree.fd, images[1], old, 0), 0);
	assert_int_equal(try_make(&card, &as_before, &error), -EBADMSG);
	assert_non_null(strstr(error.text, "starts with /boot/efi/abc/1/initrd"));
	assert_false(file_exists(tree.fd, "etc/baton"));
}

/* It may write over the one that is there, and remove what has become of that. */
static void an_image_that_was_removed_is_made_again(void **state) {
	struct error error = {0};
	bool as_before = true;

	put_program("usr/sbin/update-initramfs",
		"#!/bin/sh\nrm -f \"${0%/usr/sbin/update-initramfs}/boot/initrd.img-1\"\nexit 1\n");
	assert_int_equal(utimensat(tree.fd, IMAGE, (struct timespec[2]){{1, 0}, {1, 0}}, 0), 0);
	assert_int_equal(try_make(&card, &as_before, &error), -EIO);
	assert_false(as_before);
	assert_true(file_exists(tree.fd, "var/lib/baton/boot/1"));
}

/* The program says that it is done, and the card would be taken for ever. */
static void an_undo_that_leaves_the_card_on_the_image_is_none(void **state) {
	static const char *const programs[] = {"#!/bin/sh\nexit 0\n",
		"#!/bin/sh\nroot=${0%/usr/sbin/update-initramfs}\n"
		"cat \"$root/glue\" >\"$root/boot/initrd.img-1\"\n"};
	static const char *const sentences[] = {
		"has made no initramfs anew", "still has /etc/baton/assigned"};

	for (size_t i = 0; i < COUNT(programs); i++) {
		AUTO_FINDINGS struct findings findings = {0};
		struct error error = {0};
		size_t count;

		make(&card);
		tree_file(&tree, "usr/sbin/mkinitramfs", "");
		put_program("usr/sbin/update-initramfs", programs[i]);
		assert_int_equal(
			utimensat(tree.fd, IMAGE, (struct timespec[2]){{1, 0}, {1, 0}}, 0), 0);
		assert_int_equal(boot_undo(&setup, &count, &findings, &error), -EBADMSG);
		if (!strstr(error.text, sentences[i])) {
			fail_msg("%s", error.text);
		}
		assert_true(file_exists(tree.fd, "var/lib/baton/boot/1"));
		put_program("usr/sbin/update-initramfs", update_initramfs);
		undo(&findings);
		assert_as_before();
	}
}

static void run_make(void *context) {
	bool as_before;

	(void)!try_make(&card, &as_before, NULL);
}

static void run_undo(void *context) {
	AUTO_FINDINGS struct findings findings = {0};
	size_t count;

	(void)!boot_undo(&setup, &count, &findings, NULL);
}

/* A machine of its own for each trial; undoing: what has been made is being taken back. */
static enum struck try(bool undoing, unsigned int at, int error) {
	const struct strike strike = {
		.at = at, .error = error, .run = undoing ? run_undo : run_make};

	tear_down(NULL);
	set_up(NULL);
	if (undoing) {
		make(&card);
	}
	return strike_run(&strike);
}

/* Whoever died, the next call finds its way: by turns it undoes, or does it again. */
static void death_at_any_operation_is_mended_by_the_next_call(void **state) {
	for (int undoing = 0; undoing < 2; undoing++) {
		unsigned int at = 1;

		for (; try(undoing, at, 0) == STRUCK; at++) {
			AUTO_FINDINGS struct findings findings = {0};
			AUTO_FINDINGS struct findings again = {0};
			struct error error = {0};

			if (at % 2) {
				assert_int_equal(boot_recover(&setup, &again, &error), 0);
				make(&card);
				assert_true(tree_holds(&tree, FILE_PATH, HEADER CARD));
			}
			undo(&findings);
			assert_as_before();
		}
		/* Each of its operations, and there are some. */
		assert_true(at > 15);
	}
}

/* By turns the disk is full, or may not be written. */
static void a_full_disk_or_one_that_cannot_be_written_loses_nothing(void **state) {
	static const int errors[] = {ENOSPC, EROFS};

	for (int undoing = 0; undoing < 2; undoing++) {
		for (unsigned int at = 1; try(undoing, at, errors[at % COUNT(errors)]) == STRUCK;
			at++) {
			AUTO_FINDINGS struct findings findings = {0};

			undo(&findings);
			assert_as_before();
		}
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_card_comes_onto_the_image_and_off_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_second_card_is_a_line_more_and_the_same_again_is_nothing, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_at_the_address_now_comes_in_the_place_of_what_was, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			only_our_lines_are_taken_from_a_file_that_was_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_that_baton_did_not_write_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_with_more_lines_than_are_read_is_not_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_image_that_lacks_something_takes_everything_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_module_that_is_built_in_need_not_be_on_the_image, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_program_that_fails_leaves_nothing_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_each_lister_prints_is_understood, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_hook_is_nothing_to_an_image_that_systemd_starts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			each_maker_of_images_is_asked_in_its_own_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			booster_that_loads_the_cards_driver_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			mkinitcpio_is_told_of_the_hook_wherever_its_hooks_are_set, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			hooks_that_only_a_shell_can_follow_are_left_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_belongs_on_the_image_has_to_be_installed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_new_image_beside_those_that_were_there_is_no_proof, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_image_that_was_not_made_anew_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_a_lister_that_fails_has_said_is_passed_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			where_nothing_was_changed_nothing_is_made_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_image_that_an_entry_starts_has_to_be_new, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_image_that_was_removed_is_made_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_undo_that_leaves_the_card_on_the_image_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			death_at_any_operation_is_mended_by_the_next_call, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_full_disk_or_one_that_cannot_be_written_loses_nothing, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
