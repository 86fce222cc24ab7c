/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "advise/advice.h"
#include "advise/xml_edit.h"

/* A domain of libvirt's: its XML as it stands in /etc/libvirt/qemu. */

/* -EINVAL, -E2BIG, -EFBIG, -ENOMEM, with what is wrong and where; *ret is untouched then. */
int libvirt_read(const struct text *document, struct model *ret, struct error *error) MUST_CHECK;

struct xml_edits {
	struct xml_edit *items;
	size_t count;
};

void xml_edits_free(struct xml_edits *edits);

#define AUTO_XML_EDITS CLEANUP(xml_edits_free)

/*
 * Makes the change in the document, and appends the edits that do so to *ret. Which hostdev is
 * meant and which slot of the guest is free depends on the document, so changes are made one after
 * the other, in the order in which people would call virt-xml. -EINVAL: the document has no room
 * for it; -ENOMEM.
 */
int libvirt_change(const struct ground *ground, const struct change *change, struct text *document,
	struct xml_edits *ret, struct error *error) MUST_CHECK;

/* "virt-xml NAME --edit --xml ...", over several lines; for a shell. -ENOMEM. */
int libvirt_command(const char *name, const struct xml_edit *edits, size_t count, struct text *ret)
	MUST_CHECK;

/*
 * Where a card goes in the guest: the hostdevs of the slot of `address`, each function where the
 * host has it, in one slot. Fills *ret with the edits; document as xml has it. (libvirt_place.c)
 */
int libvirt_place(const struct ground *ground, const struct xml *xml, struct address address,
	struct xml_edits *ret, struct error *error) MUST_CHECK;

/* The n-th <hostdev>, from 1: its source, if it is a PCI device. */
bool libvirt_source(const struct xml *xml, unsigned int n, struct address *ret);

/* And where the guest has it: false if libvirt chooses. */
struct libvirt_place {
	unsigned int bus, slot, function;
};
bool libvirt_target(const struct xml *xml, unsigned int n, struct libvirt_place *ret);

/* Appends an edit. -ENOMEM. */
int xml_edits_set(struct xml_edits *edits, const char *value, const char *format, ...) PRINTF(3, 4)
	MUST_CHECK;
int xml_edits_delete(struct xml_edits *edits, const char *format, ...) PRINTF(2, 3) MUST_CHECK;
int xml_edits_create(struct xml_edits *edits, const char *format, ...) PRINTF(2, 3) MUST_CHECK;
