/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/address.h"
#include "base/error.h"

/*
 * The attributes of an XML element, as libexpat hands them over: names and values in turn, then
 * NULL.
 */

/* NULL: the element has no such attribute. */
const char *attributes_find(const char **attributes, const char *name);

/*
 * A PCI address as libvirt reads it (virPCIDeviceAddressParseXML): domain, bus, slot and function,
 * each decimal, octal or hexadecimal as in C, so that "08" is an error; what is missing is 0.
 * -EINVAL, *ret untouched.
 */
int attributes_address(const char **attributes, struct address *ret, struct error *error)
	MUST_CHECK;
