/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/text.h"
#include "report/listing.h"
#include "report/terminal.h"

/*
 * The hardware for programs and files: a table by IOMMU group of what there is, who drives it and
 * who keeps it busy; below it a line for each card that says whether it can be handed over, and
 * the sentences that explain what is missing. -ENOMEM, -E2BIG.
 */
int report_list(const struct listing *listing, struct text *ret) MUST_CHECK;

/* The same as JSON, with whole names and all that the snapshot has of the devices. */
int report_list_json(const struct listing *listing, struct text *ret, struct error *error)
	MUST_CHECK;

/* The same for a person at a terminal: a box for each group, with what is known of its devices and
 * what hangs on them. -ENOMEM. */
int report_boxes(const struct listing *listing, const struct terminal *terminal, struct text *ret)
	MUST_CHECK;
