/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "early/assigned.h"
#include "setup/boot/planning.h"

/*
 * How functions become vfio-pci's from the machine's start on: a file of ours names them, and the
 * system's own program makes the initramfs anew, with what reads that file (early/early.h). Reads
 * only. A plan without any file that changes: they are assigned already. -ENOTSUP: baton has no way
 * into this system's initramfs, and the sentence says why; -EINVAL: the file has what baton did not
 * write; -EPERM: others than owner can write it; -errno.
 */
int boot_plan_assign(struct planning *planning, const struct assigned *all, size_t count)
	MUST_CHECK;

/* Appends the addresses that are assigned with the plan, and were not before. -ENOMEM. */
int boot_plan_assigned(const struct boot_plan *plan, struct names *ret) MUST_CHECK;

/* Is what has to be on the image installed on this machine? -ENOENT. */
int boot_assign_installed(int root, const struct initramfs *initramfs, struct error *error)
	MUST_CHECK;
