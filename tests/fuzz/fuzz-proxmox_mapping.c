// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "request/proxmox/mapping.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct proxmox_mapping mapping;
	struct error error = {{0}};

	if (proxmox_mapping_parse((const char *)data, size, "gpu0", "pve1", &mapping, &error) < 0) {
		assert(error.text[0]);
		return 0;
	}
	assert(mapping.count - 1 < PROXMOX_ALTERNATIVES_MAX);
	for (size_t i = 0; i < mapping.count; i++) {
		const struct proxmox_alternative *alternative = &mapping.alternatives[i];
		const struct proxmox_identity *identity = &alternative->identity;

		assert(alternative->set.count - 1 < PROXMOX_SET_MAX);
		assert(strlen(identity->id) == 9);
		assert(!identity->subsystem_id[0] || strlen(identity->subsystem_id) == 9);
		assert(identity->iommu_group >= -1);
	}
	return 0;
}
