// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/inventory.h"

#include <stdlib.h>
#include <string.h>

int inventory_read(int root, const struct host *host, struct inventory *ret, struct error *error) {
	AUTO_INVENTORY struct inventory inventory = {0};
	int r = topology_read(root, &inventory.topology);

	r = r < 0 ? r : numa_read(root, &inventory.numa);
	r = r < 0 ? r : iommu_read(root, &inventory.iommu);
	r = r < 0 ? r : details_read(root, host, &inventory.details, &inventory.detail_count);
	r = r < 0 ? r : attachments_read(root, host, &inventory.attachments);
	if (r < 0) {
		return error_set(error, r, "cannot read the machine: %s", strerror(-r));
	}
	*ret = inventory;
	inventory = (struct inventory){0};
	return 0;
}

void inventory_free(struct inventory *inventory) {
	topology_free(&inventory->topology);
	numa_free(&inventory->numa);
	iommu_free(&inventory->iommu);
	details_free(inventory->details, inventory->detail_count);
	attachments_free(&inventory->attachments);
	*inventory = (struct inventory){0};
}

static int compare(const void *address, const void *detail) {
	return address_compare(
		*(const struct address *)address, ((const struct detail *)detail)->device);
}

const struct detail *inventory_detail(const struct inventory *inventory, struct address device) {
	return inventory->detail_count
		       ? bsearch(&device, inventory->details, inventory->detail_count,
				 sizeof(*inventory->details), compare)
		       : NULL;
}
