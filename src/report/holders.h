/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "host/host.h"
#include "report/document.h"

/* The holders of which devices: all, or those that were asked for. */
struct held {
	const struct host *host;
	const struct address *devices; /* NULL: all */
	size_t device_count;
};

/*
 * Who and what holds the devices, a row each: which process, whose, of which unit or session,
 * through what, and what would make it go. Below stands how many did not let us look. -ENOMEM,
 * -E2BIG.
 */
int report_holders(const struct held *held, bool coloured, struct text *ret) MUST_CHECK;

/* The same as JSON, a node each, with all that is known. */
int report_holders_json(const struct held *held, struct text *ret, struct error *error) MUST_CHECK;

/* The members of a holder but for its device, for the object that is open. */
void report_holder(struct document *document, const struct host *host, const struct holder *holder);

/* How many processes did not let us look, as a sentence. */
int report_hidden(size_t count, struct text *ret) MUST_CHECK;

const char *holder_kind_name(enum holder_kind kind); /* "process", "mount", "file-system", ... */

/* Who keeps the device, in short, each process once: "Xorg (822), / on nvme0n1p2 and 2 more";
 * empty: nobody. -ENOMEM. */
int report_holder_names(const struct host *host, const struct device *device, struct text *ret)
	MUST_CHECK;
