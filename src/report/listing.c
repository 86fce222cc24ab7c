// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/listing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "report/holders.h"

/* For what people pass to guests or find in the way. */
static const struct {
	uint32_t class; /* class and subclass; without one for all of the class */
	const char *name;
} classes[] = {
	{0x0100, "SCSI"},
	{0x0106, "SATA"},
	{0x0107, "SAS"},
	{0x0108, "NVMe"},
	{0x01, "storage"},
	{0x0200, "Ethernet"},
	{0x0280, "network"},
	{0x0300, "VGA"},
	{0x0302, "3D"},
	{0x03, "display"},
	{0x0401, "audio"},
	{0x0403, "audio"},
	{0x04, "multimedia"},
	{0x05, "memory"},
	{0x0600, "host"},
	{0x0601, "ISA"},
	{0x06, "bridge"},
	{0x07, "communication"},
	{0x0c03, "USB"},
	{0x0c05, "SMBus"},
	{0x0c80, "serial bus"},
	{0x0d, "wireless"},
	{0x12, "accelerator"},
};

const char *listing_class(const struct device *device, char ret[32]) {
	for (size_t i = 0; i < COUNT(classes); i++) {
		if (classes[i].class == device->class >> 8 ||
			classes[i].class == device->class >> 16) {
			return classes[i].name;
		}
	}
	snprintf(ret, 32, "%06x", device->class);
	return ret;
}

bool listing_has(const struct listing *listing, struct address device) {
	for (size_t i = 0; i < listing->selected_count; i++) {
		if (address_compare(listing->selected[i], device) == 0) {
			return true;
		}
	}
	return !listing->selected;
}

bool listing_has_card(const struct listing *listing, const struct verdict *verdict) {
	for (size_t i = 0; i < verdict->device_count; i++) {
		if (listing_has(listing, verdict->devices[i])) {
			return true;
		}
	}
	return false;
}

static int compare(const void *a, const void *b) {
	const struct device *x = *(const struct device *const *)a;
	const struct device *y = *(const struct device *const *)b;

	/* GROUP_NONE is -1: those without a group come last. */
	if (x->group != y->group) {
		return (unsigned int)x->group < (unsigned int)y->group ? -1 : 1;
	}
	return address_compare(x->address, y->address);
}

int listing_sort(const struct listing *listing, const struct device ***ret, size_t *ret_count) {
	const struct host *host = listing->host;
	const struct device **devices = calloc(host->device_count + 1, sizeof(const void *));
	size_t count = 0;

	if (!devices) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < host->device_count; i++) {
		if (listing_has(listing, host->devices[i].address)) {
			devices[count++] = &host->devices[i];
		}
	}
	if (count > 1) {
		qsort(devices, count, sizeof(const void *), compare);
	}
	*ret = devices;
	*ret_count = count;
	return 0;
}

const struct claimed_device *listing_claim(const struct listing *listing, struct address device) {
	for (size_t i = 0; i < listing->claims->device_count; i++) {
		if (address_compare(listing->claims->devices[i].address, device) == 0) {
			return &listing->claims->devices[i];
		}
	}
	return NULL;
}

static int add_hidden(size_t count, struct names *ret) {
	AUTO_TEXT struct text text = {0};
	int r = report_hidden(count, &text);

	return r < 0 ? r : names_add(ret, text.data);
}

int listing_remarks(const struct listing *listing, struct names *ret) {
	const struct host *host = listing->host;
	AUTO_TEXT struct text kernel = {0}, unread = {0};
	int r = 0;

	if (!host->iommu) {
		r = names_add(ret,
			"This machine has no IOMMU, or it is off: no device can be handed over. "
			"Switch it on in the firmware (VT-d, AMD-Vi) and, on Intel, with "
			"intel_iommu=on on the kernel's command line.");
	}
	if (r == 0 && !host->vfio) {
		r = text_add(&kernel,
			"This kernel (%s) has no VFIO driver for PCI devices: install one that "
			"has CONFIG_VFIO_PCI.",
			host->kernel[0] ? host->kernel : "-");
		r = r < 0 ? r : names_add(ret, kernel.data);
	}
	if (r == 0 && host->hidden_processes > 0) {
		r = add_hidden(host->hidden_processes, ret);
	}
	if (r == 0 && listing->unread[0]) {
		r = text_add(&unread, "%s.", listing->unread);
		r = r < 0 ? r : names_add(ret, unread.data);
	}
	return r;
}
