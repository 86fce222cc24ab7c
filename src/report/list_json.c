// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "plan/problem.h"
#include "report/document.h"
#include "report/holders.h"
#include "report/inventory_json.h"
#include "report/list.h"
#include "report/plan.h"

static void add_identity(
	struct document *document, const struct device *device, const struct pci_names *names) {
	const struct identity *identity = &device->identity;
	char id[16], name[PCI_NAME_SIZE];

	snprintf(id, sizeof(id), "%04x:%04x", identity->vendor, identity->device);
	document_text(document, "id", id);
	snprintf(id, sizeof(id), "%04x:%04x", identity->subsystem_vendor,
		identity->subsystem_device);
	document_text(document, "subsystem", id);
	document_number(document, "revision", identity->revision);
	document_name(document, "serial", identity->serial);
	pci_names_vendor(names, identity->vendor, name);
	document_name(document, "vendor_name", name);
	pci_names_device(names, identity->vendor, identity->device, name);
	document_name(document, "device_name", name);
	snprintf(id, sizeof(id), "%06x", device->class);
	document_text(document, "class", id);
	pci_names_class(names, device->class, name);
	document_name(document, "class_name", name);
}

static void add_connectors(struct document *document, const struct drm_card *card) {
	static const char *const status[] = {
		[CONNECTOR_UNKNOWN] = "unknown",
		[CONNECTOR_CONNECTED] = "connected",
		[CONNECTOR_DISCONNECTED] = "disconnected",
	};

	document_array(document, "outputs");
	for (size_t i = 0; i < card->connector_count; i++) {
		document_object(document, NULL);
		document_text(document, "name", card->connectors[i].name);
		document_text(document, "status", status[card->connectors[i].status]);
		document_close(document);
	}
	document_close(document);
}

/* Those that keep the device, or the others. */
static void add_holders(struct document *document, const struct host *host,
	const struct device *device, const char *key, bool keep) {
	document_array(document, key);
	for (size_t i = 0; i < host->holder_count; i++) {
		const struct holder *holder = &host->holders[i];

		if (address_compare(holder->device, device->address) != 0 ||
			holder_keeps(holder) != keep) {
			continue;
		}
		document_object(document, NULL);
		report_holder(document, host, holder);
		document_close(document);
	}
	document_close(document);
}

static void add_problems(
	struct document *document, const struct host *host, const struct device *device) {
	bool shared = problem_may_share(host, device);

	document_array(document, "problems");
	for (size_t i = 0; i < problem_count; i++) {
		if (problem_is_of(&problems[i], host, device, shared)) {
			document_text(document, NULL, problems[i].id);
		}
	}
	document_close(document);
}

static void add_group(struct document *document, int group) {
	if (group != GROUP_NONE) {
		document_number(document, "group", group);
	} else {
		document_name(document, "group", "");
	}
}

static void add_device(
	struct document *document, const struct listing *listing, const struct device *device) {
	const struct claimed_device *claim = listing_claim(listing, device->address);
	const struct host *host = listing->host;
	const struct drm_card *card = host_card(host, device->address);

	document_object(document, NULL);
	document_text(document, "address", device->name);
	add_group(document, device->group);
	add_identity(document, device, listing->names);
	document_bool(document, "bridge", device_is_bridge(device));
	document_name(document, "driver", device->driver);
	document_name(document, "module", device->module);
	document_name(document, "override", device->override);
	document_name(document, "guest", claim ? claim->title : "");
	document_text(document, "vfio_driver", device->vfio_driver);
	document_bool(document, "in_flight", device->in_flight);
	document_bool(document, "maybe_in_flight", device->maybe_in_flight);
	document_name(document, "reset_methods", device->reset_methods);
	document_bool(document, "boot_vga", device->boot_vga);
	document_name(document, "power_state", device->power_state);
	document_number(document, "numa_node", device->numa_node);
	document_bool(document, "virtual_function", device->is_virtual_function);
	document_number(document, "virtual_functions", device->virtual_functions);
	document_names(document, "consumers", &device->consumers);
	document_names(document, "suppliers", &device->suppliers);
	if (card) {
		document_text(document, "card", card->name);
		add_connectors(document, card);
	}
	report_detail(document, inventory_detail(listing->inventory, device->address));
	report_attached(document, &listing->inventory->attachments, device->address);
	add_holders(document, host, device, "holders", true);
	add_holders(document, host, device, "bystanders", false);
	add_problems(document, host, device);
	document_close(document);
}

static void add_verdict(struct document *document, const struct verdict *verdict) {
	AUTO_TEXT struct text sentence = {0};
	char name[ADDRESS_SIZE];

	document_object(document, NULL);
	document_array(document, "devices");
	for (size_t i = 0; i < verdict->device_count; i++) {
		document_text(document, NULL, address_format(verdict->devices[i], name));
	}
	document_close(document);
	document_array(document, "along");
	for (size_t i = 0; i < verdict->along_count; i++) {
		document_text(document, NULL, address_format(verdict->along[i].address, name));
	}
	document_close(document);
	document_text(document, "verdict", verdict_name(verdict->kind));
	if (verdict_format(verdict, &sentence) == 0) {
		document_text(document, "sentence", sentence.data);
	}
	document_bool(document, "assigned", verdict->assigned);
	document_names(document, "stops", &verdict->stops);
	document_names(document, "losses", &verdict->losses);
	document_array(document, "refusals");
	for (size_t i = 0; i < verdict->refusal_count; i++) {
		report_refusal(document, &verdict->refusals[i]);
	}
	document_close(document);
	document_array(document, "warnings");
	for (size_t i = 0; i < verdict->warning_count; i++) {
		report_warning(document, &verdict->warnings[i]);
	}
	document_close(document);
	document_close(document);
}

int report_list_json(const struct listing *listing, struct text *ret, struct error *error) {
	const struct host *host = listing->host;
	struct document document;

	document_begin(&document);
	document_name(&document, "kernel", host->kernel);
	document_bool(&document, "iommu", host->iommu);
	document_bool(&document, "vfio", host->vfio);
	document_name(&document, "display_manager", host->display_manager.unit);
	document_number(&document, "hidden_processes", (long long)host->hidden_processes);
	document_name(&document, "unread", listing->unread);
	document_array(&document, "cards");
	for (size_t i = 0; i < listing->verdicts->count; i++) {
		if (listing_has_card(listing, &listing->verdicts->verdicts[i])) {
			add_verdict(&document, &listing->verdicts->verdicts[i]);
		}
	}
	document_close(&document);
	document_array(&document, "devices");
	for (size_t i = 0; i < host->device_count; i++) {
		if (listing_has(listing, host->devices[i].address)) {
			add_device(&document, listing, &host->devices[i]);
		}
	}
	document_close(&document);
	report_machine(&document, listing->inventory);
	return document_end(&document, ret, error);
}
