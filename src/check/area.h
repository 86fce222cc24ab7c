/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "check/look.h"

/* One a file, in the order in which they are looked into (table.c). */
extern const struct check_area iommu_area, group_area, boot_area, modules_area, argument_area,
	hook_area, hypervisor_area, proxmox_area, driver_area, card_area, firmware_area,
	desktop_area, writable_area, guest_area, definition_area;
