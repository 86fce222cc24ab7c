// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "request/proxmox/conf.h"

static void check_hostpci(const struct proxmox_hostpci *hostpci) {
	if (!hostpci->line) {
		return;
	}
	/* Either addresses or a mapping. */
	assert((hostpci->set.count > 0) == !hostpci->mapping[0]);
	assert(hostpci->set.count <= PROXMOX_SET_MAX);
	assert(!hostpci->mapping[0] || proxmox_mapping_name_is_sound(hostpci->mapping));
	for (size_t i = 0; i < hostpci->set.count; i++) {
		const struct selection *selection = &hostpci->set.selections[i];

		assert(selection->address.slot <= 31 && selection->address.function <= 7);
		assert(!selection->whole_slot || selection->address.function == 0);
	}
}

static void check_usb(const struct proxmox_usb *usb) {
	if (usb->line) {
		assert((usb->kind == PROXMOX_USB_SPICE) == !usb->value[0]);
		assert(usb->kind != PROXMOX_USB_ID || strlen(usb->value) == 9);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct proxmox_conf conf;
	struct error error = {{0}};
	const char *start = (const char *)data;

	if (proxmox_conf_parse("a.conf", start, size, &conf, &error) < 0) {
		assert(strncmp(error.text, "a.conf", 6) == 0);
		return 0;
	}
	for (size_t i = 0; i < PROXMOX_HOSTPCI_MAX; i++) {
		check_hostpci(&conf.hostpci[i]);
	}
	for (size_t i = 0; i < PROXMOX_USB_MAX; i++) {
		check_usb(&conf.usb[i]);
	}
	if (conf.args) {
		assert(conf.args >= start && conf.args_length > 0);
		assert(conf.args + conf.args_length <= start + size);
		assert(!memchr(conf.args, '\0', conf.args_length));
		assert(!memchr(conf.args, '\n', conf.args_length));
	}
	return 0;
}
