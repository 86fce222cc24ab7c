/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "report/listing.h"
#include "snapshot.h"

/* All that a listing points to. Not to be copied. */
struct looked {
	struct pci_names names;
	struct inventory inventory;
	struct claims claims;
	struct verdicts verdicts;
	struct listing listing;
};

static inline void look(const struct snapshot *snapshot, struct looked *ret) {
	const struct policy policy = {0};
	const struct host *host = &snapshot->host;
	const struct asked asked = {.display_manager_up = host->display_manager.unit[0] != '\0'};

	*ret = (struct looked){0};
	assert_int_equal(pci_names_read(snapshot->machine.root, &ret->names), 0);
	assert_int_equal(inventory_read(snapshot->machine.root, host, &ret->inventory, NULL), 0);
	assert_int_equal(verdicts_make(host, &policy, &ret->claims, &asked, &ret->verdicts), 0);
	ret->listing = (struct listing){.host = host,
		.names = &ret->names,
		.inventory = &ret->inventory,
		.verdicts = &ret->verdicts,
		.claims = &ret->claims,
		.unread = "",
		.addresses = true};
}

static inline void looked_free(struct looked *looked) {
	verdicts_free(&looked->verdicts);
	inventory_free(&looked->inventory);
	pci_names_free(&looked->names);
}

#define AUTO_LOOKED CLEANUP(looked_free)

/* All machines that are files, and names for some of what they have. */
static const char *const machines[] = {"amd-desktop", "amd-with-igpu", "bridge-in-group",
	"intel-arc", "laptop-amd-nvidia", "laptop-two-gpus", "no-iommu", "nvidia-single",
	"proxmox-server", "sata-in-group", "sriov-nic", "twins", "virtual-host",
	"virtual-host-full", "vmd"};

static const char ids[] = "1002  Advanced Micro Devices, Inc. [AMD/ATI]\n"
			  "\t67df  Ellesmere [Radeon RX 470/480/570/570X/580/580X/590]\n"
			  "\t73bf  Navi 21 [Radeon RX 6800/6800 XT / 6900 XT]\n"
			  "10de  NVIDIA Corporation\n"
			  "\t10f8  TU104 HD Audio Controller\n"
			  "\t1e84  TU104 [GeForce RTX 2070 SUPER]\n"
			  "\t2204  GA102 [GeForce RTX 3090]\n";
