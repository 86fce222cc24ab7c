/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "advise/xml.h"
#include "base/text.h"

/*
 * A change of one place of an XML document, in the words of virt-xml(1): the same edit is made here
 * and printed for people.
 *
 *     --xml PATH=VALUE            sets an attribute or a text; what is missing on the way is made
 *     --xml xpath.create=PATH     an empty element
 *     --xml xpath.delete=PATH     an element with all that is in it, or an attribute
 */

enum xml_edit_kind {
	XML_SET,
	XML_CREATE,
	XML_DELETE
};

struct xml_edit {
	enum xml_edit_kind kind;
	char path[XML_PATH_SIZE];
	char value[XML_VALUE_SIZE]; /* of XML_SET */
};

/*
 * Makes the edit; every byte that it does not concern stays. A new element goes behind those of its
 * name, or to where libvirt writes it; it is indented like its neighbours. 1; 0:
 * it is so already. -EINVAL: the path cannot be followed; -ENOMEM, and the document is as it was.
 */
int xml_edit(struct text *document, const struct xml_edit *edit, struct error *error) MUST_CHECK;
