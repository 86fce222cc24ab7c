// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/command.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "machine.h"
#include "plan/plan.h"
#include "setup/boot/history.h"

/* A machine, what is assigned there, and what baton then says. */
struct trial {
	const char *machine;
	const char *words[3];
	enum result result;
	const char *says[4];
	struct {
		const char *path, *data;
	} file; /* that is written first */
};

static const struct trial trials[] = {
	/* All functions of the slot. */
	{"amd-desktop", {"03:00.0"}, RESULT_DONE,
		{"+0000:03:00.0 1002:73bf 1da2:e437 030000\n"
		 "+0000:03:00.1 1002:ab28 1002:ab28 040300\n"
		 "+0000:03:00.2 1002:73a6 1da2:0408 0c0330\n"
		 "+0000:03:00.3 1002:73a4 1da2:0408 0c8000\n"
		 "run /usr/sbin/update-initramfs -u -k all\n",
			"0000:03:00.0 has the picture that this machine starts with"}},
	/* One of two twins; what the host's driver cannot do in a running system is no matter. */
	{"twins", {"21:00"}, RESULT_DONE,
		{"+0000:21:00.0 10de:2204 10de:147d 030000\n"
		 "+0000:21:00.1 10de:1aef 10de:147d 040300\nrun "}},
	{"twins", {"gaming", "61:00"}, RESULT_DONE,
		{"+0000:49:00.0 10de:2204 10de:147d 030000\n+0000:49:00.1 10de:1aef 10de:147d "
		 "040300\n+0000:61:00.0 10de:1d01 1043:85f4 030000\n"},
		{"etc/baton/baton.conf", "[card gaming]\naddress = 0000:49:00\n"}},
	/* Others' remains are told of; those that would take another card are in the way. */
	{"twins", {"21:00", "49:00"}, RESULT_DONE,
		{"another set-up has a say", "`baton boot clean`"},
		{"etc/modprobe.d/vfio.conf", "options vfio-pci ids=10de:2204,10de:1aef\n"}},
	{"twins", {"21:00"}, RESULT_REFUSED,
		{"0000:49:00.0 would become", "/etc/modprobe.d/vfio.conf:1",
			"run `baton boot clean` first"},
		{"etc/modprobe.d/vfio.conf", "options vfio-pci ids=10de:2204,10de:1aef\n"}},
	{"twins", {"21:00"}, RESULT_REFUSED, {"0000:61:00.0 (nvidia) would become"},
		{"etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"vfio-pci.ids=10de:1d01\"\n"}},
	/* Whatever device that is: the disk that the machine starts from, say. */
	{"nvidia-single", {"0a:00"}, RESULT_REFUSED,
		{"0000:01:00.0 (nvme) would become vfio-pci's, too", "/etc/modprobe.d/vfio.conf:1",
			"run `baton boot clean` first"},
		{"etc/modprobe.d/vfio.conf", "options vfio-pci ids=144d:a808\n"}},
	{"nvidia-single", {"0a:00"}, RESULT_REFUSED, {"0000:01:00.0 (nvme) would", "grub:1"},
		{"etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"vfio-pci.ids=144d:a808\"\n"}},
	{"nvidia-single", {"0a:00"}, RESULT_REFUSED, {"0000:04:00.0 (r8169) would", "modules:2"},
		{"etc/initramfs-tools/modules", "vfio\nvfio_pci ids=10ec:8168\n"}},
	{"nvidia-single", {"0a:00"}, RESULT_DONE, {"+0000:0a:00.0"},
		{"etc/modprobe.d/vfio.conf", "options vfio-pci ids=1022:1480,1022:1483\n"}},
	{"nvidia-single", {"0a:00"}, RESULT_DONE, {"+0000:0a:00.0"},
		{"etc/modprobe.d/other.conf", "options other ids=144d:a808\n"}},
	{"nvidia-single", {"0a:00"}, RESULT_REFUSED,
		{"/usr/lib/modprobe.d/vfio.conf:1",
			"which `baton boot clean` leaves to you: ", "in the directory below /etc"},
		{"usr/lib/modprobe.d/vfio.conf", "options vfio-pci ids=144d:a808\n"}},
	/* A second card is a line more; the same again is nothing. */
	{"twins", {"49:00"}, RESULT_DONE,
		{" 0000:21:00.0 10de:2204 10de:147d 030000\n+0000:49:00.0"},
		{"etc/baton/assigned", "0000:21:00.0 10de:2204 10de:147d 030000\n"}},
	{"twins", {"61:00.0"}, RESULT_DONE, {"that is assigned already"},
		{"etc/baton/assigned", "0000:61:00.0 10de:1d01 1043:85f4 030000\n"}},
	/* What the host cannot do without. */
	{"amd-desktop", {"04:00.0"}, RESULT_REFUSED, {"carries the file system mounted on /"}},
	{"amd-desktop", {"05:00.0"}, RESULT_REFUSED, {"carries the default route"}},
	{"sata-in-group", {"01:00.0"}, RESULT_REFUSED, {"mounted on / (nvme0n1p1)"}},
	{"proxmox-server", {"40:01.0"}, RESULT_REFUSED, {"is a bridge"}},
	{"sriov-nic", {"nobody"}, RESULT_USAGE, {"no [card nobody]"}},
	{"twins", {"0000:99:00.0"}, RESULT_REFUSED, {"does not exist on this machine"}},
	/* The IOMMU. */
	{"no-iommu", {"01:00.0"}, RESULT_REFUSED, {"without the IOMMU"}},
	{"no-iommu", {"01:00.0"}, RESULT_REFUSED, {"run `baton boot enable-iommu`"},
		{"proc/cpuinfo", "vendor_id\t: GenuineIntel\n"}},
	{"twins", {"21:00"}, RESULT_REFUSED, {"take iommu=off off the kernel's command line"},
		{"etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"iommu=off\"\n"}},
	{"twins", {NULL}, RESULT_USAGE, {"say which"}},
};

