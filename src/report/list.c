// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/list.h"

#include <string.h>

#include "plan/problem.h"
#include "report/holders.h"
#include "report/sentence.h"
#include "report/table.h"

#define SHOWN_MAX 3 /* holders that are named in the table; JSON names all */

static const char *const headings[] = {"GROUP", "ADDRESS", "CLASS", "IDS", "NAME", "DRIVER",
	"OVERRIDE", "RESET", "BOOT", "HELD BY"};

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

static int add_device(
	struct table *table, const struct listing *listing, const struct device *device) {
	char group[16] = "-", class[32], ids[16], name[PCI_NAME_SIZE], driver[DRIVER_SIZE + 16];
	AUTO_TEXT struct text holders = {0};
	int r = format_holders(listing->host, device, &holders);

	if (r == 0 && device->group != GROUP_NONE) {
		r = name_format(group, sizeof(group), "%d", device->group);
	}
	if (r == 0) {
		r = name_format(ids, sizeof(ids), "%04x:%04x", device->identity.vendor,
			device->identity.device);
	}
	if (r == 0) {
		r = name_format(driver, sizeof(driver), "%s%s", or_none(device->driver),
			device->in_flight         ? " (in flight)"
			: device->maybe_in_flight ? " (in flight?)"
						  : "");
	}
	if (r < 0) {
		return r;
	}
	pci_names_short(listing->names, device->identity.vendor, device->identity.device, name);
	return table_row(table, STYLE_PLAIN,
		(const char *const[]){group, device->name, listing_class(device, class), ids,
			or_none(name), driver, or_none(device->override),
			or_none(device->reset_methods), device->boot_vga ? "boot" : "-",
			or_none(holders.data)});
}

/* "amd-reset-vega nvidia-bus-reset"; whether it stands in the way, and how, the plan says. */
static int add_problems(
	const struct listing *listing, const struct device *device, struct text *ret) {
	bool shared = problem_may_share(listing->host, device);
	bool named = false;
	int r = 0;

	for (size_t i = 0; i < problem_count && r == 0; i++) {
		if (!problem_is_of(&problems[i], listing->host, device, shared)) {
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

static int add_known(const struct listing *listing, struct text *ret) {
	const struct host *host = listing->host;
	AUTO_TEXT struct text known = {0};
	int r = 0;

	for (size_t i = 0; i < host->device_count && r == 0; i++) {
		if (listing_has(listing, host->devices[i].address)) {
			r = add_problems(listing, &host->devices[i], &known);
		}
	}
	return r < 0 || !known.length
		       ? r
		       : text_add(ret, "\n%s %s.\n",
				 "Known problems, of which `baton plan` tells more:", known.data);
}

/* A line for each card: "0000:0a:00.0, .1  can be handed over now". */
static int add_verdicts(const struct listing *listing, struct text *ret) {
	const struct verdicts *verdicts = listing->verdicts;
	AUTO_TABLE struct table table = {.column_count = 2};
	int r = 0;

	for (size_t i = 0; i < verdicts->count && r == 0; i++) {
		const struct verdict *verdict = &verdicts->verdicts[i];
		AUTO_TEXT struct text devices = {0}, sentence = {0};

		if (!listing_has_card(listing, verdict)) {
			continue;
		}
		r = report_devices(verdict->devices, verdict->device_count, &devices);
		r = r < 0 ? r : verdict_format(verdict, &sentence);
		r = r < 0 ? r
			  : table_row(&table, STYLE_PLAIN,
				    (const char *const[]){devices.data, sentence.data});
	}
	if (r == 0 && table.row_count > 0) {
		r = text_add(ret, "\n");
		r = r < 0 ? r : table_format(&table, false, ret);
	}
	return r;
}

int listing_remarks(const struct listing *listing, struct text *ret) {
	const struct host *host = listing->host;
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
	return r < 0 || !listing->unread[0] ? r : text_add(ret, "\n%s.\n", listing->unread);
}

int report_list(const struct listing *listing, struct text *ret) {
	AUTO_TABLE struct table table = {.column_count = COUNT(headings)};
	AUTO_FREE const struct device **devices = NULL;
	size_t count = 0;
	int r = listing_sort(listing, &devices, &count);

	r = r < 0 ? r : table_row(&table, STYLE_FAINT, headings);
	for (size_t i = 0; i < count && r == 0; i++) {
		r = add_device(&table, listing, devices[i]);
	}
	r = r < 0 ? r : table_format(&table, false, ret);
	r = r < 0 ? r : add_verdicts(listing, ret);
	r = r < 0 ? r : listing_remarks(listing, ret);
	return r < 0 ? r : add_known(listing, ret);
}
