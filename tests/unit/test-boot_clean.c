// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each set-up of tests/left, for real below a root: what goes is gone, nothing more is found, the
 * check-up finds nothing of it, and undoing brings every byte back.
 */
#include "setup/boot/clean.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/check.h"
#include "front/checked.h"
#include "setup/boot/asked.h"
#include "setup/boot/image.h"
#include "setup/boot/make.h"
#include "snapshot.h"

#define TEXT_MAX (1U << 20)

/* What systemctl does to the link of a unit, and grubby to words; others make image and menu. */
static const char program[] =
	"#!/bin/sh\n"
	"root=${0%/usr/*}\n"
	"case $0 in */grubby)\n"
	"for entry in \"$root\"/boot/loader/entries/*.conf; do\n"
	"echo 'options root=/dev/sda1' >\"$entry\"; done ;; esac\n"
	"units=${0%/usr/bin/systemctl}/etc/systemd/system\n"
	"case $1 in\n"
	"disable) rm \"$units/multi-user.target.wants/$2\" ;;\n"
	"enable) ln -s \"/etc/systemd/system/$2\" \"$units/multi-user.target.wants/$2\" ;;\n"
	"*) echo >\"$root/boot/initrd.img-1\"\n"
	"   echo 'linux /vmlinuz quiet' >\"$root/boot/grub/grub.cfg\" ;;\n"
	"esac\n";

/* A machine as somebody's set-up has left it. */
struct left {
	struct machine machine;
	struct host host;
	struct boot boot;
};

static void free_left(struct left *left) {
	boot_free(&left->boot);
	host_free(&left->host);
	machine_free(&left->machine);
}

#define AUTO_LEFT CLEANUP(free_left)

static void read_text(const char *directory, const char *name, char **ret) {
	AUTO_CLOSE int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(file_read(fd, name, TEXT_MAX, ret, NULL), 0);
}

static void make_text(const char *text, struct left *ret) {
	AUTO_FREE char *base = NULL;
	AUTO_TEXT struct text all = {0};

	read_text(MACHINES, "twins.umockdev", &base);
	assert_int_equal(text_add(&all, "%s\n%s", base, text), 0);
	assert_int_equal(machine_make(all.data, all.length, &ret->machine), 0);
	assert_int_equal(machine_write(&ret->machine, "/var/lib/keep", ""), 0);
}

/* The machine that the first line names, and what stands up to the first "$ ". */
static void make_left(const char *name, struct left *ret) {
	static const char key[] = "# machine: ";
	AUTO_FREE char *golden = NULL, *base = NULL;
	AUTO_TEXT struct text text = {0};
	char file[64], *end;

	read_text(LEFT, name, &golden);
	end = strstr(golden, "\n$ ");
	assert_true(text_starts(golden, key) && end);
	end[1] = '\0';
	assert_int_equal(name_format(file, sizeof(file), "%.*s.umockdev",
				 (int)strcspn(golden + strlen(key), "\n"), golden + strlen(key)),
		0);
	read_text(MACHINES, file, &base);
	assert_int_equal(text_add(&text, "%s\n%s", base, golden), 0);
	assert_int_equal(machine_make(text.data, text.length, &ret->machine), 0);
	assert_int_equal(machine_write(&ret->machine, "/var/lib/keep", ""), 0);
}

static void read_left(struct left *left) {
	struct error error = {0};

	boot_free(&left->boot);
	host_free(&left->host);
	if (host_read(left->machine.root, &left->host, &error) < 0 ||
		boot_read(left->machine.root, &left->host, &left->boot, &error) < 0) {
		fail_msg("%s", error.text);
	}
}

static void plan_for(struct left *left, const struct remains_wanted *wanted,
	struct remains *remains, struct boot_plan *plan) {
	struct error error = {0};
	struct planning planning = {left->machine.root, geteuid(), &left->boot, plan, &error};

	read_left(left);
	if (remains_find(left->machine.root, &left->host, &left->boot, wanted, remains, &error) <
			0 ||
		planning_clean(&planning, remains) < 0) {
		fail_msg("%s", error.text);
	}
}

static void plan_clean(struct left *left, struct remains *remains, struct boot_plan *plan) {
	const struct remains_wanted wanted = {.all = true};

	plan_for(left, &wanted, remains, plan);
}

