/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/boot/boot.h"
#include "report/names.h"

/* What the machine does at boot with each card, and why (baton boot status). -ENOMEM. */
int report_boot(const struct boot *boot, const struct pci_names *names, struct text *ret)
	MUST_CHECK;
int report_boot_json(const struct boot *boot, struct text *ret, struct error *error) MUST_CHECK;

/* What the IOMMU lacks, as a line: "  missing: intel_iommu=on on the kernel's command line". */
int report_cause(const struct cause *cause, struct text *ret) MUST_CHECK;

/* Words that matter here and are only on one of the two command lines. */
bool boot_word_is_new(const struct boot *boot, const struct boot_line *word);
bool boot_word_is_gone(const struct boot *boot, const char *word);
