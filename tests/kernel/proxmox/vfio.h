/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>

/*
 * How Proxmox VE itself brings a function to vfio-pci (contracts.md A5): by new_id, with its whole
 * group, and nothing at all if it is there already. It never takes the id back.
 */

/* What it had to bind is recorded (report.h): with a hook that has done its work that is nothing.
 */
bool vfio_take_group(const char *name, unsigned int vmid);

void vfio_reset(const char *name);
