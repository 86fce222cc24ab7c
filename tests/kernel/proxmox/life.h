/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>

/*
 * A guest's start, end and what is done after its end, in Proxmox VE's order (contracts.md A2, A3).
 * Each takes the configuration's lock; false, and said why, if it fails.
 *
 * Two mechanisms call post-stop. The new one (qemu-server 9.1.13) calls it once, from whoever comes
 * first, as long as there is VMID.cleanup; with LEGACY there, only `qm cleanup` does.
 */

#define LEGACY "/run/qemu-server/force-legacy-cleanup"

/* With this file there, the old `qm cleanup` looks while QEMU is still ending (A3: lost). */
#define EARLY "/run/qemu-server/stand-in-cleanup-is-early"

bool life_start(unsigned int vmid, bool skip_lock, bool paused);

struct stop {
	bool shutdown; /* by the power button; otherwise QEMU is told to quit */
	bool force;    /* what does not end within timeout_s is killed */
	bool reboot;   /* `qm cleanup` is to start it again */
	bool skip_lock;
	unsigned int timeout_s;
};

bool life_stop(unsigned int vmid, const struct stop *stop);

/*
 * What qmeventd calls when the QEMU of a guest has gone. clean: it said so before; guest: that was
 * the guest's wish.
 */
bool life_cleanup(unsigned int vmid, bool clean, bool guest);
