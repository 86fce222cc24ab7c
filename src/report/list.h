/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "host/host.h"
#include "report/names.h"

/*
 * The hardware, by IOMMU group: what there is, who drives it and who keeps it busy. Below the table
 * stand the sentences that explain what is missing in it. -ENOMEM, -E2BIG.
 */
int report_host(const struct host *host, const struct pci_names *names, bool coloured,
	struct text *ret) MUST_CHECK;

/* The same as JSON, with whole names and all that the snapshot has of the devices. */
int report_host_json(const struct host *host, const struct pci_names *names, struct text *ret,
	struct error *error) MUST_CHECK;
