// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/planning.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux-tree.h"
#include "setup/boot/fresh.h"
#include "setup/boot/make.h"
#include "strike.h"

#define GUIDE "etc/modprobe.d/vfio.conf"
#define FRESH "etc/new/of-ours"
#define IDS   "options vfio-pci ids=10de:2204\n"

static struct tree tree;
static struct boot_setup setup;

static void hear_nothing(void *context, const char *data, size_t length) {
}

static void run_nothing(void *context, const struct names *words) {
}

static int set_up(void **state) {
	tree_make(&tree);
	tree_directory(&tree, "var/lib");
	tree_file(&tree, GUIDE, IDS);
	assert_int_equal(fchmodat(tree.fd, GUIDE, 0640, 0), 0);
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

/* A file goes, and one comes into a directory that is not there. */
static int plan_both(struct boot_plan *ret) {
	struct error error = {0};
	struct planning planning = {tree.fd, geteuid(), NULL, ret, &error};
	struct boot_file *file;
	int r = planning_remove(&planning, "/" GUIDE);

	r = r < 0 ? r : planning_new_file(&planning, "/etc/new", "of-ours", &file);
	return r < 0 ? r : text_append(&file->after, "ours\n", 5);
}

static void make(void) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};
	bool as_before;

	if (plan_both(&plan) < 0 || boot_make(&setup, &plan, &as_before, &error) < 0) {
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
	struct stat stat;

	assert_true(tree_holds(&tree, GUIDE, IDS));
	assert_int_equal(fstatat(tree.fd, GUIDE, &stat, 0), 0);
	assert_int_equal(stat.st_mode & 07777, 0640);
	assert_false(file_exists(tree.fd, "etc/modprobe.d/.vfio.conf.baton"));
	assert_false(file_exists(tree.fd, "etc/new"));
	assert_false(file_exists(tree.fd, "var/lib/baton"));
}

static void what_is_removed_comes_back_with_its_mode(void **state) {
	AUTO_FINDINGS struct findings findings = {0};

	make();
	assert_false(file_exists(tree.fd, GUIDE));
	assert_true(tree_holds(&tree, FRESH, "ours\n"));
	undo(&findings);
	assert_as_before();
	assert_int_equal(findings.count, 2);
	assert_string_equal(findings.items[1].reason, "is there again");
}

static void what_somebody_has_put_in_its_place_stays(void **state) {
	AUTO_FINDINGS struct findings findings = {0};

	make();
	tree_file(&tree, GUIDE, "blacklist nouveau\n");
	undo(&findings);
	assert_true(tree_holds(&tree, GUIDE, "blacklist nouveau\n"));
	assert_true(findings_have(&findings, FINDING_WARNING));
}

static void a_directory_that_others_use_by_now_stays(void **state) {
	AUTO_FINDINGS struct findings findings = {0};

	make();
	tree_file(&tree, "etc/new/yours", "");
	undo(&findings);
	assert_false(file_exists(tree.fd, FRESH));
	assert_true(file_exists(tree.fd, "etc/new/yours"));
}

static void a_file_is_planned_once(void **state) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};
	struct planning planning = {tree.fd, geteuid(), NULL, &plan, &error};
	struct boot_file *first, *second;

	tree_link(&tree, "etc/vfio", "modprobe.d/vfio.conf");
	assert_int_equal(planning_file(&planning, "/" GUIDE, &first), 0);
	assert_int_equal(planning_file(&planning, "/etc/vfio", &second), 0);
	assert_ptr_equal(first, second);
	assert_false(boot_file_changes(first));
	assert_int_equal(planning_file(&planning, "/etc/none", &first), -ENOENT);
}

static void run_make(void *context) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	bool as_before;

	if (plan_both(&plan) == 0) {
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
		make();
	}
	return strike_run(&strike);
}

static void death_or_a_full_disk_at_any_operation_loses_nothing(void **state) {
	static const int errors[] = {0, ENOSPC};

	for (size_t i = 0; i < COUNT(errors); i++) {
		for (int undoing = 0; undoing < 2; undoing++) {
			unsigned int at = 1;

			for (; try(undoing, at, errors[i]) == STRUCK; at++) {
				AUTO_FINDINGS struct findings findings = {0};

				undo(&findings);
				assert_as_before();
			}
			assert_true(at > 15);
		}
	}
}

static void images_beside_the_modules_count(void **state) {
	AUTO_TEXT struct text list = {0};

	tree_file(&tree, "lib/modules/1/initrd", "");
	tree_file(&tree, "lib/modules/1/vmlinuz", "");
	tree_file(&tree, "boot/initrd.img-1", "");
	assert_int_equal(fresh_list(tree.fd, &list), 0);
	assert_true(fresh_lists(&list, "/lib/modules/1/initrd"));
	assert_true(fresh_lists(&list, "/boot/initrd.img-1"));
	assert_false(fresh_lists(&list, "/lib/modules/1/vmlinuz"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_removed_comes_back_with_its_mode, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_somebody_has_put_in_its_place_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_directory_that_others_use_by_now_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(images_beside_the_modules_count, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_is_planned_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			death_or_a_full_disk_at_any_operation_loses_nothing, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
