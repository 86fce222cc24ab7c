// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/make.h"

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

#include "base/file.h"
#include "linux-tree.h"
#include "setup/boot/arguments.h"
#include "setup/boot/history.h"
#include "setup/boot/words.h"
#include "strike.h"

#define WORD   "intel_iommu=on"
#define GRUB   "etc/default/grub"
#define DROP   "etc/default/grub.d/zz-baton.cfg"
#define MENU   "boot/grub/grub.cfg"
#define RECORD "var/lib/baton/boot/1/record"

static struct tree tree;
static struct boot_setup setup;
static char heard[4096];

#define MENU_BEFORE "linux /vmlinuz root=/dev/sda1 ro quiet\n"

/* A stand-in for update-grub: the menu is what is configured. */
#define UPDATE_GRUB                                                                                \
	"#!/bin/sh\n"                                                                              \
	"root=${0%/usr/sbin/update-grub}\n"                                                        \
	"echo generating\n"                                                                        \
	"[ ! -e \"$root/fail\" ] || exit 3\n"                                                      \
	"cd \"$root/etc/default\"\n"                                                               \
	". ./grub\n"                                                                               \
	"[ ! -e grub.d/zz-baton.cfg ] || . ./grub.d/zz-baton.cfg\n"                                \
	"[ ! -e \"$root/deaf\" ] || GRUB_CMDLINE_LINUX_DEFAULT=quiet\n"                            \
	"echo \"linux /vmlinuz root=/dev/sda1 ro $GRUB_CMDLINE_LINUX_DEFAULT\" >\"$root/boot/grub/grub.cfg\"\n"

static void note_run(void *context, const struct names *words) {
	strncat(heard, "run ", sizeof(heard) - strlen(heard) - 1);
	strncat(heard, words->names[0], sizeof(heard) - strlen(heard) - 1);
	strncat(heard, "\n", sizeof(heard) - strlen(heard) - 1);
}

static void note_output(void *context, const char *data, size_t length) {
	size_t room = sizeof(heard) - strlen(heard) - 1;

	strncat(heard, data, length < room ? length : room);
}

static void put_program(const char *path, const char *text) {
	tree_file(&tree, path, text);
	assert_int_equal(fchmodat(tree.fd, path, 0755, 0), 0);
}

static int set_up(void **state) {
	tree_make(&tree);
	tree_directory(&tree, "var/lib");
	tree_directory(&tree, "boot/grub");
	tree_directory(&tree, "etc/default/grub.d");
	tree_file(&tree, GRUB, "# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"");
	tree_file(&tree, "usr/sbin/grub-mkconfig", "/default/grub.d/*.cfg\n");
	put_program("usr/sbin/update-grub", UPDATE_GRUB);
	tree_file(&tree, MENU, MENU_BEFORE);
	heard[0] = '\0';
	setup = (struct boot_setup){.root = tree.fd,
		.owner = geteuid(),
		.prefix = tree.path,
		.timeout_ms = 30000,
		.run = note_run,
		.hear = note_output};
	return 0;
}

static int tear_down(void **state) {
	tree_remove(&tree);
	return 0;
}

/* For the loader, with what the machine runs with. */
static int plan_for(
	enum loader_kind kind, const char *word, struct boot_plan *ret, struct error *error) {
	char *running[] = {(char *)"BOOT_IMAGE=/vmlinuz", (char *)"root=/dev/sda1", (char *)"ro"};
	char *words[] = {(char *)word};
	const struct names wanted = {words, 1};
	const struct boot boot = {
		.loader = {.loader = &loaders[kind]}, .running = {running, COUNT(running)}};

	return boot_plan_words(tree.fd, geteuid(), &boot, &wanted, ret, error);
}

static void make(const char *word) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};
	bool as_before;

	assert_int_equal(plan_for(LOADER_GRUB_DEBIAN, word, &plan, &error), 0);
	if (boot_make(&setup, &plan, &as_before, &error) < 0) {
		fail_msg("%s", error.text);
	}
}

static void undo(struct findings *findings, size_t expected) {
	struct error error = {0};
	size_t count;

	if (boot_undo(&setup, &count, findings, &error) < 0) {
		fail_msg("%s", error.text);
	}
	assert_int_equal(count, expected);
}

