/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"

#include <stdbool.h>

/*
 * A property string of Proxmox: "0000:01:00,pcie=1,x-vga=1" (parse_property_string in
 * PVE::JSONSchema). Parts are separated by commas, and parts of blanks alone are skipped. A part
 * without '=' is the value of the default key. A key or a value is never empty, and no blank around
 * it is taken off.
 */
struct property {
	const char *key;
	const char *value;
};

/*
 * Takes the next part off *rest, which is cut up for it. default_key may be NULL. Returns 1, or 0
 * at the end. -EINVAL: a part is none that Proxmox takes; *ret is untouched then.
 */
int property_next(char **rest, const char *default_key, struct property *ret, struct error *error)
	MUST_CHECK;
