/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config.h"

/* The host's PCI functions that hostpci0 … hostpci15 name (contracts.md A4). */

#define HOSTPCI_MAX   16
#define FUNCTIONS_MAX 8
#define NAME_SIZE     16 /* 0000:01:00.0 */

struct hostpci {
	unsigned int index;
	char functions[FUNCTIONS_MAX][NAME_SIZE];
	size_t count;
	bool keep, hide_rom;
	char romfile[128]; /* below /usr/share/kvm; empty: none */
};

struct passthrough {
	struct hostpci entries[HOSTPCI_MAX];
	size_t count;
};

/* Reads them, and looks for the functions in /sys; false, and said why: one is not there. */
bool passthrough_read(const struct config *config, struct passthrough *ret);

/* Binds them and all that shares their groups to vfio-pci, and resets them, as A5 says. */
bool passthrough_prepare(const struct passthrough *passthrough, unsigned int vmid);
