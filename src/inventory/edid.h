/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

#define EDID_TEXT_SIZE 16 /* thirteen letters fit into a descriptor */

/* What a monitor says of itself (VESA E-EDID 1.3 and 1.4, the base block). */
struct edid {
	char maker[4]; /* three letters, registered: "DEL" */
	uint16_t product;
	char name[EDID_TEXT_SIZE];   /* "DELL U2720Q"; empty: it has none */
	char serial[EDID_TEXT_SIZE]; /* as it is printed on it; else its number; empty: none */
};

/* -EINVAL: that is no EDID, or one that was not read whole (its checksum is wrong). */
int edid_parse(const uint8_t *data, size_t length, struct edid *ret) MUST_CHECK;
