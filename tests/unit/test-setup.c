// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
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
#include "setup/record.h"

#define CONF   "etc/pve/qemu-server/100.conf"
#define RECORD "var/lib/baton/install"
#define LINK   "etc/libvirt/hooks/qemu.d/baton"
#define VOLUME "local:snippets/baton"

static struct tree tree;
static char qm_path[128];
static struct setup setup;
static struct changes changes;
static const struct scope everything = {.libvirt = true, .proxmox = true};

/* What qm does as far as we are concerned; $0 is where it stands. */
static const char qm[] = "#!/bin/sh\n"
			 "conf=${0%/usr/sbin/qm}/etc/pve/qemu-server/$2.conf\n"
			 "case \"$1 $3\" in\n"
			 "'set --hookscript') echo \"hookscript: $4\" >>\"$conf\" ;;\n"
			 "'set --delete') sed -i /^$4:/d \"$conf\" ;;\n"
			 "*) exit 255 ;;\n"
			 "esac\n";

static int read_hookscript(
	int root, unsigned int vmid, char ret[HOOKSCRIPT_SIZE], struct error *error) {
	AUTO_FREE char *data = NULL;
	char path[64];
	const char *found;
	int r;

	snprintf(path, sizeof(path), "/etc/pve/qemu-server/%u.conf", vmid);
	r = file_read(root, path, 4096, &data, NULL);
	if (r < 0) {
		return error_set(error, r, "cannot read %s", path);
	}
	found = strstr(data, "hookscript: ");
	snprintf(ret, HOOKSCRIPT_SIZE, "%.*s", found ? (int)strcspn(found + 12, "\n") : 0,
		found ? found + 12 : "");
	return 0;
}

static void put_qm(const char *text) {
	tree_file(&tree, "usr/sbin/qm", text);
	assert_int_equal(fchmodat(tree.fd, "usr/sbin/qm", 0755, 0), 0);
}

static void add(enum change_kind kind, const char *subject, const char *value) {
	assert_int_equal(changes_add(&changes, kind, subject, value), 0);
}

static int set_up(void **state) {
	tree_make(&tree);
	tree_directory(&tree, "etc/libvirt");
	tree_directory(&tree, "var/lib/vz");
	tree_file(&tree, CONF, "name: win11\n");
	put_qm(qm);
	snprintf(qm_path, sizeof(qm_path), "%s/usr/sbin/qm", tree.path);
	setup = (struct setup){
		.root = tree.fd,
		.owner = geteuid(),
		.qm = qm_path,
		.qm_timeout_ms = 10000,
		.hookscript = read_hookscript,
	};
	add(CHANGE_DIRECTORY, "/etc/libvirt/hooks", "made");
	add(CHANGE_DIRECTORY, "/etc/libvirt/hooks/qemu.d", "made");
	add(CHANGE_LINK, "/" LINK, "/usr/sbin/baton-libvirt-hook");
	add(CHANGE_DIRECTORY, "/var/lib/vz/snippets", "made");
	add(CHANGE_LINK, "/var/lib/vz/snippets/baton", "/usr/sbin/baton-proxmox-hook");
	add(CHANGE_HOOKSCRIPT, "100", VOLUME);
	return 0;
}

static int tear_down(void **state) {
	changes_free(&changes);
	tree_remove(&tree);
	return 0;
}

static struct text listing;

static int list_one(const char *path, const struct stat *stat, int type, struct FTW *at) {
	char target[512] = "";
	ssize_t n = S_ISLNK(stat->st_mode) ? readlink(path, target, sizeof(target) - 1) : 0;

	target[n < 0 ? 0 : n] = '\0';
	assert_int_equal(text_add(&listing, "%s %o %ld %s\n", path, stat->st_mode,
				 S_ISREG(stat->st_mode) ? (long)stat->st_size : 0L, target),
		0);
	return 0;
}

/* All names, modes, sizes and links, in whatever order the file system has them. */
static char *list_tree(void) {
	char *text;

	listing = (struct text){0};
	assert_int_equal(nftw(tree.path, list_one, 16, FTW_PHYS), 0);
	text = listing.data;
	return text;
}

static void make_all(void) {
	struct error error = {{0}};
	bool as_before;

	if (setup_make(&setup, &changes, &as_before, &error) < 0) {
		fail_msg("%s", error.text);
	}
}

