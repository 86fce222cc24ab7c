// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/proxmox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "advise/hostpci.h"

static unsigned int number(const struct text *document, const char *key, unsigned int otherwise) {
	char value[CONF_VALUE_SIZE];
	unsigned long long n;

	return conf_get(document, key, value) && number_parse(value, 1 << 30, &n) == 0
		       ? (unsigned int)n
		       : otherwise;
}

/* Is an integrated card given in the way that qemu-server has for an i440fx alone? */
static bool has_legacy_card(const struct text *document) {
	char key[CONF_KEY_SIZE], value[CONF_VALUE_SIZE], part[CONF_VALUE_SIZE];

	for (unsigned int n = 0; n < PROXMOX_HOSTPCI_MAX; n++) {
		if (hostpci_get(document, n, key, value) &&
			property_get(value, "legacy-igd", part) && strcmp(part, "0") != 0) {
			return true;
		}
	}
	return false;
}

static void read_machine(const struct text *document, struct model *model) {
	char value[CONF_VALUE_SIZE];

	model->accelerated = !conf_get(document, "kvm", value) || strcmp(value, "0") != 0;
	model->foreign = conf_get(document, "arch", value) && strcmp(value, "x86_64") != 0;
	(void)conf_get(document, "machine", value);
	model->chipset = strstr(value, "q35") ? CHIPSET_Q35 : CHIPSET_I440FX;
	model->legacy_igd = has_legacy_card(document);
	model->uefi = conf_get(document, "bios", value) && strcmp(value, "ovmf") == 0;
	if (conf_get(document, "ostype", value)) {
		model->system = value[0] == 'w'   ? SYSTEM_WINDOWS
				: value[0] == 'l' ? SYSTEM_LINUX
						  : SYSTEM_UNKNOWN;
	}
}

static void read_cpu(const struct text *document, struct model *model) {
	char value[CONF_VALUE_SIZE], part[CONF_VALUE_SIZE];

	model->vcpus = number(document, "sockets", 1) * number(document, "cores", 1);
	if (conf_get(document, "affinity", value)) {
		(void)!model_cpus_parse(value, &model->affinity);
	}
	(void)conf_get(document, "cpu", value);
	if (property_get(value, "cputype", part) || property_get(value, NULL, part)) {
		(void)!name_set(model->cpu, sizeof(model->cpu), part);
	}
	model->hidden = property_get(value, "hidden", part) && strcmp(part, "1") == 0;
	model->vendor_id = property_get(value, "hv-vendor-id", part);
}

static void read_disks(const struct text *document, struct model *model) {
	char key[CONF_KEY_SIZE], value[CONF_VALUE_SIZE], part[CONF_VALUE_SIZE];
	bool single =
		conf_get(document, "scsihw", value) && strcmp(value, "virtio-scsi-single") == 0;

	for (unsigned int i = 0; i < 32 && model->disk_count < MODEL_DISKS_MAX; i++) {
		bool scsi = i >= 16;

		if ((scsi && !single) ||
			name_format(key, sizeof(key), "%s%u", scsi ? "scsi" : "virtio", i % 16) <
				0 ||
			!conf_get(document, key, value) || strstr(value, "media=cdrom") ||
			property_get(value, "iothread", part)) {
			continue;
		}
		model->disks[model->disk_count++] = i % 16 + (scsi ? PROXMOX_SCSI_DISKS : 0);
	}
}

static void read_displays(const struct text *document, struct model *model) {
	char key[CONF_KEY_SIZE], value[CONF_VALUE_SIZE], part[CONF_VALUE_SIZE];

	(void)conf_get(document, "vga", value);
	model->video = !(property_get(value, NULL, part) || property_get(value, "type", part)) ||
		       (strcmp(part, "none") != 0 && !text_starts(part, "serial"));
	model->remote_display = model->video;
	/* With x-vga, Proxmox gives the guest no other display. */
	for (unsigned int n = 0; n < PROXMOX_HOSTPCI_MAX; n++) {
		if (hostpci_get(document, n, key, value) && property_get(value, "x-vga", part) &&
			strcmp(part, "0") != 0) {
			model->video = false;
		}
	}
	if (conf_get(document, "ivshmem", value) && property_get(value, "size", part)) {
		unsigned long long mib;

		model->shared_kib =
			number_parse(part, 1 << 20, &mib) == 0 ? (uint64_t)mib * 1024 : 0;
	}
}

/* What the hostpci says of a device, and whether another one has given one of its card before. */
static void read_device(const struct text *document, struct model_device *device) {
	char key[CONF_KEY_SIZE], value[CONF_VALUE_SIZE], part[CONF_VALUE_SIZE];
	bool seen = false, found = false;

	for (unsigned int n = 0; n < PROXMOX_HOSTPCI_MAX; n++) {
		struct proxmox_set set;
		struct selection one = {.address = device->address};

		if (!hostpci_get(document, n, key, value) || !hostpci_host(value, part) ||
			proxmox_set_parse(part, PROXMOX_DOMAIN_MAY_BE_LEFT_OUT, &set, NULL) < 0) {
			continue;
		}
		if (proxmox_set_overlaps(&set, &one)) {
			found = true;
			device->alone = seen;
			device->has_rom =
				property_get(value, "romfile", part) ||
				(property_get(value, "rombar", part) && strcmp(part, "0") == 0);
			device->conventional =
				!property_get(value, "pcie", part) || strcmp(part, "1") != 0;
		}
		seen = seen || hostpci_is_of_slot(value, device->address);
	}
	device->elsewhere = !found;
}

static void read_devices(const struct host *host, const struct proxmox_guest *guest,
	const struct text *document, struct model *model) {
	for (size_t i = 0; i < guest->device_count; i++) {
		const struct selection *selection = &guest->devices[i].selection;
		bool found = false;

		for (size_t n = 0; n < host->device_count; n++) {
			struct address address = host->devices[n].address;
			bool meant = selection->whole_slot
					     ? address_same_slot(selection->address, address)
					     : address_compare(selection->address, address) == 0;

			if (meant && model->device_count < REQUEST_DEVICES_MAX) {
				found = true;
				model->devices[model->device_count].address = address;
				read_device(document, &model->devices[model->device_count++]);
			}
		}
		if (!found && model->device_count < REQUEST_DEVICES_MAX) {
			model->devices[model->device_count++].address = selection->address;
		}
	}
}

int proxmox_model(const struct host *host, const struct proxmox_guest *guest,
	const struct text *document, struct model *ret, struct error *error) {
	AUTO_FREE struct model *model = calloc(1, sizeof(*model));
	char value[CONF_VALUE_SIZE], part[CONF_VALUE_SIZE];
	unsigned long long mib = 512;

	if (!model) {
		return error_set(error, -ENOMEM, "out of memory");
	}
	model->hypervisor = MODEL_PROXMOX;
	model->can = CAN_AFFINITY | CAN_IOTHREAD | CAN_EXPRESS;
	model->node = NODE_ANY;
	model->iothreads = 1; /* each disk brings its own */
	(void)!name_set(model->name, sizeof(model->name), guest->guest + strlen("proxmox:"));
	read_machine(document, model);
	read_cpu(document, model);
	read_disks(document, model);
	read_displays(document, model);
	if (conf_get(document, "memory", value) &&
		(property_get(value, "current", part) || property_get(value, NULL, part))) {
		(void)!number_parse(part, 1 << 30, &mib);
	}
	model->memory_kib = (uint64_t)mib * 1024;
	model->balloon = !conf_get(document, "balloon", value) || strcmp(value, "0") != 0;
	read_devices(host, guest, document, model);
	*ret = *model;
	return 0;
}
