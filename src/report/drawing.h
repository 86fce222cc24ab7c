/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "report/room.h"

/*
 * The machine as a drawing, SVG: a tile for each group, in it its cards, each with the colour of
 * its verdict, and what hangs on them. Colours come from classes, so that they follow light and
 * dark.
 */

/* One tile as an <svg> of its own that goes into a page, which has drawing_style in it. -ENOMEM. */
int drawing_tile(const struct listing *listing, const struct room *room, struct text *ret)
	MUST_CHECK;

/* All tiles in one file that stands alone. -ENOMEM. */
int drawing_whole(const struct listing *listing, const struct rooms *rooms, struct text *ret)
	MUST_CHECK;

extern const char drawing_style[]; /* CSS */
