/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/finding.h"
#include "setup/change.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Making changes and taking them back. Whatever is made is recorded before (setup/record.h), so
 * that an install that was interrupted at any point can be completed by another one, or undone.
 */

#define HOOKSCRIPT_SIZE 512 /* a volume that Proxmox knows */

struct setup {
	int root;
	uid_t owner;    /* who alone may write what root executes: 0; somebody else in tests */
	const char *qm; /* the path of Proxmox's command */
	unsigned int qm_timeout_ms;

	/* The hookscript that a guest of Proxmox has in its configuration below root; empty: none.
	 * -ENOENT: there is no such guest. */
	int (*hookscript)(
		int root, unsigned int vmid, char ret[HOOKSCRIPT_SIZE], struct error *error);
};

/* Which changes are meant. */
struct scope {
	bool libvirt, proxmox;
	const unsigned int *vmids; /* hookscripts of these guests, and nothing else */
	size_t vmid_count;         /* 0: everything */
};

bool scope_has(const struct scope *scope, const struct change *change);

/*
 * Makes the changes in order. Those of this call are taken back if one fails: -errno and the
 * reason, *ret_as_before says whether that went well. Making what is there already changes nothing,
 * and no changes at all not even the record.
 */
int setup_make(const struct setup *setup, const struct changes *changes, bool *ret_as_before,
	struct error *error) MUST_CHECK;

/*
 * Takes back what is recorded and in the scope, last first. What is not any more as it was made is
 * left as it is: a finding says so, and it is forgotten. Appends to *undone what was taken back,
 * also on failure; the record has the rest then.
 */
int setup_unmake(const struct setup *setup, const struct scope *scope, struct changes *undone,
	struct findings *findings, struct error *error) MUST_CHECK;

/* What is recorded; nothing is locked. */
int setup_recorded(const struct setup *setup, struct changes *ret, struct error *error) MUST_CHECK;