static void ignore_run(void *context, const struct names *words) {
}

static void ignore_output(void *context, const char *data, size_t length) {
}

static struct boot_setup setup_for(const struct left *left) {
	return (struct boot_setup){.root = left->machine.root,
		.owner = geteuid(),
		.prefix = left->machine.path,
		.timeout_ms = 30000,
		.run = ignore_run,
		.hear = ignore_output};
}

/* In the places of the plan's. */
static void put_programs_like(
	const struct left *left, const struct boot_plan *plan, const char *body) {
	assert_int_equal(machine_write(&left->machine, "/boot/grub/fonts", ""), 0);
	for (size_t i = 0; i < plan->command_count; i++) {
		const char *path = plan->commands[i].words.names[0];

		assert_int_equal(machine_write(&left->machine, path, body), 0);
		assert_int_equal(fchmodat(left->machine.root, path + 1, 0755, 0), 0);
	}
}

static void put_programs(const struct left *left, const struct boot_plan *plan) {
	put_programs_like(left, plan, program);
}

static size_t count_changes(const struct boot_plan *plan) {
	size_t count = 0;

	for (size_t i = 0; i < plan->file_count; i++) {
		count += boot_file_changes(&plan->files[i]);
	}
	return count;
}

/* Each file of the plan is as it was before, or as it is to be afterwards. */
static void assert_files(const struct left *left, const struct boot_plan *plan, bool after) {
	for (size_t i = 0; i < plan->file_count; i++) {
		const struct boot_file *file = &plan->files[i];
		const struct text *expected = after ? &file->after : &file->before;
		AUTO_FREE char *data = NULL;
		struct stat stat;
		size_t length;
		int r = file_read(left->machine.root, file->path, TEXT_MAX, &data, &length);

		if (after && file->gone) {
			assert_int_equal(r, -ENOENT);
			continue;
		}
		assert_int_equal(r, 0);
		assert_int_equal(length, expected->length);
		assert_memory_equal(data, expected->data, length);
		assert_int_equal(fstatat(left->machine.root, file->path + 1, &stat, 0), 0);
		assert_int_equal(stat.st_mode & 07777, file->mode);
	}
}

static void make(const struct left *left, const struct boot_plan *plan) {
	const struct boot_setup setup = setup_for(left);
	struct error error = {0};
	bool as_before;

	put_programs(left, plan);
	if (boot_make(&setup, plan, &as_before, &error) < 0) {
		fail_msg("%s", error.text);
	}
}

static void undo(const struct left *left) {
	const struct boot_setup setup = setup_for(left);
	AUTO_FINDINGS struct findings findings = {0};
	struct error error = {0};
	size_t count;

	if (boot_undo(&setup, &count, &findings, &error) < 0) {
		fail_msg("%s", error.text);
	}
	assert_int_equal(count, 1);
	assert_false(file_exists(left->machine.root, "/var/lib/baton"));
}

/* The machine is started with what is configured now. */
static void restart(struct left *left) {
	AUTO_TEXT struct text words = {0};

	read_left(left);
	for (size_t i = 0; i < left->boot.next.count; i++) {
		assert_int_equal(text_add(&words, "%s ", left->boot.next.all[i].text), 0);
	}
	if (left->boot.next_known) {
		assert_int_equal(machine_write(&left->machine, "/proc/cmdline",
					 words.data ? words.data : ""),
			0);
	}
}

/* What is found by others that look at the same. */
static bool is_about_boot(const char *id) {
	return text_starts(id, "boot-") || strcmp(id, "framebuffer-argument") == 0 ||
	       strcmp(id, "command-line-not-applied") == 0;
}

/* Is it one that is left for a person to do? The kernel was given what the configuration has. */
static bool is_by_hand(const struct remains *remains, const struct finding *finding) {
	for (size_t i = 0; i < remains->count; i++) {
		const struct remain *remain = &remains->all[i];

		if (remain->fate == REMAIN_BY_HAND && finding->file &&
			(strcmp(remain->path, finding->file) == 0 ||
				(remain->form == REMAIN_WORD &&
					strcmp(finding->file, "/proc/cmdline") == 0))) {
			return true;
		}
	}
	return false;
}

