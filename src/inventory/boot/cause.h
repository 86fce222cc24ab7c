/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"
#include "inventory/boot/line.h"
#include "inventory/iommu.h"

/* Why the IOMMU is on or off, and what is missing (contracts.md E). */

enum processor_maker {
	MAKER_OTHER,
	MAKER_INTEL,
	MAKER_AMD
};

/* Does the firmware tell the kernel of an IOMMU? */
enum iommu_table {
	TABLE_UNKNOWN, /* its tables cannot be seen */
	TABLE_MISSING,
	TABLE_THERE
};

/* What the kernel does with the processor's IOMMU if it is told nothing. */
enum iommu_default {
	DEFAULT_UNKNOWN, /* its configuration is nowhere to be read */
	DEFAULT_ON,
	DEFAULT_ON_BUT_GRAPHICS, /* all but Intel's own graphics (Debian, Proxmox VE) */
	DEFAULT_OFF,
	DEFAULT_NO_DRIVER
};

enum iommu_verdict {
	IOMMU_FINE,
	IOMMU_LACKS_GRAPHICS, /* it is on, and Intel's own graphics are left out */
	IOMMU_LACKS_ARGUMENT, /* it is off, or the next kernel will have it off */
	IOMMU_LACKS_BOOT,     /* what is missing is configured: the machine has to be restarted */
	IOMMU_LACKS_FIRMWARE,
	IOMMU_LACKS_DRIVER,
	IOMMU_SWITCHED_OFF,
	IOMMU_UNEXPLAINED,
};

struct cause {
	enum iommu_kind kind; /* of the IOMMU that is at work; IOMMU_NONE: none is */
	enum processor_maker maker;
	enum iommu_table table;
	enum iommu_default by_itself;
	char configuration[LABEL_SIZE]; /* the file that says so; empty: none */
	char off[LABEL_SIZE];           /* the word that switches it off; empty: none */
	char graphics[ADDRESS_SIZE];    /* Intel's own graphics that are left out; empty: none */
	enum iommu_verdict verdict;
};

/*
 * running: the words that this kernel was started with; next: those that the next one is to have,
 * or NULL if they are not known. -ENOMEM.
 */
int cause_read(int root, const struct host *host, const struct names *running,
	const struct names *next, struct cause *ret) MUST_CHECK;

/* The word that has to be added for the verdict to become better, or NULL. */
const char *cause_missing(const struct cause *cause);

/* Does that word switch the IOMMU of this processor off? */
bool cause_switches_off(const struct cause *cause, const char *word);

const char *iommu_verdict_name(enum iommu_verdict verdict); /* "lacks-argument": in JSON */
