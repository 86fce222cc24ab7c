/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "request/request.h"

/* More than any guest's definition that libvirt itself would read (its limit is 10 MiB). */
#define DOMAIN_XML_MAX ((size_t)8 << 20)

/*
 * The domain XML that libvirt gives its hooks. Fills guest ("libvirt:UUID"), title
 * ("libvirt:NAME") and every PCI device that the guest gets (contracts.md B4), managed or not:
 *
 *     <hostdev mode='subsystem' type='pci'>      source/address
 *     <interface type='hostdev'>                 source/address
 *     <disk type='nvme'>, also below another     source/address
 *         image as its <backingStore type='nvme'>
 *
 * and sets later for <interface type='network'> with <teaming type='transient'/>: that can only be
 * a pool's virtual function, which has no address yet in `prepare`. Without the teaming it may be
 * one too, but then so may every guest's ordinary network, and the XML alone does not tell.
 *
 * Input is not trusted: UTF-8 only, a document type is refused (so there are no entities), at most
 * DOMAIN_XML_MAX bytes (-EFBIG) and 256 elements deep. Bad input is -EINVAL with line and column.
 * *ret is untouched on failure.
 */
int domain_xml_parse(const char *data, size_t length, struct request *ret, struct error *error)
	MUST_CHECK;