static void assert_check_is_clean(const struct left *left, const struct remains *remains) {
	AUTO_CHECKED struct checked checked = {.session = {.root = -1}};
	AUTO_FINDINGS struct findings findings = {0};
	const struct invocation invocation = {.options = OPTION_ROOT, .root = left->machine.path};

	assert_int_equal(checked_open(&invocation, &checked), RESULT_DONE);
	assert_int_equal(check_run(&checked.up, &findings), 0);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];

		if (is_about_boot(finding->id) && !is_by_hand(remains, finding)) {
			fail_msg("%s: %s %s", finding->id, finding->file ? finding->file : "",
				finding->reason);
		}
	}
}

/* For on-demand use nothing is in the way but what baton has assigned: `boot status` says so. */
static void assert_status_is_clean(const struct left *left) {
	for (size_t i = 0; i < left->boot.device_count; i++) {
		const struct boot_device *device = &left->boot.devices[i];

		if (!assignments_find(&left->boot.assigned, device->device)) {
			assert_int_not_equal(device->winner, WINNER_VFIO);
			assert_int_equal(device->lines.count, 0);
		}
	}
}

/* What undoing would do is said, and not done. */
static void assert_preview(const struct left *left, const struct boot_plan *plan) {
	const struct boot_setup setup = setup_for(left);
	AUTO_BOOT_PLAN struct boot_plan preview = {0};
	AUTO_FINDINGS struct findings findings = {0};
	struct error error = {0};
	size_t count;

	if (boot_undo_preview(&setup, &preview, &count, &findings, &error) < 0) {
		fail_msg("%s", error.text);
	}
	assert_int_equal(count, 1);
	assert_int_equal(findings.count, 0);
	assert_int_equal(preview.file_count, count_changes(plan));
	for (size_t i = 0; i < preview.file_count; i++) {
		const struct boot_file *file = &preview.files[i];

		for (size_t k = 0; k < plan->file_count; k++) {
			if (strcmp(plan->files[k].path, file->path) == 0) {
				assert_string_equal(file->after.data, plan->files[k].before.data);
				assert_int_equal(file->was, !plan->files[k].gone);
			}
		}
	}
	assert_files(left, plan, true);
}

static bool is_done_by_hand(const struct remains *remains) {
	return remains_have(remains, REMAIN_BY_HAND);
}

static void try_one(const char *name) {
	AUTO_LEFT struct left left = {.machine = {.root = -1}};
	AUTO_REMAINS struct remains remains = {0}, again = {0};
	AUTO_BOOT_PLAN struct boot_plan plan = {0}, second = {0};

	make_left(name, &left);
	plan_clean(&left, &remains, &plan);
	if (count_changes(&plan) == 0) {
		return;
	}
	make(&left, &plan);
	assert_files(&left, &plan, true);
	restart(&left);
	plan_clean(&left, &again, &second);
	assert_int_equal(count_changes(&second), 0);
	if (!asked_keeps(left.boot.loader.loader)) {
		assert_false(remains_have(&again, REMAIN_GOES));
		assert_check_is_clean(&left, &again);
		if (!is_done_by_hand(&again)) {
			assert_status_is_clean(&left);
		}
	}
	assert_preview(&left, &plan);
	undo(&left);
	assert_files(&left, &plan, false);
}

/* Lines come back around what somebody has written since; where that is not certain, none does. */
static void what_somebody_has_changed_since_stays(void **state) {
	AUTO_LEFT struct left left = {.machine = {.root = -1}};
	AUTO_REMAINS struct remains remains = {0};
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	AUTO_FREE char *modules = NULL, *conf = NULL;

	make_left("seed-000.txt", &left);
	plan_clean(&left, &remains, &plan);
	make(&left, &plan);
	assert_int_equal(machine_write(&left.machine, "/etc/modules",
				 "# mine\n# /etc/modules: kernel modules to load at boot time.\n"),
		0);
	assert_int_equal(
		machine_write(&left.machine, "/etc/pve/datacenter.cfg", "console: html5\n"), 0);
	undo(&left);
	assert_int_equal(file_read(left.machine.root, "/etc/modules", TEXT_MAX, &modules, NULL), 0);
	assert_string_equal(modules,
		"# mine\n# /etc/modules: kernel modules to load at boot time.\n"
		"vfio\nvfio_iommu_type1\nvfio_pci\nvfio_virqfd\n");
	assert_int_equal(
		file_read(left.machine.root, "/etc/pve/datacenter.cfg", TEXT_MAX, &conf, NULL), 0);
	assert_string_equal(conf, "console: html5\n");
}

