/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/address.h"
#include "base/text.h"

#include <stdint.h>

/* The one line in which a command says that it has done what was asked for. */

struct feat {
	const char *title; /* the guest */
	const struct address *devices;
	size_t device_count;
	uint64_t took_us;
	uint64_t back_us; /* of a rehearsal: the way home */
};

/* "libvirt:win11 has 0000:01:00.0, .1; started in 4.2 s"; all append a newline. -ENOMEM. */
int report_started(const struct feat *feat, struct text *ret) MUST_CHECK;

/* "libvirt:win11 is off, and 0000:01:00.0, .1 are home after 3.1 s" */
int report_stopped(const struct feat *feat, struct text *ret) MUST_CHECK;

/* "rehearsal of libvirt:win11: 0000:01:00.0, .1 could be had in 1.2 s and are home again in 2.3 s"
 */
int report_rehearsed(const struct feat *feat, struct text *ret) MUST_CHECK;

/* "0000:01:00.0, .1, 0000:02:00.0": functions of one slot are told by their last part. */
int report_devices(const struct address *devices, size_t count, struct text *ret) MUST_CHECK;