/* Nothing of baton's is left: the files, the menu made of them, and the record. */
static void assert_as_before(void) {
	assert_true(tree_holds(&tree, GRUB, "# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\""));
	assert_false(file_exists(tree.fd, DROP));
	assert_false(file_exists(tree.fd, "etc/default/grub.d/.zz-baton.cfg.baton"));
	assert_true(tree_holds(&tree, MENU, MENU_BEFORE));
	assert_false(file_exists(tree.fd, "var/lib/baton"));
}

static void a_file_of_our_own_comes_and_goes(void **state) {
	AUTO_FINDINGS struct findings findings = {0};
	AUTO_FREE char *output = NULL;

	make(WORD);
	assert_true(tree_holds(&tree, DROP,
		WORD_MARK "\nGRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT " WORD
			  "\"\n"));
	assert_true(tree_holds(&tree, GRUB, "# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\""));
	assert_int_equal(file_read(tree.fd, MENU, 4096, &output, NULL), 0);
	assert_non_null(strstr(output, WORD));
	assert_string_equal(heard, "run /usr/sbin/update-grub\ngenerating\n");
	assert_true(tree_holds(&tree, "var/lib/baton/boot/1/output", "generating\n"));
	undo(&findings, 1);
	assert_as_before();
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.items[0].level, FINDING_OK);
}

static void several_times_are_taken_back_from_the_last(void **state) {
	AUTO_FINDINGS struct findings findings = {0};

	make(WORD);
	make("iommu=pt");
	assert_true(tree_holds(&tree, DROP,
		WORD_MARK "\nGRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT " WORD
			  " iommu=pt\"\n"));
	undo(&findings, 2);
	assert_as_before();
}

static void undoing_nothing_is_nothing(void **state) {
	AUTO_FINDINGS struct findings findings = {0};

	undo(&findings, 0);
	assert_as_before();
}

static void a_file_keeps_its_mode_and_its_link(void **state) {
	AUTO_FINDINGS struct findings findings = {0};
	struct stat stat;

	tree_unlink(&tree, "usr/sbin/grub-mkconfig");
	tree_directory(&tree, "srv");
	tree_file(&tree, "srv/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\r\n");
	assert_int_equal(fchmodat(tree.fd, "srv/grub", 0640, 0), 0);
	tree_unlink(&tree, GRUB);
	tree_link(&tree, GRUB, "../../srv/grub");
	make(WORD);
	assert_true(
		tree_holds(&tree, "srv/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet " WORD "\"\r\n"));
	assert_int_equal(fstatat(tree.fd, "srv/grub", &stat, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(stat.st_mode & 07777, 0640);
	undo(&findings, 1);
	assert_true(tree_holds(&tree, "srv/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\r\n"));
	assert_int_equal(fstatat(tree.fd, GRUB, &stat, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISLNK(stat.st_mode));
}

static void only_our_words_are_taken_from_a_file_that_was_changed(void **state) {
	AUTO_FINDINGS struct findings findings = {0};

	make(WORD);
	tree_file(&tree, DROP, "# yours\nGRUB_CMDLINE_LINUX_DEFAULT=\"" WORD " splash\"\n");
	undo(&findings, 1);
	assert_true(tree_holds(&tree, DROP, "# yours\nGRUB_CMDLINE_LINUX_DEFAULT=\"splash\"\n"));
	assert_int_equal(findings.items[0].level, FINDING_WARNING);
	assert_false(file_exists(tree.fd, "var/lib/baton"));
}

static void what_has_nothing_of_ours_any_more_is_left_and_told_of(void **state) {
	AUTO_FINDINGS struct findings findings = {0};

	make(WORD);
	tree_file(&tree, DROP, "GRUB_TIMEOUT=1\n");
	undo(&findings, 1);
	assert_true(tree_holds(&tree, DROP, "GRUB_TIMEOUT=1\n"));
	assert_int_equal(findings.count, 1);
	assert_non_null(strstr(findings.items[0].reason, "is yours now"));
}

static void a_program_that_fails_leaves_nothing_changed(void **state) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};
	bool as_before = false;

	/* It fails once, as if the disk were full, and not when everything is taken back. */
	put_program("usr/sbin/update-grub",
		"#!/bin/sh\nroot=${0%/usr/sbin/update-grub}\n"
		"[ ! -e \"$root/once\" ] || { rm \"$root/once\"; exit 3; }\n");
	tree_file(&tree, "once", "");
	assert_int_equal(plan_for(LOADER_GRUB_DEBIAN, WORD, &plan, &error), 0);
	assert_int_equal(boot_make(&setup, &plan, &as_before, &error), -EIO);
	assert_true(as_before);
	assert_non_null(strstr(error.text, "/usr/sbin/update-grub failed with code 3"));
	assert_false(file_exists(tree.fd, DROP));
	assert_false(file_exists(tree.fd, RECORD));
}

/* The program says that it is done, and nothing has become of it. */
static void an_entry_without_the_words_takes_everything_back(void **state) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};
	bool as_before = false;

	tree_file(&tree, "deaf", "");
	assert_int_equal(plan_for(LOADER_GRUB_DEBIAN, WORD, &plan, &error), 0);
	assert_int_equal(boot_make(&setup, &plan, &as_before, &error), -EBADMSG);
	assert_true(as_before);
	assert_string_equal(error.text, "/" MENU " was made, and no entry in it has " WORD);
	assert_false(file_exists(tree.fd, DROP));
	assert_false(file_exists(tree.fd, RECORD));
}

