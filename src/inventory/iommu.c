// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/iommu.h"

#include <errno.h>

#include "base/text.h"

/* The names that drivers give to iommu_device_sysfs_add (drivers/iommu). */
static const struct {
	const char *prefix;
	enum iommu_kind kind;
} kinds[] = {
	{"dmar", IOMMU_INTEL},
	{"ivhd", IOMMU_AMD},
	{"smmu", IOMMU_ARM},
	{"virtio", IOMMU_VIRTIO},
};

static enum iommu_kind judge(const char *name) {
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (text_starts(name, kinds[i].prefix)) {
			return kinds[i].kind;
		}
	}
	return IOMMU_OTHER;
}

int iommu_read(int root, struct iommu *ret) {
	struct iommu iommu = {0};
	int r = names_read(root, "sys/class/iommu", &iommu.units);

	if (r == -ENOMEM) {
		return r;
	}
	if (iommu.units.count > 0) {
		iommu.kind = judge(iommu.units.names[0]);
	}
	*ret = iommu;
	return 0;
}

void iommu_free(struct iommu *iommu) {
	names_free(&iommu->units);
	*iommu = (struct iommu){0};
}

const char *iommu_kind_name(enum iommu_kind kind) {
	switch (kind) {
	case IOMMU_NONE:
		return "none";
	case IOMMU_INTEL:
		return "Intel VT-d";
	case IOMMU_AMD:
		return "AMD-Vi";
	case IOMMU_ARM:
		return "ARM SMMU";
	case IOMMU_VIRTIO:
		return "virtio-iommu";
	case IOMMU_OTHER:
		return "unknown kind";
	}
	return "none";
}
