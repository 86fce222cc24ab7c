/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * What is known not to go together: hardware, kernels and drivers. The rows stand in
 * problem_table.c and, for people, in docs/HARDWARE.md; a test compares the two.
 */

#define PROBLEM_ID_SIZE      40
#define PROBLEM_DEVICES_MAX  10
#define PROBLEM_KERNELS_MAX  6
#define PROBLEM_SENTENCE_MAX 255 /* what a refusal and a warning have room for */

enum problem_verdict {
	PROBLEM_WARN,   /* it may go well */
	PROBLEM_REFUSE, /* it does not */
};

/* What besides ids and versions has to be so. */
enum problem_condition {
	PROBLEM_ALWAYS,
	PROBLEM_SHARED_DRIVER,    /* the driver stays loaded for others and has modules on top */
	PROBLEM_NO_VENDOR_RESET,  /* the kernel has no reset made for this device, and vendor-reset,
				     which brings one, is not loaded */
	PROBLEM_BUS_RESET,        /* the kernel would reset it by its bus */
	PROBLEM_FUNCTION_RESET,   /* ... by an FLR */
	PROBLEM_RESET_INCOMPLETE, /* something in its slot has no reset of its own */
};

struct id_range {
	uint16_t first, last;
};

/* As text: "6.14.2" is older than "6.14.4-arch1-1". NULL: no limit. */
struct version_range {
	const char *from;
	const char *below;
};

struct problem {
	const char *id; /* "amd-reset-vega" */
	enum problem_verdict verdict;
	uint16_t vendor;                                   /* 0: whoever */
	struct id_range devices[PROBLEM_DEVICES_MAX];      /* none: all of that vendor's */
	uint8_t class;                                     /* its first byte; 0: any */
	const char *driver;                                /* that it has now; NULL: any, or none */
	struct version_range kernels[PROBLEM_KERNELS_MAX]; /* none: all */
	struct version_range releases; /* of the driver's module, from outside the kernel's tree */
	enum problem_condition condition;
	const char *reason; /* completes the sentence "ADDRESS ..." */
	const char *remedy;
	const char *source; /* where it can be read up, one or more links */
};

extern const struct problem problems[];
extern const size_t problem_count;

/*
 * Does the device have the problem on this machine? shared: would it be taken from a driver that
 * stays loaded for others, with modules on top? (PROBLEM_SHARED_DRIVER)
 */
bool problem_is_of(const struct problem *problem, const struct host *host,
	const struct device *device, bool shared);

/* Are modules of the driver's own make on top of it? */
bool problem_has_stack(const struct module *module);

/* May that be, as far as can be said before anybody asks for devices? */
bool problem_may_share(const struct host *host, const struct device *device);