static void a_program_that_always_fails_is_tried_again_by_the_next_call(void **state) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	AUTO_FINDINGS struct findings findings = {0};
	struct error error = {0};
	bool as_before = true;

	tree_file(&tree, "fail", "");
	assert_int_equal(plan_for(LOADER_GRUB_DEBIAN, WORD, &plan, &error), 0);
	assert_int_equal(boot_make(&setup, &plan, &as_before, &error), -EIO);
	assert_false(as_before);
	assert_non_null(strstr(error.text, "not everything could be taken back"));
	assert_false(file_exists(tree.fd, DROP));
	tree_unlink(&tree, "fail");
	undo(&findings, 1);
	assert_as_before();
}

static void a_file_that_changed_since_it_was_looked_at_is_not_written(void **state) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};
	bool as_before = false;

	assert_int_equal(plan_for(LOADER_GRUB_DEBIAN, WORD, &plan, &error), 0);
	tree_file(&tree, DROP, "GRUB_TIMEOUT=1\n");
	assert_int_equal(boot_make(&setup, &plan, &as_before, &error), -EAGAIN);
	assert_true(as_before);
	assert_true(tree_holds(&tree, DROP, "GRUB_TIMEOUT=1\n"));
}

static void a_damaged_record_changes_nothing(void **state) {
	AUTO_FINDINGS struct findings findings = {0};
	struct error error = {0};
	size_t count;

	make(WORD);
	tree_file(&tree, "var/lib/baton/boot/1/0.before", "else");
	assert_int_equal(boot_undo(&setup, &count, &findings, &error), -EBADMSG);
	assert_true(file_exists(tree.fd, DROP));
	tree_file(&tree, RECORD, "state made\nfile /../x shell % new 644 0 0 0 0\n");
	assert_int_equal(boot_undo(&setup, &count, &findings, &error), -EINVAL);
	assert_non_null(strstr(error.text, "record:2"));
}

static void a_file_that_others_can_write_is_refused(void **state) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};

	assert_int_equal(fchmodat(tree.fd, "etc/default/grub.d", 0777, 0), 0);
	assert_int_equal(plan_for(LOADER_GRUB_DEBIAN, WORD, &plan, &error), -EPERM);
}