static void every_set_up_goes_and_comes_back(void **state) {
	AUTO_CLOSE int fd = open(LEFT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_NAMES struct names names = {0};
	size_t count = 0;

	assert_int_equal(names_read(fd, ".", &names), 0);
	for (size_t i = 0; i < names.count; i++) {
		if (text_ends(names.names[i], ".txt")) {
			print_message("%s\n", names.names[i]);
			try_one(names.names[i]);
			count++;
		}
	}
	assert_true(count > 10);
}

/* One file from which lines were taken, and into which a word was put. */
static void what_was_taken_comes_back_where_a_word_was_put_too(void **state) {
	AUTO_LEFT struct left left = {.machine = {.root = -1}};
	AUTO_REMAINS struct remains remains = {0};
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	AUTO_FREE char *conf = NULL;
	struct error error = {0};
	struct planning planning;

	make_text("F: /usr/bin/mkinitcpio\n| x\n"
		  "F: /etc/default/grub\n| GRUB_CMDLINE_LINUX=\"quiet\"\n"
		  "F: /etc/mkinitcpio.conf\n| MODULES=(vfio_pci i915)\n| # a\n| # b\n"
		  "| HOOKS=(base udev modconf block filesystems)\n",
		&left);
	plan_clean(&left, &remains, &plan);
	planning = (struct planning){left.machine.root, geteuid(), &left.boot, &plan, &error};
	assert_int_equal(image_plan(&planning), 0);
	make(&left, &plan);
	assert_int_equal(machine_write(&left.machine, "/etc/mkinitcpio.conf",
				 "MODULES=(i915)\n# a\n# b\n"
				 "HOOKS=(base udev modconf block filesystems baton)\n# mine\n"),
		0);
	undo(&left);
	assert_int_equal(
		file_read(left.machine.root, "/etc/mkinitcpio.conf", TEXT_MAX, &conf, NULL), 0);
	assert_string_equal(conf, "MODULES=(vfio_pci i915)\n# a\n# b\n"
				  "HOOKS=(base udev modconf block filesystems)\n# mine\n");
}

/* Cleans a machine on which the programs are so; it fails. */
static void fail_with(const char *text, const char *body, struct left *left, bool *ret_as_before,
	struct error *error) {
	AUTO_REMAINS struct remains remains = {0};
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	const char ids[] = "options vfio-pci ids=10de:2204\n";
	AUTO_FREE char *conf = NULL;
	struct boot_setup setup;

	make_text(text, left);
	assert_int_equal(machine_write(&left->machine, "/usr/sbin/mkinitramfs", "x"), 0);
	assert_int_equal(machine_write(&left->machine, "/etc/modprobe.d/v.conf", ids), 0);
	plan_clean(left, &remains, &plan);
	put_programs_like(left, &plan, body);
	setup = setup_for(left);
	assert_true(boot_make(&setup, &plan, ret_as_before, error) < 0);
	assert_int_equal(
		file_read(left->machine.root, "/etc/modprobe.d/v.conf", TEXT_MAX, &conf, NULL), 0);
	assert_string_equal(conf, ids);
}

static const char grub[] = "F: /usr/sbin/update-grub\n| x\n"
			   "F: /etc/default/grub\n"
			   "| GRUB_CMDLINE_LINUX=\"quiet vfio-pci.ids=10de:2204\"\n";

static void a_program_that_fails_leaves_all_as_it_was(void **state) {
	AUTO_LEFT struct left left = {.machine = {.root = -1}};
	struct error error = {0};
	bool as_before = false;

	fail_with(grub, "#!/bin/sh\nexit 1\n", &left, &as_before, &error);
	assert_true(as_before);
	assert_false(file_exists(left.machine.root, "/var/lib/baton/boot/1"));
}

static void why_it_failed_is_said_also_where_the_way_back_fails(void **state) {
	AUTO_LEFT struct left left = {.machine = {.root = -1}};
	struct error error = {0};
	bool as_before = true;

	fail_with(grub, "#!/bin/sh\necho >\"${0%/usr/*}/boot/initrd.img-1\"\nexit 1\n", &left,
		&as_before, &error);
	assert_false(as_before);
	assert_non_null(strstr(error.text, "; and not everything could be taken back: "));
	assert_false(text_starts(error.text, "; and"));
}

static void a_menu_that_still_has_the_word_is_no_success(void **state) {
	AUTO_LEFT struct left left = {.machine = {.root = -1}};
	struct error error = {0};
	bool as_before = true;

	fail_with(grub,
		"#!/bin/sh\nroot=${0%/usr/*}\necho >\"$root/boot/initrd.img-1\"\n"
		"echo 'linux /v quiet vfio-pci.ids=10de:2204' >\"$root/boot/grub/grub.cfg\"\n",
		&left, &as_before, &error);
	assert_non_null(strstr(error.text, "grub.cfg was made, and still has vfio-pci.ids="));
	assert_true(as_before);
}

static void an_image_that_is_not_made_is_no_success(void **state) {
	AUTO_LEFT struct left left = {.machine = {.root = -1}};
	struct error error = {0};
	bool as_before = true;

	fail_with(grub, "#!/bin/sh\necho 'linux /v quiet' >\"${0%/usr/*}/boot/grub/grub.cfg\"\n",
		&left, &as_before, &error);
	assert_non_null(strstr(error.text, "has made no initramfs anew"));
	assert_true(as_before);
}

/* The last card that baton has assigned goes. */
static void plan_release(struct left *left, struct remains *remains, struct boot_plan *plan) {
	const struct remains_wanted wanted = {.all = true, .own = true};
	static const char lister[] = "/usr/bin/lsinitcpio";

	assert_int_equal(machine_write(&left->machine, "/etc/baton/assigned",
				 "0000:49:00.0 10de:2204 1458:403b 030000\n"),
		0);
	assert_int_equal(
		machine_write(&left->machine, lister, "#!/bin/sh\ncat \"${0%/usr/*}$1\"\n"), 0);
	assert_int_equal(fchmodat(left->machine.root, &lister[1], 0755, 0), 0);
	plan_for(left, &wanted, remains, plan);
}

static void release(struct left *left, struct remains *remains, struct boot_plan *plan) {
	plan_release(left, remains, plan);
	make(left, plan);
	assert_files(left, plan, true);
	assert_false(file_exists(left->machine.root, "/etc/baton/assigned"));
}

static void a_release_that_leaves_the_card_on_the_image_is_none(void **state) {
	AUTO_LEFT struct left left = {.machine = {.root = -1}};
	AUTO_REMAINS struct remains remains = {0};
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};
	struct boot_setup setup;
	bool as_before;

	make_text("F: /usr/bin/mkinitcpio\n| x\n", &left);
	plan_release(&left, &remains, &plan);
	put_programs_like(&left, &plan,
		"#!/bin/sh\necho etc/baton/assigned >\"${0%/usr/*}/boot/initramfs-linux.img\"\n");
	setup = setup_for(&left);
	assert_int_equal(boot_make(&setup, &plan, &as_before, &error), -EBADMSG);
	assert_non_null(strstr(error.text, "still has /etc/baton/assigned"));
	assert_true(file_exists(left.machine.root, "/etc/baton/assigned"));
}

