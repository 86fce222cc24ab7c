/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "advise/model.h"
#include "base/finding.h"
#include "plan/plan.h"

#include <sys/types.h>

/*
 * The check-up: what on this machine keeps a hand-over from working, or will, as far as it can be
 * seen in files. Each finding has an id that never changes, one level, and a section of its own in
 * baton-findings(7). Reads only.
 */

struct look;

/* A row of the table: what can be found, how bad it is, and who looks for it. */
struct check {
	const char *id;
	enum finding_level level;        /* FINDING_NOTE, FINDING_WARNING or FINDING_ERROR */
	void (*look)(struct look *look); /* NULL: the one above it finds this too */
};

/* What belongs together stands in one file. */
struct check_area {
	const struct check *checks;
	size_t count;
};

extern const struct check_area *const check_areas[];
extern const size_t check_area_count;

/* NULL: there is none. */
const struct check *check_find(const char *id);
size_t check_count(void);

/* The section about it in baton-findings(7), as plain text. It is there for every id. */
const char *check_explain(const char *id);
size_t check_section_count(void);

/* A guest that is configured here. Texts may be NULL: there is none. */
struct check_guest {
	const char *title;
	bool proxmox;
	unsigned int vmid;      /* of Proxmox's */
	const char *hookscript; /* of Proxmox's: a volume */
	bool has_devices;       /* it gets PCI devices */
	const char *problem;    /* why its definition cannot be read */
	const char *mismatch;   /* why its devices are not what its definition says */
};

struct checkup {
	int root;
	uid_t owner;             /* who alone may write what root executes: 0; others in tests */
	const struct host *host; /* with its holders */
	bool blind;              /* not everything may be read: this is not root */
	const struct claims *claims; /* what guests have; NULL: not known */
	const char *unread;          /* why not all journals can be read; NULL: they can */
	const struct check_guest *guests;
	size_t guest_count;
	const struct names *misconfigured; /* what is wrong with baton's configuration */
	const char *title;                 /* of what is asked for; NULL: only the machine is */
	const char *name;                  /* if that is a guest: as its QEMU is called; or NULL */
	const struct plan *plan;           /* and what handing over to it would change */
	const struct model *model; /* and its definition, as far as somebody can read it; or NULL */
	const struct names *only;  /* these ids alone; NULL: all */
};

/*
 * Appends to *ret what was found, the worst first, otherwise in the order of the table. -ENOMEM.
 */
int check_run(const struct checkup *checkup, struct findings *ret) MUST_CHECK;
