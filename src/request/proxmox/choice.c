// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/proxmox/choice.h"

#include "base/aside.h"
#include "base/file.h"
#include "base/text.h"
#include "request/proxmox/reservation.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define CMDLINE_MAX ((size_t)2 << 20) /* as long as the kernel lets a command line be */

/* Words of /proc/PID/cmdline, each with its zero. NULL at the end. */
static const char *next_word(const char *word, const char *end) {
	word += strlen(word) + 1;
	return word < end ? word : NULL;
}

static bool is_pidfile(const char *path, unsigned int vmid) {
	char name[64];

	if (text_starts(path, "/var")) {
		path += strlen("/var");
	}
	return name_format(name, sizeof(name), "/run/qemu-server/%u.pid", vmid) == 0 &&
	       strcmp(path, name) == 0;
}

/* Is it a QEMU that was told to write the guest's pid file? */
static bool is_guest(const char *cmdline, size_t length, unsigned int vmid) {
	const char *end = cmdline + length, *name = strrchr(cmdline, '/');

	name = name ? name + 1 : cmdline;
	if (length == 0 || (!text_starts(name, "qemu-") && strcmp(name, "kvm") != 0)) {
		return false;
	}
	for (const char *word = cmdline; word; word = next_word(word, end)) {
		const char *value = strcmp(word, "-pidfile") == 0 ? next_word(word, end) : NULL;

		if (value) {
			return is_pidfile(value, vmid);
		}
	}
	return false;
}

/*
 * 1: the guest of the reservation runs as that process (instance_running_locally in
 * PVE::QemuServer::Helpers). The number alone may be another process's by now.
 */
static int runs(const struct proxmox_choice *choice, const struct proxmox_reservation *reservation,
	struct error *error) {
	AUTO_FREE char *cmdline = NULL;
	char path[64];
	uint64_t pid;
	size_t length;
	int r;

	r = name_format(path, sizeof(path), "/run/qemu-server/%u.pid", reservation->vmid);
	r = r < 0 ? r : file_read_number(choice->root, path, 10, &pid);
	if (r == -ENOENT || (r == 0 && pid != reservation->pid)) {
		return 0;
	}
	r = r < 0 ? r : name_format(path, sizeof(path), "/proc/%u/cmdline", reservation->pid);
	r = r < 0 ? r : aside_read_file(choice->root, path, CMDLINE_MAX, &cmdline, &length);
	if (r == -ENOENT || r == -ESRCH) {
		return 0;
	}
	/* A process that is stuck keeps its command line, and a guest's its devices. */
	if (r == -ETIMEDOUT) {
		return 1;
	}
	if (r < 0) {
		return error_set(error, r, "cannot read %s: %s", path, strerror(-r));
	}
	return is_guest(cmdline, length, reservation->vmid);
}

static int read_reservations(const struct proxmox_choice *choice, struct proxmox_reservations *ret,
	struct error *error) {
	AUTO_FREE char *data = NULL;
	size_t length;
	int r = file_read(choice->root, PROXMOX_RESERVATIONS_FILE, PROXMOX_RESERVATIONS_FILE_MAX,
		&data, &length);

	if (r == -ENOENT) {
		return proxmox_reservations_parse("", 0, ret, error);
	}
	if (r < 0) {
		return error_set(
			error, r, "cannot read " PROXMOX_RESERVATIONS_FILE ": %s", strerror(-r));
	}
	return proxmox_reservations_parse(data, length, ret, error);
}

static int judge(const struct proxmox_choice *choice, const struct proxmox_reservation *reservation,
	enum proxmox_claim *ret, unsigned int *ret_vmid, struct error *error) {
	char address[ADDRESS_SIZE];
	int r;

	if (reservation->pid) {
		r = runs(choice, reservation, error);
		if (r > 0) {
			*ret = PROXMOX_TAKEN;
			*ret_vmid = reservation->vmid;
		}
		return r < 0 ? r : 0;
	}
	if (reservation->until_s <= choice->now_s) {
		return 0;
	}
	return error_set(error, -EBUSY,
		"guest %u is just being started and has reserved %s for %lld seconds more, so which device is free is not known yet: start guest %u again then, or give each node one map line in /etc/pve/mapping/pci.cfg",
		reservation->vmid, address_format(reservation->selection.address, address),
		reservation->until_s - choice->now_s, choice->vmid);
}

int proxmox_choice_ask(const struct proxmox_choice *choice, const struct proxmox_set *set,
	enum proxmox_claim *ret, unsigned int *ret_vmid, struct error *error) {
	struct proxmox_reservations reservations;
	enum proxmox_claim claim = PROXMOX_FREE;
	unsigned int vmid = 0;
	int r = read_reservations(choice, &reservations, error);

	for (size_t i = 0; r == 0 && claim == PROXMOX_FREE && i < reservations.count; i++) {
		const struct proxmox_reservation *reservation = &reservations.reservations[i];

		if (reservation->vmid != choice->vmid &&
			proxmox_set_overlaps(set, &reservation->selection)) {
			r = judge(choice, reservation, &claim, &vmid, error);
		}
	}
	if (r < 0) {
		return r;
	}
	*ret = claim;
	if (claim == PROXMOX_TAKEN) {
		*ret_vmid = vmid;
	}
	return 0;
}