/* Files with what they become, and commands: how each system is asked. */
static void list_plan(const struct boot_plan *plan, struct text *ret) {
	static const char *const ways[] = {"both", "there", "back", "back-kernels"};

	assert_int_equal(text_append(ret, "", 0), 0);
	for (size_t i = 0; i < plan->file_count; i++) {
		assert_int_equal(text_add(ret, "%s %s: %s", plan->files[i].was ? "was" : "new",
					 plan->files[i].path, plan->files[i].after.data),
			0);
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

static void assert_plan(enum loader_kind kind, const char *expected) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	AUTO_TEXT struct text text = {0};
	struct error error = {0};

	if (plan_for(kind, WORD, &plan, &error) < 0) {
		fail_msg("%s", error.text);
	}
	list_plan(&plan, &text);
	assert_string_equal(text.data, expected);
}

static void each_system_is_asked_in_its_own_way(void **state) {
	tree_directory(&tree, "etc/kernel");
	tree_directory(&tree, "lib/modules/6.1.0-28-amd64");
	tree_directory(&tree, "lib/modules/6.1.0-29-amd64");
	tree_file(&tree, "boot/vmlinuz-6.1.0-28-amd64", "");
	tree_file(&tree, "usr/lib/kernel/cmdline", "root=x ro\n");
	assert_plan(LOADER_KERNEL_INSTALL, "new /etc/kernel/cmdline: root=x ro " WORD "\n"
					   "there '/usr/bin/kernel-install' 'add' '6.1.0-28-amd64' "
					   "'/boot/vmlinuz-6.1.0-28-amd64'\n"
					   "back-kernels '/usr/bin/kernel-install' 'add'\n");
	tree_file(&tree, "etc/kernel/cmdline", "root=ZFS=rpool\n");
	assert_plan(LOADER_PROXMOX, "was /etc/kernel/cmdline: root=ZFS=rpool " WORD "\n"
				    "both '/usr/sbin/proxmox-boot-tool' 'refresh'\n");
	assert_plan(LOADER_UKI, "was /etc/kernel/cmdline: root=ZFS=rpool " WORD "\n"
				"both '/usr/bin/mkinitcpio' '-P'\n");
	tree_file(&tree, "etc/cmdline.d/README", "one file for each subject\n");
	tree_file(&tree, "etc/cmdline.d/empty.conf", "# nothing\n");
	tree_file(&tree, "etc/cmdline.d/.hidden.conf", "root=y\n");
	assert_plan(LOADER_UKI, "was /etc/kernel/cmdline: root=ZFS=rpool " WORD "\n"
				"both '/usr/bin/mkinitcpio' '-P'\n");
	tree_file(&tree, "etc/cmdline.d/root.conf", "root=x\n");
	assert_plan(LOADER_UKI, "new /etc/cmdline.d/zz-baton.conf: " WORD "\n"
				"both '/usr/bin/mkinitcpio' '-P'\n");
	tree_file(&tree, "etc/default/limine", "KERNEL_CMDLINE[default]+=\"quiet\"\n");
	assert_plan(LOADER_LIMINE, "was /etc/default/limine: "
				   "KERNEL_CMDLINE[default]+=\"quiet " WORD "\"\n"
				   "both '/usr/bin/limine-update'\n");
	tree_file(&tree, "boot/loader/entries/arch.conf", "title Arch\noptions root=x\n");
	assert_plan(LOADER_ENTRIES,
		"was /boot/loader/entries/arch.conf: title Arch\noptions root=x " WORD "\n");
	assert_plan(LOADER_GRUBBY,
		"there '/usr/sbin/grubby' '--update-kernel=ALL' '--args=" WORD "'\n"
		"back '/usr/sbin/grubby' '--update-kernel=ALL' '--remove-args=" WORD "'\n");
	assert_plan(LOADER_KERNELSTUB,
		"there '/usr/bin/kernelstub' '--add-options' '" WORD "'\n"
		"back '/usr/bin/kernelstub' '--delete-options' '" WORD "'\n");
	assert_plan(LOADER_OSTREE,
		"there '/usr/bin/rpm-ostree' 'kargs' '--append-if-missing=" WORD "'\n"
		"back '/usr/bin/rpm-ostree' 'kargs' '--delete-if-present=" WORD "'\n");
	tree_unlink(&tree, "usr/sbin/grub-mkconfig");
	assert_plan(LOADER_GRUB2,
		"was /etc/default/grub: # mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet " WORD
		"\"both '/usr/sbin/grub2-mkconfig' '-o' '/boot/grub2/grub.cfg'\n");
}

static void what_is_not_written_is_said(void **state) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};

	assert_int_equal(plan_for(LOADER_NIXOS, WORD, &plan, &error), -ENOTSUP);
	assert_non_null(strstr(error.text, "boot.kernelParams = [ \"" WORD "\" ];"));
	assert_int_equal(plan_for(LOADER_UNKNOWN, WORD, &plan, &error), -ENOTSUP);
	assert_int_equal(plan_for(LOADER_GRUB, "a b", &plan, &error), -EINVAL);
}