static void assert_holds(const struct left *left, const char *path, const char *expected) {
	AUTO_FREE char *data = NULL;

	assert_int_equal(file_read(left->machine.root, path, TEXT_MAX, &data, NULL), 0);
	assert_string_equal(data, expected);
}

#define MKINITCPIO "/etc/mkinitcpio.conf"
#define DROP_IN    "/etc/systemd/system/sysinit.target.d/baton.conf"

/* Released with the hooks so; then somebody may write others, and undoes. */
static void try_hooks(
	const char *with, const char *without, const char *changed, const char *undone) {
	AUTO_LEFT struct left left = {.machine = {.root = -1}};
	AUTO_REMAINS struct remains remains = {0};
	AUTO_BOOT_PLAN struct boot_plan plan = {0};

	make_text("F: /usr/bin/mkinitcpio\n| x\n", &left);
	assert_int_equal(machine_write(&left.machine, MKINITCPIO, with), 0);
	release(&left, &remains, &plan);
	assert_holds(&left, MKINITCPIO, without);
	assert_int_equal(machine_write(&left.machine, MKINITCPIO, changed), 0);
	undo(&left);
	assert_holds(&left, MKINITCPIO, undone);
	assert_true(file_exists(left.machine.root, "/etc/baton/assigned"));
}

