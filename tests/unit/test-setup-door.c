// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux-tree.h"

#define HOOKS     "etc/libvirt/hooks/"
#define HOOK_LINK "/etc/libvirt/hooks/qemu.d/baton"

static struct tree tree;
static struct changes changes;
static struct findings findings;

static void put_program(const char *path) {
	tree_file(&tree, path, "program");
	assert_int_equal(fchmodat(tree.fd, path, 0755, 0), 0);
}

static void forget(void) {
	changes_free(&changes);
	findings_free(&findings);
}

static int set_up(void **state) {
	tree_make(&tree);
	tree_directory(&tree, "etc/libvirt");
	tree_directory(&tree, "etc/pve/qemu-server");
	tree_directory(&tree, "var/lib/vz");
	put_program("usr/sbin/baton");
	tree_link(&tree, "usr/sbin/baton-libvirt-hook", "baton");
	tree_link(&tree, "usr/sbin/baton-proxmox-hook", "baton");
	return 0;
}

static int tear_down(void **state) {
	forget();
	tree_remove(&tree);
	return 0;
}

static void look(const struct door *door) {
	struct error error = {{0}};

	forget();
	if (door_look(tree.fd, geteuid(), door, &changes, &findings, &error) < 0) {
		fail_msg("%s", error.text);
	}
	assert_int_equal(findings_check(&findings), 0);
}

/* Is there a finding of that level that has these words, subject first? */
static bool says(enum finding_level level, const char *subject, const char *words) {
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];

		if (finding->level == level && strcmp(finding->subject, subject) == 0 &&
			(strstr(finding->reason, words) || strstr(finding->remedy, words))) {
			return true;
		}
	}
	return false;
}

static void changes_are(const char *const *lines, size_t count) {
	assert_int_equal(changes.count, count);
	for (size_t i = 0; i < count; i++) {
		char text[CHANGE_TEXT_SIZE];

		assert_string_equal(change_format(&changes.items[i], false, text), lines[i]);
	}
}

static void what_is_not_there_is_to_be_made(void **state) {
	static const char *const libvirt[] = {
		"directory /etc/libvirt/hooks - made",
		"directory /etc/libvirt/hooks/qemu.d - made",
		"link /etc/libvirt/hooks/qemu.d/baton - /usr/sbin/baton-libvirt-hook",
	};
	static const char *const proxmox[] = {
		"directory /var/lib/vz/snippets - made",
		"link /var/lib/vz/snippets/baton - /usr/sbin/baton-proxmox-hook",
	};

	look(&door_libvirt_place);
	changes_are(libvirt, COUNT(libvirt));
	assert_false(findings_refuse(&findings));
	look(&door_proxmox_place);
	changes_are(proxmox, COUNT(proxmox));
	assert_false(findings_refuse(&findings));
	tree_directory(&tree, HOOKS);
	look(&door_libvirt_place);
	changes_are(&libvirt[1], 2);
}

static void a_door_that_is_there_needs_nothing(void **state) {
	/* However somebody has made it. */
	static const char *const targets[] = {"/usr/sbin/baton-libvirt-hook",
		"../../../../usr/sbin/baton-libvirt-hook", "/usr/sbin/baton"};

	assert_false(door_is_installed(tree.fd, &door_libvirt_place));
	for (size_t i = 0; i < COUNT(targets); i++) {
		tree_link(&tree, HOOKS "qemu.d/baton", targets[i]);
		look(&door_libvirt_place);
		changes_are(NULL, 0);
		assert_false(findings_refuse(&findings));
		assert_true(door_is_installed(tree.fd, &door_libvirt_place));
		tree_unlink(&tree, HOOKS "qemu.d/baton");
	}
}