static void assert_refused(enum loader_kind kind, const char *expected) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};

	assert_int_equal(plan_for(kind, WORD, &plan, &error), -ENOTSUP);
	if (!strstr(error.text, expected)) {
		fail_msg("%s", error.text);
	}
}

/* A rescue must not become what every start has, nor our word what the system falls back on. */
static void what_the_machine_happens_to_run_with_is_not_made_permanent(void **state) {
	static const enum loader_kind kinds[] = {LOADER_KERNEL_INSTALL, LOADER_PROXMOX, LOADER_UKI};

	tree_directory(&tree, "etc/kernel");
	tree_directory(&tree, "lib/modules/6.1.0-28-amd64");
	tree_file(&tree, "boot/vmlinuz-6.1.0-28-amd64", "");
	for (size_t i = 0; i < COUNT(kinds); i++) {
		assert_refused(kinds[i], "/etc/kernel/cmdline is not there");
		assert_refused(kinds[i], ": write that file first");
		assert_refused(kinds[i], "started with: root=/dev/sda1 ro");
	}
	tree_file(&tree, "usr/lib/kernel/cmdline", "root=x\n");
	assert_refused(LOADER_PROXMOX, "/etc/kernel/cmdline is not there");
}

/* A program that takes a word away takes somebody else's, too. */
static void what_may_have_been_there_before_is_not_asked_of_a_program(void **state) {
	static const enum loader_kind kinds[] = {LOADER_GRUBBY, LOADER_KERNELSTUB, LOADER_OSTREE};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		tree_directory(&tree, "boot/loader/entries");
		assert_refused(kinds[i], "the boot entries cannot be read");
		tree_file(&tree, "boot/loader/entries/1.conf", "options root=x $tuned_params\n");
		tree_file(&tree, "boot/loader/entries/2.conf", "options root=x intel-iommu=on\n");
		assert_refused(kinds[i], "some of the kernels have it already");
		tree_file(&tree, "boot/loader/entries/2.conf", "options $kernelopts\n");
		assert_refused(kinds[i], "cannot be told");
		tree_unlink(&tree, "boot/loader/entries/1.conf");
		tree_unlink(&tree, "boot/loader/entries/2.conf");
	}
	assert_refused(LOADER_GRUBBY,
		"add it yourself with /usr/sbin/grubby --update-kernel=ALL --args=" WORD);
}

static void make_for(enum loader_kind kind) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};
	bool as_before;

	if (plan_for(kind, WORD, &plan, &error) < 0 ||
		boot_make(&setup, &plan, &as_before, &error) < 0) {
		fail_msg("%s", error.text);
	}
}

/* One has gone and one has come since; and one fails, which does not keep the others from it. */
static void the_way_back_is_for_the_kernels_that_are_there_then(void **state) {
	AUTO_FINDINGS struct findings findings = {0};
	struct error error = {0};
	size_t count;

	tree_file(&tree, "etc/kernel/cmdline", "root=x\n");
	tree_directory(&tree, "lib/modules/1");
	tree_file(&tree, "boot/vmlinuz-1", "");
	put_program("usr/bin/kernel-install",
		"#!/bin/sh\nroot=${0%/usr/bin/kernel-install}\n"
		"[ -e \"$root$3\" ] && [ ! -e \"$root/fail-$2\" ] || exit 1\n"
		"cp \"$root/etc/kernel/cmdline\" \"$root/boot/entry-$2\"\n");
	make_for(LOADER_KERNEL_INSTALL);
	assert_true(tree_holds(&tree, "boot/entry-1", "root=x " WORD "\n"));
	tree_unlink(&tree, "boot/vmlinuz-1");
	tree_directory(&tree, "lib/modules/2");
	tree_file(&tree, "boot/vmlinuz-2", "");
	tree_directory(&tree, "lib/modules/3");
	tree_file(&tree, "boot/vmlinuz-3", "");
	tree_file(&tree, "boot/entry-3", "root=x " WORD "\n");
	tree_file(&tree, "fail-2", "");
	assert_int_equal(boot_undo(&setup, &count, &findings, &error), -EIO);
	assert_true(tree_holds(&tree, "boot/entry-3", "root=x\n"));
	assert_true(findings_have(&findings, FINDING_ERROR));
	tree_unlink(&tree, "fail-2");
	undo(&findings, 1);
	assert_true(tree_holds(&tree, "boot/entry-2", "root=x\n"));
	assert_false(file_exists(tree.fd, "var/lib/baton"));
}