static void the_hook_goes_with_the_last_card(void **state) {
	static const char *const hooks[][2] = {
		{"MODULES=()\nHOOKS=(base udev baton)\n# end",
			"MODULES=()\nHOOKS=(base udev)\n# end"},
		{"HOOKS=(\n\tbase # baton\n\tudev baton\n)\n",
			"HOOKS=(\n\tbase # baton\n\tudev\n)\n"},
		{"HOOKS=(\n\tbase\n\tbaton\n)\n", "HOOKS=(\n\tbase\n)\n"},
		{"HOOKS=\"base udev baton\"\r\n", "HOOKS=\"base udev\"\r\n"},
		{"HOOKS=(base)\nHOOKS+=(baton)\n", "HOOKS=(base)\n"},
		{"HOOKS=(baton)\n", "HOOKS=()\n"},
	};

	for (size_t i = 0; i < COUNT(hooks); i++) {
		try_hooks(hooks[i][0], hooks[i][1], hooks[i][1], hooks[i][0]);
	}
	try_hooks("# a\nHOOKS=(base udev baton)\n# b\n", "# a\nHOOKS=(base udev)\n# b\n",
		"# a\nHOOKS=(base udev)\n# b\n# mine\n",
		"# a\nHOOKS=(base udev baton)\n# b\n# mine\n");
	try_hooks("HOOKS=(base udev baton)\n", "HOOKS=(base udev)\n", "HOOKS=(base systemd)\n",
		"HOOKS=(base systemd)\n");
}

/* Where the hooks cannot be followed, the card is released all the same. */
static void hooks_that_only_a_shell_can_follow_stay(void **state) {
	static const char hooks[] = "HOOKS=(base $MORE baton)\n";
	AUTO_LEFT struct left left = {.machine = {.root = -1}};
	AUTO_REMAINS struct remains remains = {0};
	AUTO_BOOT_PLAN struct boot_plan plan = {0};

	make_text("F: /usr/bin/mkinitcpio\n| x\n", &left);
	assert_int_equal(machine_write(&left.machine, MKINITCPIO, hooks), 0);
	release(&left, &remains, &plan);
	assert_holds(&left, MKINITCPIO, hooks);
	assert_true(remains_have(&remains, REMAIN_BY_HAND));
	undo(&left);
}

/* The one of ours; one that somebody has changed is his. */
static void boosters_drop_in_goes_with_the_last_card(void **state) {
	static const char ours[] = "# Added by baton boot assign; baton boot undo takes it away.\n"
				   "[Unit]\nWants=baton-early.service\n";
	static const char theirs[] = "[Unit]\nWants=baton-early.service mine.service\n";

	for (size_t i = 0; i < 2; i++) {
		AUTO_LEFT struct left left = {.machine = {.root = -1}};
		AUTO_REMAINS struct remains remains = {0};
		AUTO_BOOT_PLAN struct boot_plan plan = {0};
		const char *text = i == 0 ? ours : theirs;

		make_text("F: /usr/bin/booster\n| x\n", &left);
		assert_int_equal(machine_write(&left.machine, DROP_IN, text), 0);
		release(&left, &remains, &plan);
		assert_int_equal(file_exists(left.machine.root, DROP_IN), i == 1);
		assert_int_equal(remains_have(&remains, REMAIN_BY_HAND), i == 1);
		undo(&left);
		assert_holds(&left, DROP_IN, text);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_set_up_goes_and_comes_back),
		cmocka_unit_test(what_somebody_has_changed_since_stays),
		cmocka_unit_test(what_was_taken_comes_back_where_a_word_was_put_too),
		cmocka_unit_test(a_program_that_fails_leaves_all_as_it_was),
		cmocka_unit_test(why_it_failed_is_said_also_where_the_way_back_fails),
		cmocka_unit_test(a_menu_that_still_has_the_word_is_no_success),
		cmocka_unit_test(an_image_that_is_not_made_is_no_success),
		cmocka_unit_test(a_release_that_leaves_the_card_on_the_image_is_none),
		cmocka_unit_test(the_hook_goes_with_the_last_card),
		cmocka_unit_test(hooks_that_only_a_shell_can_follow_stay),
		cmocka_unit_test(boosters_drop_in_goes_with_the_last_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
