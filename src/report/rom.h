/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "host/rom.h"

/* What `baton rom check` says of the ROM in a file. All append to *ret. */

/* A line of what it is, a line for each image, and a sentence for each fault. -ENOMEM. */
int report_rom(const char *file, const struct rom *rom, struct text *ret) MUST_CHECK;
int report_rom_json(const char *file, const struct rom *rom, struct text *ret, struct error *error)
	MUST_CHECK;
