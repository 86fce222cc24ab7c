// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/definition.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/text.h"
#include "front/roster.h"
#include "front/select.h"
#include "host/whereabouts.h"
#include "request/domain_xml.h"

#define UNIT "qemu:"

static_assert(sizeof(((struct definition *)0)->hookscript) ==
		      sizeof(((struct roster_guest *)0)->hookscript),
	"a hookscript fits");

/* "10de:2484" as a mapping writes it. */
static bool has_id(const char *id, uint16_t vendor, uint16_t device) {
	char text[sizeof("10de:2484")];

	snprintf(text, sizeof(text), "%04x:%04x", vendor, device);
	return id[0] == '\0' || strcmp(id, text) == 0;
}

/* "%s is not what its mapping says", and where that is. */
static int refuse_mapped(const struct proxmox_device *wanted, const struct host *host,
	const char *what, struct error *error) {
	const struct proxmox_identity *mapped = &wanted->identity;
	char where[WHEREABOUTS_TEXT_SIZE], address[ADDRESS_SIZE];
	struct identity sought = {0};
	struct whereabouts found;

	/* An empty one leaves what is not known. */
	(void)!sscanf(mapped->id, "%4hx:%4hx", &sought.vendor, &sought.device);
	(void)!sscanf(mapped->subsystem_id, "%4hx:%4hx", &sought.subsystem_vendor,
		&sought.subsystem_device);
	found = whereabouts_find(host, &sought, wanted->selection.address);
	return error_set(error, -ESTALE,
		"%s: %s %s, which is not what its mapping says%s%s: correct the mapping (Datacenter > Resource Mappings)",
		wanted->source, address_format(wanted->selection.address, address), what,
		mapped->id[0] ? "; " : "", mapped->id[0] ? whereabouts_format(&found, where) : "");
}

/*
 * Proxmox holds what stands at the addresses against the mapping too, but only once we have taken
 * it from the host.
 */
static int check_identity(
	const struct proxmox_device *wanted, const struct host *host, struct error *error) {
	const struct device *device = host_device(host, wanted->selection.address);
	const struct proxmox_identity *mapped = &wanted->identity;
	const struct identity *identity;
	char what[128];

	if (!device) {
		return mapped->id[0] ? refuse_mapped(wanted, host, "is not there", error) : 0;
	}
	identity = &device->identity;
	if (has_id(mapped->id, identity->vendor, identity->device) &&
		has_id(mapped->subsystem_id, identity->subsystem_vendor,
			identity->subsystem_device) &&
		(mapped->iommu_group < 0 || mapped->iommu_group == device->group)) {
		return 0;
	}
	snprintf(what, sizeof(what), "is %04x:%04x of subsystem %04x:%04x in group %d",
		identity->vendor, identity->device, identity->subsystem_vendor,
		identity->subsystem_device, device->group);
	return refuse_mapped(wanted, host, what, error);
}

int definition_add_proxmox(const struct proxmox_guest *guest, const struct host *host,
	struct request *request, struct error *error) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < guest->device_count; i++) {
		const struct proxmox_device *wanted = &guest->devices[i];

		r = check_identity(wanted, host, error);
		r = r < 0 ? r : select_add(host, &wanted->selection, request, error);
	}
	return r;
}

static int add_libvirt(int root, const struct definition *definition, struct request *request,
	struct error *error) {
	AUTO_FREE char *data = NULL;
	struct request wanted = {0};
	char path[PATH_MAX];
	size_t length;
	int r = name_format(path, sizeof(path), ROSTER_LIBVIRT "/%s.xml", definition->name);

	r = r < 0 ? r : file_read(root, path, DOMAIN_XML_MAX, &data, &length);
	if (r < 0) {
		return error_set(error, r, "cannot read the definition of %s: %s",
			definition->title, strerror(-r));
	}
	r = domain_xml_parse(data, length, &wanted, error);
	r = r < 0 ? error_add(error, r, "%s", path) : 0;
	for (size_t i = 0; r == 0 && i < wanted.device_count; i++) {
		r = request_add(
			request, wanted.devices[i].address, wanted.devices[i].driver, error);
	}
	request->later = request->later || wanted.later;
	return r;
}

