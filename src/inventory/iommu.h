/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

enum iommu_kind {
	IOMMU_NONE,
	IOMMU_INTEL, /* VT-d */
	IOMMU_AMD,   /* AMD-Vi */
	IOMMU_ARM,   /* SMMU */
	IOMMU_VIRTIO,
	IOMMU_OTHER
};

/* The IOMMUs of /sys/class/iommu. What one does for a group stands in struct detail. */
struct iommu {
	enum iommu_kind kind; /* of the first */
	struct names units;   /* "dmar0", "ivhd0": sorted */
};

/* None at all: IOMMU_NONE. -ENOMEM. */
int iommu_read(int root, struct iommu *ret) MUST_CHECK;
void iommu_free(struct iommu *iommu);

/* "Intel VT-d", "AMD-Vi", "ARM SMMU", "virtio-iommu", "unknown kind", "none" */
const char *iommu_kind_name(enum iommu_kind kind);