/* Returns how many were taken back; *ret_left: how many findings there were. */
static size_t unmake(const struct scope *scope, size_t *ret_left) {
	AUTO_CHANGES struct changes undone = {0};
	AUTO_FINDINGS struct findings findings = {0};
	struct error error = {{0}};

	if (setup_unmake(&setup, scope, &undone, &findings, &error) < 0) {
		fail_msg("%s", error.text);
	}
	*ret_left = findings.count;
	return undone.count;
}

static void all_is_made(void) {
	assert_true(file_exists(tree.fd, "/var/lib/vz/snippets"));
	assert_int_equal(faccessat(tree.fd, LINK, F_OK, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(
		faccessat(tree.fd, "var/lib/vz/snippets/baton", F_OK, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(tree_holds(&tree, CONF, "name: win11\nhookscript: " VOLUME "\n"));
}

static void install_install_uninstall_leaves_everything_as_it_was(void **state) {
	AUTO_FREE char *before = list_tree(), *made = NULL, *again = NULL, *after = NULL;
	size_t left;

	make_all();
	all_is_made();
	made = list_tree();
	make_all();
	again = list_tree();
	assert_string_equal(again, made);
	assert_int_equal(unmake(&everything, &left), 6);
	assert_int_equal(left, 0);
	after = list_tree();
	assert_string_equal(after, before);
	assert_int_equal(unmake(&everything, &left), 0);
}

static void no_changes_leave_no_trace(void **state) {
	const struct changes none = {0};
	struct error error;
	bool as_before;

	assert_int_equal(setup_make(&setup, &none, &as_before, &error), 0);
	assert_false(file_exists(tree.fd, "/var/lib/baton"));
}

/* As if it had been killed when `recorded` changes were recorded and `made` of them made. */
static void interrupt(size_t recorded, size_t made) {
	const struct changes first = {changes.items, made};
	struct changes record = {changes.items, recorded};
	struct error error;
	bool as_before;
	int fd;

	assert_int_equal(setup_make(&setup, &first, &as_before, &error), 0);
	fd = record_open(tree.fd, geteuid(), true, &error);
	assert_true(fd >= 0);
	assert_int_equal(record_save(fd, &record, &error), 0);
	close(fd);
}

static void whatever_interrupts_it_uninstall_undoes_it(void **state) {
	AUTO_FREE char *before = list_tree();

	for (size_t i = 0; i <= changes.count; i++) {
		for (size_t more = 0; more <= 1 && i + more <= changes.count; more++) {
			AUTO_FREE char *after = NULL;
			size_t left;

			interrupt(i + more, i);
			assert_int_equal(unmake(&everything, &left), i);
			assert_int_equal(left, 0);
			after = list_tree();
			assert_string_equal(after, before);
		}
	}
}

static void whatever_interrupts_it_install_completes_it(void **state) {
	for (size_t i = 0; i <= changes.count; i++) {
		AUTO_CHANGES struct changes record = {0};
		struct error error;
		size_t left;

		interrupt(i < changes.count ? i + 1 : i, i);
		make_all();
		all_is_made();
		assert_int_equal(setup_recorded(&setup, &record, &error), 0);
		assert_int_equal(record.count, changes.count);
		assert_int_equal(unmake(&everything, &left), changes.count);
	}
}

static void fails(int r, const char *sentence) {
	AUTO_FREE char *before = list_tree(), *after = NULL;
	struct error error = {{0}};
	bool as_before = false;

	assert_int_equal(setup_make(&setup, &changes, &as_before, &error), r);
	assert_non_null(strstr(error.text, sentence));
	assert_true(as_before);
	after = list_tree();
	assert_string_equal(after, before);
}

static void what_fails_is_taken_back(void **state) {
	put_qm("#!/bin/sh\nexit 255\n");
	fails(-EIO, "/usr/sbin/qm set 100 --hookscript " VOLUME " failed");
	put_qm("#!/bin/sh\nexit 0\n");
	fails(-EIO, "guest 100 has the hookscript \"\" after");
	put_qm("#!/bin/sh\nexec sleep 100\n");
	setup.qm_timeout_ms = 50;
	fails(-ETIMEDOUT, "did not end within");
	tree_unlink(&tree, "usr/sbin/qm");
	fails(-ENOENT, "cannot execute");
	tree_unlink(&tree, CONF);
	fails(-ENOENT, "cannot read /etc/pve/qemu-server/100.conf");
}

static void what_somebody_was_faster_with_is_not_replaced(void **state) {
	tree_file(&tree, CONF, "hookscript: local:snippets/other\n");
	fails(-EEXIST, "guest 100 has the hookscript local:snippets/other by now");
	tree_file(&tree, "var/lib/vz/snippets", "");
	fails(-EEXIST, "cannot make /var/lib/vz/snippets");
}

static void what_cannot_be_taken_back_stays_recorded(void **state) {
	AUTO_CHANGES struct changes record = {0};
	struct error error = {{0}};
	bool as_before = true;
	size_t left;

	/* It sets the option and says that it has failed, and later does not take it away. */
	put_qm("#!/bin/sh\nconf=${0%/usr/sbin/qm}/etc/pve/qemu-server/$2.conf\n"
	       "[ $3 = --delete ] || echo \"hookscript: $4\" >>\"$conf\"\nexit 1\n");
	assert_int_equal(setup_make(&setup, &changes, &as_before, &error), -EIO);
	assert_false(as_before);
	assert_non_null(strstr(error.text, "; and not everything could be taken back: "));
	/* The guest needs the link as long as it has the option. */
	all_is_made();
	assert_int_equal(setup_recorded(&setup, &record, &error), 0);
	assert_int_equal(record.count, changes.count);
	put_qm(qm);
	assert_int_equal(unmake(&everything, &left), changes.count);
}

static void what_was_changed_since_is_left_and_told(void **state) {
	size_t left;

	make_all();
	tree_unlink(&tree, LINK);
	tree_link(&tree, LINK, "/somewhere/else");
	tree_file(&tree, CONF, "hookscript: local:snippets/other\n");
	tree_file(&tree, "var/lib/vz/snippets/mine.sh", "");
	/* Of six: the snippet's link. */
	assert_int_equal(unmake(&everything, &left), 1);
	assert_int_equal(left, 5);
	assert_true(tree_holds(&tree, CONF, "hookscript: local:snippets/other\n"));
	assert_int_equal(faccessat(tree.fd, LINK, F_OK, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(file_exists(tree.fd, "/var/lib/vz/snippets/mine.sh"));
	/* It is theirs now: the next time there is nothing to say. */
	assert_false(file_exists(tree.fd, "/var/lib/baton"));
	assert_int_equal(unmake(&everything, &left), 0);
	assert_int_equal(left, 0);
}

static void what_is_gone_needs_no_undoing(void **state) {
	size_t left;

	make_all();
	tree_unlink(&tree, LINK);
	tree_unlink(&tree, CONF);
	assert_int_equal(unmake(&everything, &left), 4);
	assert_int_equal(left, 0);
	assert_false(file_exists(tree.fd, "/etc/libvirt/hooks"));
}

static void only_what_is_meant_is_taken_back(void **state) {
	static const unsigned int other = 101, guest = 100;
	const struct scope rows[] = {
		{.proxmox = true, .vmids = &other, .vmid_count = 1},
		{.libvirt = true, .vmids = &guest, .vmid_count = 1},
		{.proxmox = true, .vmids = &guest, .vmid_count = 1},
		{.libvirt = true},
		{.proxmox = true},
	};
	static const size_t counts[] = {0, 0, 1, 3, 2};
	size_t left;

	make_all();
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(unmake(&rows[i], &left), counts[i]);
	}
	assert_false(file_exists(tree.fd, "/var/lib/baton"));
}

static void a_record_that_is_not_ours_is_not_obeyed(void **state) {
	AUTO_CHANGES struct changes undone = {0};
	AUTO_FINDINGS struct findings findings = {0};
	struct error error;

	make_all();
	tree_file(&tree, RECORD, "directory /etc/libvirt/../pve - made\n");
	assert_int_equal(setup_unmake(&setup, &everything, &undone, &findings, &error), -EINVAL);
	assert_string_equal(error.text, "/var/lib/baton/install:1: this is no change");
	assert_int_equal(undone.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(install_install_uninstall_leaves_everything_as_it_was),
		TEST(no_changes_leave_no_trace),
		TEST(whatever_interrupts_it_uninstall_undoes_it),
		TEST(whatever_interrupts_it_install_completes_it),
		TEST(what_fails_is_taken_back),
		TEST(what_somebody_was_faster_with_is_not_replaced),
		TEST(what_cannot_be_taken_back_stays_recorded),
		TEST(what_was_changed_since_is_left_and_told),
		TEST(what_is_gone_needs_no_undoing),
		TEST(only_what_is_meant_is_taken_back),
		TEST(a_record_that_is_not_ours_is_not_obeyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
