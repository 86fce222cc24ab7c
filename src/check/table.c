// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/area.h"

const struct check_area *const check_areas[] = {&iommu_area, &group_area, &boot_area, &modules_area,
	&argument_area, &hook_area, &hypervisor_area, &proxmox_area, &driver_area, &card_area,
	&firmware_area, &desktop_area, &writable_area, &guest_area, &definition_area};
const size_t check_area_count = COUNT(check_areas);
