/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/file.h"
#include "front/definition.h"

/* What hypervisors are asked for, and whether they call baton. */

enum wish {
	WISH_START,
	WISH_STOP,  /* asks the guest */
	WISH_FORCE, /* does not */
};

/*
 * The words of the hypervisor's own command, the program's name first. timeout_s: how long it may
 * wait for the guest, where it does so itself. None for a unit. -ENOMEM.
 */
int hypervisor_command(const struct definition *definition, enum wish wish, unsigned int timeout_s,
	struct names *ret) MUST_CHECK;

/* Where that program is, among the places that root's own are in; NULL: nowhere. */
const char *hypervisor_program(const char *name, char ret[64]);

/*
 * Is the door there, so that this guest's devices come home however it ends? -EPERM: no, with the
 * remedy.
 */
int hypervisor_check_door(int root, const struct definition *definition, struct error *error)
	MUST_CHECK;
