/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stddef.h>

#define SHA1_SIZE 41 /* digits, with the zero */

/* SHA-1 (FIPS 180-4), in digits of lower case. It tells whether something has changed, as Proxmox
 * VE uses it; it is no proof against whoever means ill. */
void sha1_format(const void *data, size_t length, char ret[SHA1_SIZE]);
