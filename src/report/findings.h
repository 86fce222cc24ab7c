/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/finding.h"
#include "base/text.h"

/* What `baton check` found. looked_for: how many things there are that it could have found. */

/* At most four lines each. Nothing found: one line. -ENOMEM. */
int report_findings(const struct findings *findings, size_t looked_for, bool coloured,
	struct text *ret) MUST_CHECK;
int report_findings_json(const struct findings *findings, size_t looked_for, struct text *ret,
	struct error *error) MUST_CHECK;
