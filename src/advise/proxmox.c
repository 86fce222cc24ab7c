// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/proxmox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "advise/hostpci.h"
#include "base/sha1.h"

#define ROM_DIRECTORY "/usr/share/kvm/" /* that romfile= is below of (qm.conf(5)) */

/* The slot "0000:0a:00" of an address. */
static void slot_of(struct address address, char ret[ADDRESS_SIZE]) {
	address_format(address, ret);
	*strrchr(ret, '.') = '\0';
}

/*
 * The ids between semicolons, without those of the slot; those of other devices stay. The first of
 * its own becomes the whole slot, unless that is NULL.
 */
static int replace_ids(
	const char *ids, struct address address, const char *slot, char ret[CONF_VALUE_SIZE]) {
	AUTO_TEXT struct text fresh = {0};
	int r = 0;

	while (r == 0 && *ids) {
		char id[CONF_VALUE_SIZE];
		size_t length = strcspn(ids, ";");
		const char *keep = id;

		r = name_format(id, sizeof(id), "%.*s", (int)length, ids);
		if (r == 0 && hostpci_id_is_of_slot(id, address)) {
			keep = slot;
			slot = NULL;
		}
		if (r == 0 && keep) {
			r = text_add(&fresh, "%s%s", fresh.length > 0 ? ";" : "", keep);
		}
		ids += length + (ids[length] == ';');
	}
	return r < 0 ? r : name_set(ret, CONF_VALUE_SIZE, fresh.data ? fresh.data : "");
}

/* slot: what stands for the card there; NULL: it is given by another hostpci. */
static int set_host(struct text *document, const char *key, const char *value,
	struct address address, const char *slot) {
	char ids[CONF_VALUE_SIZE], is[CONF_VALUE_SIZE], with[CONF_VALUE_SIZE];
	int r;

	if (!hostpci_host(value, is)) {
		return 0;
	}
	r = replace_ids(is, address, slot, ids);
	if (r == 0 && !ids[0]) {
		return conf_set(document, key, NULL);
	}
	r = r < 0 ? r : property_set(value, "host", NULL, is);
	r = r < 0 ? r : property_set(is, NULL, NULL, with);
	r = r < 0 ? r : property_set(with, NULL, ids, is);
	return r < 0 ? r : conf_set(document, key, is);
}

/* A slot without a function stands for all of them, as one device of several functions. */
static int write_card(const struct change *change, struct text *document) {
	char key[CONF_KEY_SIZE], value[CONF_VALUE_SIZE], slot[ADDRESS_SIZE],
		machine[CONF_VALUE_SIZE];
	bool placed = false, express;
	int r = 0;

	slot_of(change->address, slot);
	for (unsigned int n = 0; r == 0 && n < PROXMOX_HOSTPCI_MAX; n++) {
		if (hostpci_get(document, n, key, value) &&
			hostpci_is_of_slot(value, change->address)) {
			r = set_host(document, key, value, change->address, placed ? NULL : slot);
			placed = true;
		}
	}
	express = conf_get(document, "machine", machine) && strstr(machine, "q35");
	for (unsigned int n = 0; r == 0 && !placed && n < PROXMOX_HOSTPCI_MAX; n++) {
		if (!hostpci_get(document, n, key, value)) {
			placed = name_format(value, sizeof(value), "%s%s", slot,
					 express ? ",pcie=1" : "") == 0;
			r = conf_set(document, key, value);
		}
	}
	return r < 0 || placed ? r : -ENOSPC;
}

/* Sets or takes away a part of the hostpci that gives the device. */
static int set_of_device(
	const struct change *change, struct text *document, const char *part, const char *with) {
	char key[CONF_KEY_SIZE], value[CONF_VALUE_SIZE], fresh[CONF_VALUE_SIZE];

	for (unsigned int n = 0; n < PROXMOX_HOSTPCI_MAX; n++) {
		if (hostpci_get(document, n, key, value) &&
			hostpci_is_of_slot(value, change->address)) {
			int r = property_set(value, part, with, fresh);

			return r < 0 ? r : conf_set(document, key, fresh);
		}
	}
	return 0;
}

static int write_rom(const struct change *change, struct text *document) {
	if (!text_starts(change->value, ROM_DIRECTORY)) {
		return -EXDEV;
	}
	return set_of_device(change, document, "romfile", change->value + strlen(ROM_DIRECTORY));
}

static int write_express(const struct change *change, struct text *document) {
	return set_of_device(change, document, "pcie", "1");
}

/* A q35 has ports of PCI Express for all of them. */
static int set_express(struct text *document) {
	char key[CONF_KEY_SIZE], value[CONF_VALUE_SIZE], fresh[CONF_VALUE_SIZE];
	int r = 0;

	for (unsigned int n = 0; r == 0 && n < PROXMOX_HOSTPCI_MAX; n++) {
		if (hostpci_get(document, n, key, value)) {
			r = property_set(value, "pcie", "1", fresh);
			r = r < 0 ? r : conf_set(document, key, fresh);
		}
	}
	return r;
}

static int write_machine(const struct change *change, struct text *document) {
	char former[CONF_VALUE_SIZE], fresh[CONF_VALUE_SIZE];
	int r;

	(void)conf_get(document, "machine", former);
	r = property_set(former, "type", NULL, fresh);
	r = r < 0 ? r : property_set(fresh, NULL, NULL, former);
	r = r < 0 ? r : property_set(former, NULL, "q35", fresh);
	r = r < 0 ? r : conf_set(document, "machine", fresh);
	return r < 0 ? r : set_express(document);
}

static int set_cpu(struct text *document, const char *part, const char *value) {
	char former[CONF_VALUE_SIZE], fresh[CONF_VALUE_SIZE];
	int r;

	(void)conf_get(document, "cpu", former);
	r = property_set(former, part, value, fresh);
	return r < 0 ? r : conf_set(document, "cpu", fresh);
}

