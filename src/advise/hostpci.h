/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "advise/conf.h"
#include "base/address.h"

#include <stdbool.h>

/* An option hostpciN of a Proxmox guest: "0000:0a:00,pcie=1". */

bool hostpci_get(const struct text *document, unsigned int n, char key[CONF_KEY_SIZE],
	char value[CONF_VALUE_SIZE]);

/* What host= says, with the key or without; false: it gives a mapping. */
bool hostpci_host(const char *value, char ret[CONF_VALUE_SIZE]);

/* Does it give something of the address's slot? And is the one id, "0a:00.1", of that? */
bool hostpci_is_of_slot(const char *value, struct address address);
bool hostpci_id_is_of_slot(const char *id, struct address address);