static void what_stands_there_is_not_replaced(void **state) {
	put_program(HOOKS "qemu.d/baton");
	look(&door_libvirt_place);
	changes_are(NULL, 0);
	assert_true(says(FINDING_ERROR, HOOK_LINK, "is not the link to"));
	assert_false(door_is_installed(tree.fd, &door_libvirt_place));
	tree_unlink(&tree, HOOKS "qemu.d/baton");
	tree_link(&tree, HOOKS "qemu.d/baton", "nowhere");
	look(&door_libvirt_place);
	assert_true(says(FINDING_ERROR, HOOK_LINK, "is not the link to"));
	tree_file(&tree, "var/lib/vz/snippets", "a file");
	look(&door_proxmox_place);
	assert_true(says(FINDING_ERROR, "/var/lib/vz/snippets", "is not a directory"));
}

static void a_program_that_cannot_be_executed_is_no_door(void **state) {
	static const char program[] = "/usr/sbin/baton-libvirt-hook";

	assert_int_equal(fchmodat(tree.fd, "usr/sbin/baton", 0644, 0), 0);
	look(&door_libvirt_place);
	assert_true(says(FINDING_ERROR, program, "can be executed"));
	assert_int_equal(fchmodat(tree.fd, "usr/sbin/baton", 0775, 0), 0);
	look(&door_libvirt_place);
	assert_true(says(FINDING_ERROR, program, "chmod go-w /usr/sbin/baton"));
	assert_int_equal(fchmodat(tree.fd, "usr/sbin/baton", 0755, 0), 0);
	assert_int_equal(fchmodat(tree.fd, "usr", 0777, 0), 0);
	look(&door_libvirt_place);
	assert_true(says(FINDING_ERROR, program, "chmod go-w /usr"));
	assert_int_equal(fchmodat(tree.fd, "usr", 0755, 0), 0);
	tree_unlink(&tree, "usr/sbin/baton");
	look(&door_libvirt_place);
	assert_true(says(FINDING_ERROR, program, "is not there"));
	changes_are(NULL, 0);
}

static void a_place_that_others_can_write_is_no_place(void **state) {
	tree_directory(&tree, HOOKS "qemu.d");
	assert_int_equal(fchmodat(tree.fd, HOOKS "qemu.d", 0775, 0), 0);
	look(&door_libvirt_place);
	assert_true(says(FINDING_ERROR, "/etc/libvirt/hooks/qemu.d", "chmod go-w"));
}

static void other_hooks_are_named_in_their_order(void **state) {
	put_program(HOOKS "qemu");
	put_program(HOOKS "qemu.d/a");
	put_program(HOOKS "qemu.d/z");
	look(&door_libvirt_place);
	assert_false(findings_refuse(&findings));
	assert_true(says(FINDING_OK, "/etc/libvirt/hooks",
		"order is /etc/libvirt/hooks/qemu /etc/libvirt/hooks/qemu.d/a "
		"/etc/libvirt/hooks/qemu.d/baton /etc/libvirt/hooks/qemu.d/z"));
	/* The same when it is there. */
	tree_link(&tree, HOOKS "qemu.d/baton", "/usr/sbin/baton-libvirt-hook");
	look(&door_libvirt_place);
	assert_true(says(FINDING_OK, "/etc/libvirt/hooks",
		"/etc/libvirt/hooks/qemu.d/baton /etc/libvirt/hooks/qemu.d/z"));
}

static void a_hook_that_would_fight_is_warned_of(void **state) {
	tree_file(&tree, HOOKS "qemu", "#!/bin/sh\nvirsh nodedev-detach x\n");
	assert_int_equal(fchmodat(tree.fd, HOOKS "qemu", 0755, 0), 0);
	/* Our own program has these words, too. */
	tree_file(&tree, "usr/sbin/baton", "driver_override");
	tree_link(&tree, HOOKS "qemu.d/baton", "/usr/sbin/baton-libvirt-hook");
	look(&door_libvirt_place);
	assert_false(findings_refuse(&findings));
	assert_true(says(FINDING_WARNING, "/etc/libvirt/hooks/qemu", "nodedev-detach"));
	assert_false(says(FINDING_WARNING, HOOK_LINK, "driver_override"));
}

