// SPDX-License-Identifier: GPL-2.0-or-later
#include "hang.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#include "base/text.h"

#define DEVICES "/sys/bus/pci/devices"

/* ---- a node that somebody holds ---- */

static bool is_unbind_from(const struct step *step, const char *driver) {
	return step->fact == FACT_DRIVER && strcmp(step->from, driver) == 0 &&
	       strcmp(step->to, VALUE_NONE) == 0;
}

/* The group of a device with all of its members in the hands of VFIO; -1. */
static int open_group(const char *address) {
	struct vfio_group_status status = {.argsz = sizeof(status)};
	char path[128], link[256], node[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), DEVICES "/%s/iommu_group", address);
	n = readlink(path, link, sizeof(link) - 1);
	link[n < 0 ? 0 : n] = '\0';
	if (!strrchr(link, '/')) {
		return -1;
	}
	snprintf(node, sizeof(node), "/dev/vfio/%.32s", strrchr(link, '/') + 1);
	fd = open(node, O_RDWR | O_CLOEXEC);
	if (fd >= 0 && (ioctl(fd, VFIO_GROUP_GET_STATUS, &status) < 0 ||
			       !(status.flags & VFIO_GROUP_FLAGS_VIABLE))) {
		close(fd);
		return -1;
	}
	return fd;
}

static int hold_vfio(const char *address) {
	int group = open_group(address), container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);

	if (group < 0 || container < 0 || ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) < 0 ||
		ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU) < 0) {
		return -1;
	}
	return ioctl(group, VFIO_GROUP_GET_DEVICE_FD, address);
}

bool hang_guest_can_have(const char *address) {
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		_exit(hold_vfio(address) < 0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* The control node of the sound card that a PCI function has. */
static int hold_sound(const char *address) {
	char path[300], node[320];
	struct dirent *entry;
	int card = -1, fd = -1;
	DIR *directory;

	snprintf(path, sizeof(path), DEVICES "/%s/sound", address);
	directory = opendir(path);
	while (directory && card < 0 && (entry = readdir(directory))) {
		(void)!sscanf(entry->d_name, "card%d", &card);
	}
	if (directory) {
		closedir(directory);
	}
	if (card >= 0) {
		snprintf(node, sizeof(node), "/dev/snd/controlC%d", card);
		fd = open(node, O_RDWR | O_CLOEXEC);
	}
	return fd;
}

bool hang_is_real(const struct step *step) {
	int group;

	if (is_unbind_from(step, "snd_hda_intel")) {
		return true;
	}
	if (!is_unbind_from(step, "vfio-pci")) {
		return false;
	}
	group = open_group(step->subject);
	if (group >= 0) {
		close(group);
	}
	return group >= 0;
}

static bool hold(const struct step *step) {
	return (text_starts(step->from, "vfio") ? hold_vfio(step->subject)
						: hold_sound(step->subject)) >= 0;
}

/* ---- a writer that is stopped on its way out of the kernel ---- */

static bool changes_machine(uint64_t number) {
	return number == SYS_write || number == SYS_finit_module || number == SYS_delete_module;
}

static bool seize(pid_t writer) {
	int status;

	return ptrace(PTRACE_SEIZE, writer, NULL, (void *)PTRACE_O_TRACESYSGOOD) == 0 &&
	       ptrace(PTRACE_INTERRUPT, writer, NULL, NULL) == 0 &&
	       waitpid(writer, &status, __WALL) == writer && WIFSTOPPED(status) &&
	       ptrace(PTRACE_SYSCALL, writer, NULL, NULL) == 0;
}

/* Follows it up to the end of its change. */
static void stop_after(pid_t writer) {
	struct __ptrace_syscall_info info;
	bool changing = false;
	int status;

	while (waitpid(writer, &status, __WALL) == writer && WIFSTOPPED(status)) {
		if (ptrace(PTRACE_GET_SYSCALL_INFO, writer, (void *)sizeof(info), &info) < 0) {
			return;
		}
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
			changing = changes_machine(info.entry.nr);
		}
		if (info.op == PTRACE_SYSCALL_INFO_EXIT && changing) {
			kill(writer, SIGSTOP);
			ptrace(PTRACE_DETACH, writer, NULL, NULL);
			return;
		}
		if (ptrace(PTRACE_SYSCALL, writer, NULL, NULL) < 0) {
			return;
		}
	}
}

/* ---- both ---- */

/* The helper has none of our descriptors: it must not keep the lock. */
static _Noreturn void help(enum hang hang, const struct step *step, pid_t writer, int ready) {
	bool able;

	if (dup2(ready, STDIN_FILENO) < 0 || syscall(SYS_close_range, 1, ~0U, 0) < 0) {
		_exit(1);
	}
	able = hang == HANG_KERNEL ? hold(step) : seize(writer);
	if (!able || write(STDIN_FILENO, "", 1) != 1) {
		_exit(1);
	}
	close(STDIN_FILENO);
	if (hang == HANG_AFTER) {
		stop_after(writer);
		_exit(0);
	}
	for (;;) {
		pause();
	}
}

static bool start_helper(enum hang hang, const struct step *step, pid_t writer, pid_t *ret) {
	bool ready = false;
	char byte;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		return false;
	}
	pid = fork();
	if (pid == 0) {
		help(hang, step, writer, ends[1]);
	}
	close(ends[1]);
	if (pid > 0) {
		ready = read(ends[0], &byte, 1) == 1;
		*ret = pid;
	}
	close(ends[0]);
	return ready;
}

bool hang_begin(enum hang hang, const struct step *step, pid_t writer, struct hung *ret) {
	*ret = (struct hung){.writer = writer, .real = hang == HANG_KERNEL};
	return hang == HANG_BEFORE ? kill(writer, SIGSTOP) == 0
				   : start_helper(hang, step, writer, &ret->helper);
}

void hang_end(struct hung *stuck) {
	if (stuck->helper > 0) {
		kill(stuck->helper, SIGKILL);
	}
	if (stuck->writer > 0) {
		kill(stuck->writer, SIGCONT);
	}
	*stuck = (struct hung){0};
}
