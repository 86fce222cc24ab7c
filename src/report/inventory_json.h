/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/inventory.h"
#include "report/document.h"

/* Parts of the JSON of `list`: members of the object that is open (docs/schema/list.json). */

/* A device's link, BARs, candidates and domain. */
void report_detail(struct document *document, const struct detail *detail);

/* The tree of what hangs on it. */
void report_attached(
	struct document *document, const struct attachments *attachments, struct address device);

/* The IOMMUs, the processors and the memory. */
void report_machine(struct document *document, const struct inventory *inventory);