static void put_entries(void) {
	tree_file(&tree, "boot/loader/entries/1.conf", "options a\n");
	tree_file(&tree, "boot/loader/entries/2.conf", "options " WORD " b\n");
	tree_file(&tree, "boot/loader/entries/3.conf", "options c\n");
	make_for(LOADER_ENTRIES);
}

static void a_file_that_is_a_link_by_now_keeps_no_other_from_being_taken_back(void **state) {
	AUTO_FINDINGS struct findings findings = {0};

	put_entries();
	tree_unlink(&tree, "boot/loader/entries/3.conf");
	tree_link(&tree, "boot/loader/entries/3.conf", "1.conf");
	undo(&findings, 1);
	assert_true(tree_holds(&tree, "boot/loader/entries/1.conf", "options a\n"));
	assert_int_equal(findings.items[0].level, FINDING_WARNING);
	assert_false(file_exists(tree.fd, "var/lib/baton"));
}

/* What stands in the way of it is a directory in the place of the file until it is whole. */
static void a_file_that_cannot_be_restored_keeps_nothing_else_from_going_on(void **state) {
	static const char busy[] = "boot/loader/entries/.3.conf.baton";
	AUTO_FINDINGS struct findings findings = {0};
	struct error error = {0};
	size_t count;

	put_entries();
	tree_directory(&tree, busy);
	assert_true(boot_undo(&setup, &count, &findings, &error) < 0);
	assert_int_equal(count, 0);
	assert_non_null(strstr(error.text, "3.conf"));
	assert_true(findings_have(&findings, FINDING_ERROR));
	assert_true(tree_holds(&tree, "boot/loader/entries/1.conf", "options a\n"));
	assert_true(tree_holds(&tree, "boot/loader/entries/3.conf", "options c " WORD "\n"));
	make(WORD);
	assert_true(file_exists(tree.fd, DROP));
	assert_true(boot_undo(&setup, &count, &findings, &error) < 0);
	assert_int_equal(count, 1);
	assert_false(file_exists(tree.fd, DROP));
	assert_int_equal(unlinkat(tree.fd, busy, AT_REMOVEDIR), 0);
	undo(&findings, 1);
	assert_true(tree_holds(&tree, "boot/loader/entries/3.conf", "options c\n"));
	assert_as_before();
}

static void a_word_that_was_there_before_is_nobody_elses_to_take(void **state) {
	AUTO_FINDINGS struct findings findings = {0};

	put_entries();
	tree_file(&tree, "boot/loader/entries/1.conf", "options a " WORD " more\n");
	tree_file(&tree, "boot/loader/entries/2.conf", "options " WORD " b more\n");
	undo(&findings, 1);
	assert_true(tree_holds(&tree, "boot/loader/entries/1.conf", "options a more\n"));
	assert_true(tree_holds(&tree, "boot/loader/entries/2.conf", "options " WORD " b more\n"));
}

static void a_mode_that_somebody_has_changed_since_stays(void **state) {
	static const char *const paths[] = {
		"boot/loader/entries/1.conf", "boot/loader/entries/3.conf"};
	AUTO_FINDINGS struct findings findings = {0};
	struct stat stat;

	put_entries();
	tree_file(&tree, paths[0], "options a " WORD " more\n");
	for (size_t i = 0; i < COUNT(paths); i++) {
		assert_int_equal(fchmodat(tree.fd, paths[i], 0600, 0), 0);
	}
	undo(&findings, 1);
	for (size_t i = 0; i < COUNT(paths); i++) {
		assert_int_equal(fstatat(tree.fd, paths[i], &stat, 0), 0);
		assert_int_equal(stat.st_mode & 07777, 0600);
	}
}

