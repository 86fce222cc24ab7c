// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/problem.h"
#include "report/holders.h"
#include "report/table.h"

#define SHOWN_MAX 3 /* holders that are named in the table; JSON names all */

static const char *const headings[] = {"GROUP", "ADDRESS", "CLASS", "IDS", "NAME", "DRIVER",
	"OVERRIDE", "RESET", "BOOT", "HELD BY"};

/* Shorter than pci.ids has them, for what people pass to guests or find in the way. */
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

static int compare(const void *a, const void *b) {
	const struct device *x = *(const struct device *const *)a;
	const struct device *y = *(const struct device *const *)b;

	/* GROUP_NONE is -1: those without a group come last. */
	if (x->group != y->group) {
		return (unsigned int)x->group < (unsigned int)y->group ? -1 : 1;
	}
	return address_compare(x->address, y->address);
}

/* The devices by group; the caller frees the array. */
static const struct device **sort(const struct host *host) {
	const struct device **devices = calloc(host->device_count + 1, sizeof(const void *));

	for (size_t i = 0; devices && i < host->device_count; i++) {
		devices[i] = &host->devices[i];
	}
	if (devices && host->device_count > 1) {
		qsort(devices, host->device_count, sizeof(const void *), compare);
	}
	return devices;
}

static int format_class(const struct device *device, char *ret, size_t size) {
	for (size_t i = 0; i < COUNT(classes); i++) {
		if (classes[i].class == device->class >> 8 ||
			classes[i].class == device->class >> 16) {
			return name_set(ret, size, classes[i].name);
		}
	}
	return name_format(ret, size, "%06x", device->class);
}

static int add_holder(const struct holder *holder, struct text *ret) {
	const char *comma = ret->length ? ", " : "";

	switch (holder->kind) {
	case HOLDER_PROCESS:
		return text_add(ret, "%s%s (%d)", comma, holder->name, holder->who.pid);
	case HOLDER_MOUNT:
		return text_add(ret, "%s%s on %s", comma, holder->name, holder->node);
	case HOLDER_SWAP:
		return text_add(ret, "%sswap on %s", comma, holder->node);
	case HOLDER_ROUTE:
		return text_add(ret, "%sdefault route by %s", comma, holder->name);
	case HOLDER_VOLUME:
		return text_add(ret, "%s%s %s", comma, holder->type, holder->name);
	case HOLDER_FILE_SYSTEM:
		return text_add(ret, "%s%s on %s", comma, holder->type, holder->node);
	case HOLDER_EXPORT:
		return text_add(ret, "%s%s of %s", comma, holder->type, holder->node);
	case HOLDER_LOGIN:
		return text_add(ret, "%slogin by %s (%d)", comma, holder->node, holder->who.pid);
	case HOLDER_GUEST:
		return text_add(ret, "%snetwork of %s", comma, holder->name);
	case HOLDER_REMOTE:
		return text_add(ret, "%sway to %s", comma, holder->name);
	case HOLDER_INTERFACE:
	case HOLDER_FSTAB:
	case HOLDER_CONSOLE:
	case HOLDER_CONSUMER:
	case HOLDER_MODULE:
		break; /* the table is full enough with those that keep it */
	}
	return 0;
}

/* Each process once, whatever it has open of the device; they are ordered by pid. */
static int format_holders(const struct host *host, const struct device *device, struct text *ret) {
	size_t count = 0;
	int pid = 0;

	for (size_t i = 0; i < host->holder_count; i++) {
		const struct holder *holder = &host->holders[i];
		int r = 0;

		if (address_compare(holder->device, device->address) != 0 ||
			!holder_keeps(holder) ||
			(holder->kind == HOLDER_PROCESS && holder->who.pid == pid)) {
			continue;
		}
		pid = holder->who.pid;
		if (count++ < SHOWN_MAX) {
			r = add_holder(holder, ret);
		}
		if (r < 0) {
			return r;
		}
	}
	return count > SHOWN_MAX ? text_add(ret, " and %zu more", count - SHOWN_MAX)
				 : text_add(ret, "%s", "");
}