int definition_add(int root, const struct definition *definition, const struct host *host,
	struct request *request, struct error *error) {
	struct proxmox_guest guest;
	int r;

	switch (definition->hypervisor) {
	case HYPERVISOR_LIBVIRT:
		return add_libvirt(root, definition, request, error);
	case HYPERVISOR_PROXMOX:
		r = proxmox_read(root, definition->vmid, NULL, time(NULL), &guest, error);
		return r < 0 ? r : definition_add_proxmox(&guest, host, request, error);
	case HYPERVISOR_UNIT:
		return error_set(error, -EOPNOTSUPP,
			"the devices of %s stand in the command line of %s: name them by their addresses",
			definition->title, definition->unit);
	}
	return -EINVAL;
}

void definition_name(const struct definition *definition, struct request *request) {
	memcpy(request->guest, definition->key, sizeof(request->guest));
	memcpy(request->title, definition->title, sizeof(request->title));
}

static int take_guest(
	const struct roster_guest *guest, struct definition *ret, struct error *error) {
	struct definition definition = {
		.hypervisor = guest->proxmox ? HYPERVISOR_PROXMOX : HYPERVISOR_LIBVIRT,
		.vmid = guest->vmid,
	};

	if (guest->problem.length) {
		return error_set(error, -EINVAL, "%s", guest->problem.data);
	}
	memcpy(definition.key, guest->key, sizeof(definition.key));
	memcpy(definition.hookscript, guest->hookscript, sizeof(definition.hookscript));
	if (guest->proxmox) {
		snprintf(definition.name, sizeof(definition.name), "%u", guest->vmid);
		snprintf(definition.title, sizeof(definition.title), "proxmox:%u", guest->vmid);
	} else {
		memcpy(definition.name, guest->name, sizeof(definition.name));
		memcpy(definition.title, guest->title, sizeof(definition.title));
	}
	*ret = definition;
	return 0;
}

/* A guest whose file in guests/ names a unit. */
static int find_unit(int root, enum configuration_owner owner, const char *word,
	struct definition *ret, struct error *error) {
	const char *name = text_starts(word, UNIT) ? word + strlen(UNIT) : word;
	AUTO_FREE struct configuration *configuration = calloc(1, sizeof(*configuration));
	struct definition definition = {.hypervisor = HYPERVISOR_UNIT};
	int r = configuration ? configuration_read_guest(root, owner, name, configuration, error)
			      : error_set(error, -ENOMEM, "out of memory");

	if (r < 0) {
		return r;
	}
	if (!configuration->unit[0]) {
		return error_set(error, -ENOENT,
			"no unit runs a guest \"%s\": /etc/baton/guests/%s.conf has no [guest] with unit =",
			name, name);
	}
	memcpy(definition.unit, configuration->unit, sizeof(definition.unit));
	r = name_format(definition.key, sizeof(definition.key), UNIT "%s", name);
	r = r < 0 ? r : name_set(definition.title, sizeof(definition.title), definition.key);
	r = r < 0 ? r : name_set(definition.name, sizeof(definition.name), name);
	if (r < 0) {
		return error_set(error, r, "\"%s\" is too long for a guest", word);
	}
	*ret = definition;
	return 0;
}

static int find_hypervisors(
	int root, const char *word, struct definition *ret, struct error *error) {
	AUTO_ROSTER struct roster roster = {0};
	const struct roster_guest *guest;
	int r = roster_read(root, &roster, error);

	r = r < 0 ? r : roster_find(&roster, word, &guest, error);
	return r < 0 ? r : take_guest(guest, ret, error);
}

int definition_find(int root, enum configuration_owner owner, const char *word,
	struct definition *ret, struct error *error) {
	struct definition unit;
	struct error other = {0};
	int r, r_unit;

	if (text_starts(word, UNIT)) {
		return find_unit(root, owner, word, ret, error);
	}
	r = find_hypervisors(root, word, ret, error);
	if (strchr(word, ':') || (r < 0 && r != -ENOENT)) {
		return r;
	}
	r_unit = find_unit(root, owner, word, &unit, &other);
	/* A file that is not right keeps nobody from another guest. */
	if (r_unit == -ENOENT || (r_unit < 0 && r == 0)) {
		return r;
	}
	if (r_unit < 0) {
		return error_set(error, r_unit, "%s", other.text);
	}
	if (r == 0) {
		return error_set(error, -EINVAL,
			"more than one guest is called \"%s\": say %s or %s", word, ret->title,
			unit.title);
	}
	*ret = unit;
	return 0;
}