static void what_a_program_prints_is_kept_up_to_a_limit(void **state) {
	AUTO_FINDINGS struct findings findings = {0};
	struct stat stat;

	put_program("usr/sbin/update-grub", UPDATE_GRUB "exec head -c 3000000 /dev/zero\n");
	make(WORD);
	assert_int_equal(fstatat(tree.fd, "var/lib/baton/boot/1/output", &stat, 0), 0);
	assert_int_equal(stat.st_size, 1U << 20);
	undo(&findings, 1);
}

/* The program ends when it has been told of while it ran. */
static void note_time(void *context, unsigned int seconds) {
	char *last = context;

	if (seconds > 0) {
		tree_file(&tree, "told", "");
	}
	snprintf(last, 16, "%u", seconds);
}

static void who_waits_is_told_that_it_goes_on(void **state) {
	AUTO_FINDINGS struct findings findings = {0};
	char last[16] = "";

	put_program("usr/sbin/update-grub",
		"#!/bin/sh\nroot=${0%/usr/sbin/update-grub}\nwhile [ ! -e \"$root/told\" ]; do :; done\n"
		"echo linux " WORD " >\"$root/boot/grub/grub.cfg\"\n");
	setup.tick = note_time;
	setup.context = last;
	make(WORD);
	assert_true(file_exists(tree.fd, "told"));
	assert_string_equal(last, "0");
	undo(&findings, 1);
}

static void run_make(void *context) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	bool as_before;

	if (plan_for(LOADER_GRUB_DEBIAN, WORD, &plan, NULL) == 0) {
		(void)!boot_make(&setup, &plan, &as_before, NULL);
	}
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
		make(WORD);
	}
	return strike_run(&strike);
}

static void recover(void) {
	AUTO_FINDINGS struct findings findings = {0};
	struct error error = {0};

	if (boot_recover(&setup, &findings, &error) < 0) {
		fail_msg("%s", error.text);
	}
}

/* Whoever died, the next call finds its way: by turns it undoes, or does it again. */
static void death_at_any_operation_is_mended_by_the_next_call(void **state) {
	for (int undoing = 0; undoing < 2; undoing++) {
		unsigned int at = 1;

		for (; try(undoing, at, 0) == STRUCK; at++) {
			AUTO_FINDINGS struct findings findings = {0};
			struct error error = {0};
			size_t count;

			if (at % 2) {
				recover();
				make(WORD);
				assert_true(file_exists(tree.fd, DROP));
			}
			assert_int_equal(boot_undo(&setup, &count, &findings, &error), 0);
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
			struct error error = {0};
			size_t count;

			assert_int_equal(boot_undo(&setup, &count, &findings, &error), 0);
			assert_as_before();
		}
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_file_of_our_own_comes_and_goes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			several_times_are_taken_back_from_the_last, set_up, tear_down),
		cmocka_unit_test_setup_teardown(undoing_nothing_is_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_keeps_its_mode_and_its_link, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			only_our_words_are_taken_from_a_file_that_was_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_has_nothing_of_ours_any_more_is_left_and_told_of, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_program_that_fails_leaves_nothing_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_entry_without_the_words_takes_everything_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_program_that_always_fails_is_tried_again_by_the_next_call, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_that_changed_since_it_was_looked_at_is_not_written, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_damaged_record_changes_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_that_others_can_write_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			each_system_is_asked_in_its_own_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_written_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_the_machine_happens_to_run_with_is_not_made_permanent, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_may_have_been_there_before_is_not_asked_of_a_program, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			the_way_back_is_for_the_kernels_that_are_there_then, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_that_is_a_link_by_now_keeps_no_other_from_being_taken_back, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_that_cannot_be_restored_keeps_nothing_else_from_going_on, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_word_that_was_there_before_is_nobody_elses_to_take, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_mode_that_somebody_has_changed_since_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_a_program_prints_is_kept_up_to_a_limit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			who_waits_is_told_that_it_goes_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			death_at_any_operation_is_mended_by_the_next_call, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_full_disk_or_one_that_cannot_be_written_loses_nothing, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