static int write_cpu(const struct change *change, struct text *document) {
	char former[CONF_VALUE_SIZE], fresh[CONF_VALUE_SIZE];
	int r;

	(void)conf_get(document, "cpu", former);
	r = property_set(former, "cputype", NULL, fresh);
	r = r < 0 ? r : property_set(fresh, NULL, NULL, former);
	r = r < 0 ? r : property_set(former, NULL, "host", fresh);
	return r < 0 ? r : conf_set(document, "cpu", fresh);
}

static int write_hidden(const struct change *change, struct text *document) {
	return set_cpu(document, "hidden", change->on ? "1" : NULL);
}

static int write_vendor_id(const struct change *change, struct text *document) {
	return set_cpu(document, "hv-vendor-id", change->on ? "none" : NULL);
}

static int write_affinity(const struct change *change, struct text *document) {
	char cpus[MODEL_CPUS_TEXT_SIZE];

	return conf_set(document, "affinity", model_cpus_format(&change->cpus, cpus));
}

static int write_disk(const struct change *change, struct text *document) {
	char key[CONF_KEY_SIZE], value[CONF_VALUE_SIZE], fresh[CONF_VALUE_SIZE];
	bool scsi = change->index >= PROXMOX_SCSI_DISKS;
	int r = name_format(key, sizeof(key), "%s%u", scsi ? "scsi" : "virtio",
		change->index - (scsi ? PROXMOX_SCSI_DISKS : 0));

	r = r < 0 || conf_get(document, key, value) ? r : -EINVAL;
	r = r < 0 ? r : property_set(value, "iothread", "1", fresh);
	return r < 0 ? r : conf_set(document, key, fresh);
}

static int write_balloon(const struct change *change, struct text *document) {
	return conf_set(document, "balloon", "0");
}

static int write_video(const struct change *change, struct text *document) {
	return conf_set(document, "vga", "none");
}

static int write_shared(const struct change *change, struct text *document) {
	char value[CONF_VALUE_SIZE];

	snprintf(value, sizeof(value), "size=%u,name=looking-glass", change->index);
	return conf_set(document, "ivshmem", value);
}

static int (*const writers[])(const struct change *change, struct text *document) = {
	[SETTING_CARD] = write_card,
	[SETTING_ROM] = write_rom,
	[SETTING_EXPRESS] = write_express,
	[SETTING_MACHINE] = write_machine,
	[SETTING_CPU] = write_cpu,
	[SETTING_AFFINITY] = write_affinity,
	[SETTING_DISK_IOTHREAD] = write_disk,
	[SETTING_BALLOON] = write_balloon,
	[SETTING_HIDDEN] = write_hidden,
	[SETTING_VENDOR_ID] = write_vendor_id,
	[SETTING_VIDEO] = write_video,
	[SETTING_SHARED] = write_shared,
};

int proxmox_change(const struct change *change, struct text *document, struct error *error) {
	int r;

	if (change->setting >= COUNT(writers) || !writers[change->setting]) {
		return 0; /* what Proxmox has no option for is done by hand */
	}
	r = writers[change->setting](change, document);
	if (r == -EXDEV) {
		return error_set(error, -EINVAL,
			"Proxmox VE takes ROM files from %s alone, and not %s", ROM_DIRECTORY,
			change->value);
	}
	if (r == -ENOSPC) {
		return error_set(error, -EINVAL, "the guest has %d hostpci entries already",
			PROXMOX_HOSTPCI_MAX);
	}
	return r < 0 ? error_set(error, r, "cannot change the configuration: %s", strerror(-r)) : 0;
}

/* --KEY VALUE for each that is new or another one, --delete with those that are gone. */
static int add_changes(const struct text *before, const struct text *after, struct names *ret) {
	char key[CONF_KEY_SIZE], is[CONF_VALUE_SIZE], was[CONF_VALUE_SIZE];
	AUTO_TEXT struct text gone = {0};
	size_t at = 0;
	int r = 0;

	while (r == 0 && conf_next(after, &at, key)) {
		char option[CONF_KEY_SIZE + sizeof("--")];

		if (!conf_get(after, key, is) ||
			(conf_get(before, key, was) && strcmp(is, was) == 0)) {
			continue;
		}
		r = name_format(option, sizeof(option), "--%s", key);
		r = r < 0 ? r : names_add(ret, option);
		r = r < 0 ? r : names_add(ret, is);
	}
	at = 0;
	while (r == 0 && conf_next(before, &at, key)) {
		if (!conf_get(after, key, is)) {
			r = text_add(&gone, "%s%s", gone.length > 0 ? "," : "", key);
		}
	}
	if (r == 0 && gone.length > 0) {
		r = names_add(ret, "--delete");
		r = r < 0 ? r : names_add(ret, gone.data);
	}
	return r;
}

int proxmox_words(
	const char *vmid, const struct text *before, const struct text *after, struct names *ret) {
	AUTO_NAMES struct names changes = {0};
	int r = add_changes(before, after, &changes);

	if (r < 0 || changes.count == 0) {
		return r;
	}
	r = names_add(ret, "qm");
	r = r < 0 ? r : names_add(ret, "set");
	r = r < 0 ? r : names_add(ret, vmid);
	for (size_t i = 0; r == 0 && i < changes.count; i++) {
		r = names_add(ret, changes.names[i]);
	}
	return r;
}

int proxmox_only_if(const struct text *before, struct names *words) {
	char digest[SHA1_SIZE];
	int r;

	sha1_format(before->data, before->length, digest);
	r = names_add(words, "--digest");
	return r < 0 ? r : names_add(words, digest);
}