/* What the command prints on both streams, and its result. */
static enum result run(const struct machine *machine, const struct trial *trial, char **ret) {
	char path[] = "/tmp/baton-test-XXXXXX", assign[] = "assign";
	char *words[1 + COUNT(trial->words)] = {assign};
	struct invocation invocation = {
		.options = OPTION_ROOT | OPTION_DRY_RUN, .root = machine->path, .words = words};
	int fd = mkostemp(path, O_CLOEXEC), out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	enum result result;

	assert_true(fd >= 0 && out >= 0 && err >= 0);
	for (invocation.word_count = 1; invocation.word_count <= COUNT(trial->words) &&
					trial->words[invocation.word_count - 1];
		invocation.word_count++) {
		words[invocation.word_count] = (char *)trial->words[invocation.word_count - 1];
	}
	fflush(NULL);
	assert_true(dup2(fd, STDOUT_FILENO) >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	result = command_boot(&invocation);
	fflush(NULL);
	assert_true(dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(stream_read(fd, 1 << 20, ret, NULL), 0);
	unlink(path);
	close(fd);
	close(out);
	close(err);
	return result;
}

static void try(const struct trial *trial) {
	AUTO_MACHINE struct machine machine = {.root = -1};
	AUTO_FREE char *said = NULL;
	enum result result;

	assert_int_equal(machine_load(trial->machine, &machine), 0);
	assert_int_equal(machine_write(&machine, "usr/sbin/mkinitramfs", ""), 0);
	assert_int_equal(machine_write(&machine, "etc/hostname", "host\n"), 0);
	if (trial->file.path) {
		assert_int_equal(machine_write(&machine, trial->file.path, trial->file.data), 0);
	}
	result = run(&machine, trial, &said);
	if (result != trial->result) {
		fail_msg("%s %s: %d: %s", trial->machine, trial->words[0], (int)result, said);
	}
	for (size_t i = 0; i < COUNT(trial->says) && trial->says[i]; i++) {
		if (!strstr(said, trial->says[i])) {
			fail_msg("%s %s does not say \"%s\": %s", trial->machine, trial->words[0],
				trial->says[i], said);
		}
	}
}

static void what_is_assigned_and_what_is_refused(void **state) {
	for (size_t i = 0; i < COUNT(trials); i++) {
		try(&trials[i]);
	}
}

/* What is assigned already may be what is taken back first. */
static void a_dry_run_tells_of_a_call_that_was_interrupted(void **state) {
	static const struct trial trial = {"twins", {"61:00.0"}, RESULT_DONE, {NULL}, {NULL, NULL}};
	AUTO_MACHINE struct machine machine = {.root = -1};
	AUTO_FREE char *before = NULL, *during = NULL, *after = NULL;
	const struct boot_plan plan = {0};
	struct error error = {0};
	unsigned int number;
	AUTO_CLOSE int directory = -1;

	assert_int_equal(machine_load(trial.machine, &machine), 0);
	assert_int_equal(machine_write(&machine, "usr/sbin/mkinitramfs", ""), 0);
	assert_int_equal(machine_write(&machine, "etc/hostname", "host\n"), 0);
	assert_int_equal(machine_write(&machine, "etc/baton/assigned",
				 "0000:61:00.0 10de:1d01 1043:85f4 030000\n"),
		0);
	assert_int_equal(machine_write(&machine, "var/lib/baton/boot/none", ""), 0);
	directory = dir_open(machine.root, HISTORY_DIRECTORY);
	assert_int_equal(run(&machine, &trial, &before), RESULT_DONE);
	assert_int_equal(history_create(directory, &plan, &number, &error), 0);
	assert_int_equal(run(&machine, &trial, &during), RESULT_DONE);
	assert_int_equal(history_set(directory, number, &plan, HISTORY_MADE, &error), 0);
	assert_int_equal(run(&machine, &trial, &after), RESULT_DONE);
	assert_null(strstr(before, "interrupted"));
	assert_non_null(strstr(during, "an earlier call was interrupted"));
	assert_null(strstr(after, "interrupted"));
}

static void link_card(const struct machine *machine, unsigned int pid) {
	char path[64], stat[128];

	snprintf(path, sizeof(path), "proc/%u/fd/3", pid);
	assert_int_equal(machine_link(machine, path, "/dev/dri/card1"), 0);
	snprintf(path, sizeof(path), "proc/%u/comm", pid);
	assert_int_equal(machine_write(machine, path, "render\n"), 0);
	snprintf(path, sizeof(path), "proc/%u/cgroup", pid);
	assert_int_equal(machine_write(machine, path, "0::/\n"), 0);
	snprintf(path, sizeof(path), "proc/%u/stat", pid);
	snprintf(stat, sizeof(stat),
		"%u (render) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9 0 0 0\n", pid);
	assert_int_equal(machine_write(machine, path, stat), 0);
}

/* What the host cannot do without may be among what is not. */
static void a_card_that_too_many_hold_to_name_them_all_is_refused(void **state) {
	static const struct trial trial = {.words = {"21:00"}};
	AUTO_MACHINE struct machine machine = {.root = -1};
	AUTO_FREE char *few = NULL, *many = NULL;

	assert_int_equal(machine_load("twins", &machine), 0);
	assert_int_equal(machine_write(&machine, "usr/sbin/mkinitramfs", ""), 0);
	assert_int_equal(machine_write(&machine, "etc/hostname", "host\n"), 0);
	link_card(&machine, 6000);
	if (run(&machine, &trial, &few) != RESULT_DONE) {
		fail_msg("%s", few);
	}
	for (unsigned int i = 1; i < PLAN_REFUSALS_MAX; i++) {
		link_card(&machine, 6000 + i);
	}
	assert_int_equal(run(&machine, &trial, &many), RESULT_REFUSED);
	assert_non_null(strstr(many, "more stands against it than can be told"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_assigned_and_what_is_refused),
		cmocka_unit_test(a_dry_run_tells_of_a_call_that_was_interrupted),
		cmocka_unit_test(a_card_that_too_many_hold_to_name_them_all_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
