/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/macros.h"

/*
 * Proxmox's own command for a guest's options, executed without a shell: it takes the guest's lock,
 * checks what it is given and writes the configuration to all nodes. What it says on stderr goes to
 * ours.
 */

/*
 * Sets the option hookscript to a volume, or takes it away (NULL). program is the path of qm. -EIO:
 * qm says no; -ETIMEDOUT: it took longer than timeout_ms, and was killed.
 */
int qm_set_hookscript(const char *program, unsigned int vmid, const char *volume,
	unsigned int timeout_ms, struct error *error) MUST_CHECK;
