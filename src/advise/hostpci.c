// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/hostpci.h"

#include "request/proxmox/set.h"

bool hostpci_get(const struct text *document, unsigned int n, char key[CONF_KEY_SIZE],
	char value[CONF_VALUE_SIZE]) {
	(void)!name_format(key, CONF_KEY_SIZE, "hostpci%u", n);
	return conf_get(document, key, value);
}

bool hostpci_host(const char *value, char ret[CONF_VALUE_SIZE]) {
	return property_get(value, "host", ret) || property_get(value, NULL, ret);
}

bool hostpci_id_is_of_slot(const char *id, struct address address) {
	struct selection slot = {.address = address, .whole_slot = true};
	struct proxmox_set set;

	return proxmox_set_parse(id, PROXMOX_DOMAIN_MAY_BE_LEFT_OUT, &set, NULL) == 0 &&
	       proxmox_set_overlaps(&set, &slot);
}

bool hostpci_is_of_slot(const char *value, struct address address) {
	char ids[CONF_VALUE_SIZE];

	return hostpci_host(value, ids) && hostpci_id_is_of_slot(ids, address);
}
