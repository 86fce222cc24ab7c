// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/list.h"

#include <string.h>

#include "plan/problem.h"
#include "report/hanging.h"
#include "report/holders.h"
#include "report/processors.h"
#include "report/sentence.h"
#include "report/table.h"
#include "report/trait.h"

static const char *const headings[] = {"GROUP", "ADDRESS", "CLASS", "IDS", "NAME", "DRIVER",
	"OVERRIDE", "RESET", "BOOT", "HELD BY"};

static const char *or_none(const char *value) {
	return value[0] ? value : "-";
}

static int add_device(
	struct table *table, const struct listing *listing, const struct device *device) {
	char group[16] = "-", class[32], ids[16], name[PCI_NAME_SIZE], driver[DRIVER_SIZE + 16];
	AUTO_TEXT struct text holders = {0};
	int r = report_holder_names(listing->host, device, &holders);

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

/* "0000:0a:00.0  output DP-1: DELL U2720Q, 3840x2160" */
static int add_hangings(
	struct table *table, const struct listing *listing, const struct device *device) {
	AUTO_HANGINGS struct hangings hangings = {0};
	int r = hangings_of(listing, device, &hangings);

	for (size_t i = 0; i < hangings.count && r == 0; i++) {
		const struct hanging *hanging = &hangings.hangings[i];
		AUTO_TEXT struct text line = {0};

		r = text_add(&line, "%s %s%s%s",
			hanging->attached ? attached_kind_name(hanging->attached->kind) : "output",
			hanging->name, hanging->text.length ? ": " : "",
			hanging->text.length ? hanging->text.data : "");
		r = r < 0 ? r
			  : table_row(table, STYLE_PLAIN,
				    (const char *const[]){device->name, line.data});
	}
	return r;
}

/* "0000:0a:00.0  driver nvidia (or nouveau), reset by flr pm, D0, PCIe 8 GT/s x16" */
static int add_traits(
	struct table *table, const struct listing *listing, const struct device *device) {
	AUTO_NAMES struct names traits = {0};
	AUTO_TEXT struct text line = {0};
	int r = traits_of(listing, device, &traits);

	for (size_t i = 0; i < traits.count && r == 0; i++) {
		r = text_add(&line, "%s%s", i > 0 ? ", " : "", traits.names[i]);
	}
	return r < 0 ? r
		     : table_row(
			       table, STYLE_PLAIN, (const char *const[]){device->name, line.data});
}

static int add_details(const struct listing *listing, const struct device *const *devices,
	size_t count, struct text *ret) {
	AUTO_TABLE struct table table = {.column_count = 2};
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		if (!device_is_bridge(devices[i])) {
			r = add_traits(&table, listing, devices[i]);
			r = r < 0 ? r : add_hangings(&table, listing, devices[i]);
		}
	}
	if (r == 0 && table.row_count > 0) {
		r = text_add(ret, "\n");
		r = r < 0 ? r : table_format(&table, false, ret);
	}
	return r;
}

/* Lines of the processors and the memory: of the whole machine alone. */
static int add_machine(const struct listing *listing, struct text *ret) {
	AUTO_NAMES struct names lines = {0};
	AUTO_TEXT struct text name = {0};
	int r = processors_name(&listing->inventory->topology, &name);

	r = r < 0 || !name.length ? r : text_add(ret, "\n%s\n", name.data);
	r = r < 0 ? r : processors_of(&listing->inventory->topology, &lines);
	r = r < 0 ? r : memory_of(&listing->inventory->numa, &lines);
	for (size_t i = 0; i < lines.count && r == 0; i++) {
		r = text_add(ret, "%s\n", lines.names[i]);
	}
	return r;
}

/* Its paragraphs, a line each. */
static int add_remarks(const struct listing *listing, struct text *ret) {
	AUTO_NAMES struct names remarks = {0};
	int r = listing_remarks(listing, &remarks);

	for (size_t i = 0; r == 0 && i < remarks.count; i++) {
		r = text_add(ret, "\n%s\n", remarks.names[i]);
	}
	return r;
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
	r = r < 0 ? r : add_details(listing, devices, count, ret);
	r = r < 0 || listing->selected ? r : add_machine(listing, ret);
	r = r < 0 ? r : add_remarks(listing, ret);
	return r < 0 ? r : add_known(listing, ret);
}