static const char *or_none(const char *value) {
	return value[0] ? value : "-";
}

static int add_device(struct table *table, const struct host *host, const struct pci_names *names,
	const struct device *device) {
	char group[16] = "-", class[32], ids[16], name[PCI_NAME_SIZE], driver[DRIVER_SIZE + 16];
	enum table_style style = device_is_bridge(device)               ? STYLE_FAINT
				 : device->class >> 16 == CLASS_DISPLAY ? STYLE_STRONG
									: STYLE_PLAIN;
	AUTO_TEXT struct text holders = {0};
	int r = format_holders(host, device, &holders);

	if (r == 0 && device->group != GROUP_NONE) {
		r = name_format(group, sizeof(group), "%d", device->group);
	}
	if (r == 0) {
		r = format_class(device, class, sizeof(class));
	}
	if (r == 0) {
		r = name_format(ids, sizeof(ids), "%04x:%04x", device->identity.vendor,
			device->identity.device);
	}
	if (r == 0) {
		r = name_format(driver, sizeof(driver), "%s%s", or_none(device->driver),
			device->in_flight ? " (in flight)" : "");
	}
	if (r < 0) {
		return r;
	}
	pci_names_short(names, device->identity.vendor, device->identity.device, name);
	return table_row(table, style,
		(const char *const[]){group, device->name, class, ids, or_none(name), driver,
			or_none(device->override), or_none(device->reset_methods),
			device->boot_vga ? "boot" : "-", or_none(holders.data)});
}

/* "amd-reset-vega nvidia-bus-reset"; whether it stands in the way, and how, the plan says. */
static int add_problems(const struct host *host, const struct device *device, struct text *ret) {
	bool shared = problem_may_share(host, device);
	bool named = false;
	int r = 0;

	for (size_t i = 0; i < problem_count && r == 0; i++) {
		if (!problem_is_of(&problems[i], host, device, shared)) {
			continue;
		}
		r = text_add(ret, "%s%s%s",
			named         ? " "
			: ret->length ? ", "
				      : "",
			named ? "" : device->name, named ? "" : " ");
		r = r < 0 ? r : text_add(ret, "%s", problems[i].id);
		named = true;
	}
	return r;
}

static int add_known(const struct host *host, struct text *ret) {
	AUTO_TEXT struct text known = {0};
	int r = 0;

	for (size_t i = 0; i < host->device_count && r == 0; i++) {
		r = add_problems(host, &host->devices[i], &known);
	}
	return r < 0 || !known.length
		       ? r
		       : text_add(ret, "\n%s %s.\n",
				 "Known problems, of which `baton plan` tells more:", known.data);
}

/* What a reader of the table would otherwise wonder about. */
static int add_remarks(const struct host *host, struct text *ret) {
	int r = 0;

	if (!host->iommu) {
		r = text_add(ret,
			"\nThis machine has no IOMMU, or it is off: no device can be handed over. "
			"Switch it on in the firmware (VT-d, AMD-Vi) and, on Intel, with "
			"intel_iommu=on on the kernel's command line.\n");
	}
	if (r == 0 && !host->vfio) {
		r = text_add(ret,
			"\nThis kernel (%s) has no VFIO driver for PCI devices: install one that "
			"has CONFIG_VFIO_PCI.\n",
			or_none(host->kernel));
	}
	if (r == 0 && host->hidden_processes > 0) {
		r = report_hidden(host->hidden_processes, ret);
	}
	return r < 0 ? r : add_known(host, ret);
}

int report_host(
	const struct host *host, const struct pci_names *names, bool coloured, struct text *ret) {
	AUTO_TABLE struct table table = {.column_count = COUNT(headings)};
	AUTO_FREE const struct device **devices = sort(host);
	int r = devices ? table_row(&table, STYLE_FAINT, headings) : -ENOMEM;

	for (size_t i = 0; i < host->device_count && r == 0; i++) {
		r = add_device(&table, host, names, devices[i]);
	}
	if (r == 0) {
		r = table_format(&table, coloured, ret);
	}
	return r < 0 ? r : add_remarks(host, ret);
}
