/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "capture/keep.h"
#include "capture/place.h"

/*
 * Reads what the wanted files of the tree have in them, as far as it is kept, and takes out what is
 * never even opened: such files, and of processes what was only listed, or leads to files of
 * somebody's own. -errno; a file that cannot be read has no data.
 */
int contents_read(int root, const struct keeper *keeper, struct place *top) MUST_CHECK;
