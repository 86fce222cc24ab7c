/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/* PCI Express, one direction of one lane. 0: not known, or the device has no such link (it is on
 * the board itself), or sleeps: nobody asks it then. */
struct pcie_link {
	unsigned int megatransfers; /* per second: 2500, 5000, 8000, 16000, 32000, 64000 */
	unsigned int width;         /* lanes: 1 to 32 */
};

enum bar_kind {
	BAR_IO,       /* ports */
	BAR_MEMORY,   /* below 4 GiB */
	BAR_MEMORY_64 /* may stand above 4 GiB */
};

struct bar {
	unsigned int index; /* 0 to 5; RESOURCE_ROM (host/resource.h): the ROM */
	enum bar_kind kind;
	bool prefetchable;
	bool resizable; /* its size can be changed now (device.bar_sizes) */
	uint64_t start; /* 0: the firmware and the kernel found no room for it */
	uint64_t size;  /* bytes */
};

#define DETAIL_BARS_MAX 7

/* A PCI function beyond struct device. */
struct detail {
	struct address device;
	struct pcie_link now;  /* both as the device itself tells. A card that has nothing to do */
	struct pcie_link most; /* runs its link slower than it could: that is no fault */
	struct bar bars[DETAIL_BARS_MAX];
	size_t bar_count;
	struct names modules; /* that say that they fit, as `lspci -k` lists them: sorted, with
				 '_' for '-'; whether blacklisted or not */
	char domain[16];      /* what the IOMMU does for its group now: "DMA", "DMA-FQ",
				 "identity", "blocked"; empty: not readable, or no group */
};

/* One for each of host->devices, in their order. -ENOMEM. */
int details_read(int root, const struct host *host, struct detail **ret, size_t *ret_count)
	MUST_CHECK;
void details_free(struct detail *details, size_t count);

/* Is the link slower or narrower than the device could have it? False where that is not known. */
bool detail_link_is_reduced(const struct detail *detail);

/* "8.0 GT/s PCIe" and "16"; what the kernel does not know is 0. */
unsigned int pcie_speed_parse(const char *text);
unsigned int pcie_width_parse(const char *text);
