/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "capture/disguise.h"
#include "capture/place.h"

/* Adds the tree as text (tests/machines/README.md has the format), with everything replaced. */
int write_places(const struct place *top, struct disguise *disguise, struct text *ret) MUST_CHECK;