static void baton_is_called_once(void **state) {
	tree_link(&tree, HOOKS "qemu", "/usr/sbin/baton");
	look(&door_libvirt_place);
	assert_true(says(FINDING_ERROR, "/etc/libvirt/hooks/qemu", "twice"));
}

static void a_libvirt_without_qemu_d_is_refused(void **state) {
	tree_link(&tree, "usr/lib64/libvirt.so.0", "libvirt.so.0.6004.0");
	look(&door_libvirt_place);
	assert_true(says(FINDING_ERROR, "/etc/libvirt/hooks/qemu.d", "libvirt 6.4"));
	tree_unlink(&tree, "usr/lib64/libvirt.so.0");
	tree_link(&tree, "usr/lib64/libvirt.so.0", "libvirt.so.0.6005.0");
	look(&door_libvirt_place);
	assert_false(findings_refuse(&findings));
}

static void a_daemon_that_saw_no_hook_is_named(void **state) {
	tree_file(&tree, "run/libvirtd.pid", "1\n");
	look(&door_libvirt_place);
	assert_false(findings_refuse(&findings));
	assert_true(says(FINDING_WARNING, "libvirtd", "systemctl restart libvirtd"));
}

static void apparmor_has_its_own_idea_of_programs(void **state) {
	tree_file(&tree, "sys/module/apparmor/parameters/enabled", "Y\n");
	look(&door_libvirt_place);
	assert_true(says(FINDING_OK, "/usr/sbin/baton", "AppArmor"));
	tree_unlink(&tree, "usr/sbin/baton");
	put_program("opt/baton");
	tree_link(&tree, "usr/sbin/baton", "/opt/baton");
	look(&door_libvirt_place);
	assert_true(says(FINDING_ERROR, "/opt/baton", "AppArmor"));
	tree_file(&tree, "sys/module/apparmor/parameters/enabled", "N\n");
	look(&door_libvirt_place);
	assert_false(findings_refuse(&findings));
}

static void selinux_is_warned_of_where_it_enforces(void **state) {
	tree_file(&tree, "sys/fs/selinux/enforce", "0");
	look(&door_libvirt_place);
	assert_false(says(FINDING_WARNING, "SELinux", "ausearch"));
	tree_file(&tree, "sys/fs/selinux/enforce", "1");
	look(&door_libvirt_place);
	assert_true(says(FINDING_WARNING, "SELinux", "ausearch"));
	assert_true(says(FINDING_WARNING, "/etc/libvirt/hooks", "restorecon"));
	tree_file(&tree, "sys/fs/selinux/booleans/virt_hooks_unconfined", "0 0");
	look(&door_libvirt_place);
	assert_true(says(FINDING_WARNING, "virt_hooks_unconfined", "setsebool -P"));
	assert_false(findings_refuse(&findings));
}

static void a_configuration_that_others_can_write_is_no_basis(void **state) {
	tree_file(&tree, "etc/baton/baton.conf", "");
	door_look_configuration(tree.fd, geteuid(), &findings);
	assert_int_equal(findings.count, 0);
	assert_int_equal(fchmodat(tree.fd, "etc/baton/baton.conf", 0666, 0), 0);
	door_look_configuration(tree.fd, geteuid(), &findings);
	assert_true(says(FINDING_ERROR, "/etc/baton", "chmod go-w /etc/baton/baton.conf"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_there_is_to_be_made),
		TEST(a_door_that_is_there_needs_nothing),
		TEST(what_stands_there_is_not_replaced),
		TEST(a_program_that_cannot_be_executed_is_no_door),
		TEST(a_place_that_others_can_write_is_no_place),
		TEST(other_hooks_are_named_in_their_order),
		TEST(a_hook_that_would_fight_is_warned_of),
		TEST(baton_is_called_once),
		TEST(a_libvirt_without_qemu_d_is_refused),
		TEST(a_daemon_that_saw_no_hook_is_named),
		TEST(apparmor_has_its_own_idea_of_programs),
		TEST(selinux_is_warned_of_where_it_enforces),
		TEST(a_configuration_that_others_can_write_is_no_basis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
