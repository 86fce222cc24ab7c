// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/proxmox/choice.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "machine.h"

#define RESERVATIONS "/run/qemu-server/pci-id-reservations"
#define CMDLINE                                                                                    \
	"/usr/bin/kvm\0-id\000101\0-name\0other\0-pidfile\0/var/run/qemu-server/101.pid\0-daemonize"
#define NOW 1700000000

static struct machine make(const char *reservations) {
	struct machine machine;

	assert_int_equal(machine_make("", 0, &machine), 0);
	assert_int_equal(machine_write(&machine, RESERVATIONS, reservations), 0);
	return machine;
}

/* A process's command line has zeros in it. */
static void run_guest(const struct machine *machine, const char *pid_file, const char *pid,
	const char *cmdline, size_t size) {
	char path[300];
	FILE *file;

	assert_int_equal(machine_write(machine, "/run/qemu-server/101.pid", pid_file), 0);
	snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
	assert_int_equal(machine_write(machine, path, ""), 0);
	snprintf(path, sizeof(path), "%s/proc/%s/cmdline", machine->path, pid);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(cmdline, 1, size, file), size);
	fclose(file);
}

static int ask(const struct machine *machine, const char *ids, enum proxmox_claim *ret,
	unsigned int *ret_vmid, struct error *error) {
	const struct proxmox_choice choice = {machine->root, 100, NOW};
	struct proxmox_set set;

	assert_int_equal(proxmox_set_parse(ids, PROXMOX_DOMAIN_MAY_BE_LEFT_OUT, &set, NULL), 0);
	return proxmox_choice_ask(&choice, &set, ret, ret_vmid, error);
}

static void is_free(const struct machine *machine, const char *ids) {
	enum proxmox_claim claim = PROXMOX_TAKEN;
	unsigned int vmid = 99;
	struct error error = {{0}};

	if (ask(machine, ids, &claim, &vmid, &error) < 0) {
		fail_msg("%s", error.text);
	}
	assert_int_equal(claim, PROXMOX_FREE);
	assert_int_equal(vmid, 99);
}

static void is_taken(const struct machine *machine, const char *ids) {
	enum proxmox_claim claim = PROXMOX_FREE;
	unsigned int vmid = 0;

	assert_int_equal(ask(machine, ids, &claim, &vmid, NULL), 0);
	assert_int_equal(claim, PROXMOX_TAKEN);
	assert_int_equal(vmid, 101);
}

static void without_a_file_everything_is_free(void **state) {
	AUTO_MACHINE struct machine machine = make("");

	is_free(&machine, "01:00");
	assert_int_equal(machine_remove(&machine, "/run"), 0);
	is_free(&machine, "01:00");
}

static void what_a_guest_that_runs_has_is_taken(void **state) {
	AUTO_MACHINE struct machine machine = make("0000:01:00.1 101 pid:4711\n");

	run_guest(&machine, "4711\n", "4711", CMDLINE, sizeof(CMDLINE));
	is_taken(&machine, "01:00.1");
	is_taken(&machine, "01:00");
	is_taken(&machine, "02:00;01:00.1");
	is_free(&machine, "01:00.0");
	is_free(&machine, "02:00");
	is_free(&machine, "0001:01:00");
}

static void what_nobody_has_any_more_is_free(void **state) {
	static const char other[] = "/usr/bin/kvm\0-pidfile\0/var/run/qemu-server/1101.pid";
	static const char shell[] = "/bin/sh\0-pidfile\0/var/run/qemu-server/101.pid";
	AUTO_MACHINE struct machine machine = make("0000:01:00.0 101 pid:4711\n");

	is_free(&machine, "01:00"); /* no pid file */
	assert_int_equal(machine_write(&machine, "/run/qemu-server/101.pid", "4711\n"), 0);
	is_free(&machine, "01:00"); /* no process */
	run_guest(&machine, "4712\n", "4711", CMDLINE, sizeof(CMDLINE));
	is_free(&machine, "01:00"); /* it is another by now */
	run_guest(&machine, "4711\n", "4711", other, sizeof(other));
	is_free(&machine, "01:00");
	run_guest(&machine, "4711\n", "4711", shell, sizeof(shell));
	is_free(&machine, "01:00");
	run_guest(&machine, "4711\n", "4711", "", 0);
	is_free(&machine, "01:00"); /* dead, and not waited for */
	run_guest(&machine, "4711\n", "4711", "/usr/bin/qemu-system-x86_64\0-pidfile", 36);
	is_free(&machine, "01:00");
}

static void one_s_own_reservation_does_not_count(void **state) {
	AUTO_MACHINE struct machine machine =
		make("0000:01:00.0 100 pid:4711\n0000:01:00.1 100 time:1700000009\n");

	is_free(&machine, "01:00");
}

static void a_reservation_expires(void **state) {
	AUTO_MACHINE struct machine machine = make("0000:01:00.0 101 time:1700000000\n");

	is_free(&machine, "01:00");
}

static void a_guest_that_is_being_started_leaves_it_open(void **state) {
	AUTO_MACHINE struct machine machine = make("0000:01:00.0 101 time:1700000007\n");
	enum proxmox_claim claim = PROXMOX_TAKEN;
	unsigned int vmid = 99;
	struct error error;

	is_free(&machine, "01:00.1");
	assert_int_equal(ask(&machine, "01:00", &claim, &vmid, &error), -EBUSY);
	assert_string_equal(error.text,
		"guest 101 is just being started and has reserved 0000:01:00.0 for 7 seconds more, so which device is free is not known yet: start guest 100 again then, or give each node one map line in /etc/pve/mapping/pci.cfg");
	assert_int_equal(vmid, 99);
}

static void what_cannot_be_read_is_an_error(void **state) {
	AUTO_MACHINE struct machine machine = make("0000:01:00.0 101 pid:4711\n");
	enum proxmox_claim claim;
	unsigned int vmid;
	struct error error;

	assert_int_equal(machine_write(&machine, "/run/qemu-server/101.pid", "x\n"), 0);
	assert_int_equal(ask(&machine, "01:00", &claim, &vmid, &error), -EINVAL);
	assert_string_equal(error.text, "cannot read /run/qemu-server/101.pid: Invalid argument");
	assert_int_equal(machine_remove(&machine, RESERVATIONS), 0);
	assert_int_equal(machine_write(&machine, RESERVATIONS "/x", ""), 0);
	assert_int_equal(ask(&machine, "01:00", &claim, &vmid, &error), -EISDIR);
	assert_string_equal(error.text, "cannot read " RESERVATIONS ": Is a directory");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_file_everything_is_free),
		cmocka_unit_test(what_a_guest_that_runs_has_is_taken),
		cmocka_unit_test(what_nobody_has_any_more_is_free),
		cmocka_unit_test(one_s_own_reservation_does_not_count),
		cmocka_unit_test(a_reservation_expires),
		cmocka_unit_test(a_guest_that_is_being_started_leaves_it_open),
		cmocka_unit_test(what_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
