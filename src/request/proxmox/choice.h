/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "request/proxmox/set.h"

#include <stddef.h>

/* Who may have a device now, as Proxmox asks it before it takes one of several alternatives. */
struct proxmox_choice {
	int root;
	unsigned int vmid; /* the guest to be started; what is reserved for it is free for it */
	long long now_s;   /* since 1970 */
};

enum proxmox_claim {
	PROXMOX_FREE,
	PROXMOX_TAKEN, /* by a guest that runs */
};

/*
 * Is a device of the set reserved for another guest, in the file of reservations below root? A
 * reservation for a guest that does not run any more counts for nothing, nor does one that has
 * expired. -EBUSY: one is reserved for a guest that is being started; in seconds it will be taken
 * or free, and nobody knows which. *ret_vmid is who has it, set with PROXMOX_TAKEN alone.
 */
int proxmox_choice_ask(const struct proxmox_choice *choice, const struct proxmox_set *set,
	enum proxmox_claim *ret, unsigned int *ret_vmid, struct error *error) MUST_CHECK;
