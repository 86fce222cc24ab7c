/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/finding.h"
#include "base/text.h"
#include "report/listing.h"

/*
 * The machine as one page of HTML that stands alone: the drawing, what was found (findings may be
 * NULL: nobody looked), and everything that `baton list` shows. Nothing is loaded from anywhere and
 * nothing runs in it. -ENOMEM.
 */
int report_page(const struct listing *listing, const struct findings *findings, struct text *ret)
	MUST_CHECK;

extern const char page_style[]; /* CSS */
