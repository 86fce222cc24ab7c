/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where the elements of an XML document stand in its text, so that a part of it can be changed and
 * everything else stays as it is, byte by byte. Namespaces are not looked at: a name is what stands
 * in the text, with its prefix.
 *
 * Paths are the part of XPath that virt-xml(1) reads too (`--xml`), from the outermost element on:
 *
 *     ./cpu/@mode                                 an attribute
 *     ./os/type                                   an element, and the text in it
 *     ./devices/hostdev[2]/source                 the second of that name
 *     ./cputune/vcpupin[@vcpu='0']/@cpuset        the first with that attribute
 */

#define XML_NONE         SIZE_MAX
#define XML_ELEMENTS_MAX 65536
#define XML_COUNT_MAX    1024 /* that xml_count counts up to */
#define XML_PATH_SIZE    192
#define XML_VALUE_SIZE   512

struct xml_element {
	size_t parent; /* XML_NONE: the outermost */
	size_t begin;  /* of its '<' */
	size_t inside; /* behind its start tag */
	size_t tail;   /* of its end tag; as `end` if it has none: <a/> */
	size_t end;    /* behind it */
	size_t name_length;
};

struct xml {
	const char *data; /* not ours, and not changed */
	size_t length;
	struct xml_element *elements; /* in the order in which they begin */
	size_t count;
};

/* One step of a path. */
struct xml_step {
	char name[64];
	bool attribute;   /* @name, the last of a path */
	unsigned int nth; /* name[2]: 2; 0: any */
	char key[32];     /* name[@key='value']; empty: none */
	char value[128];
};

/*
 * data: what is sound already (request/domain_xml.h). -EINVAL, -E2BIG above XML_ELEMENTS_MAX,
 * -ENOMEM.
 */
int xml_parse(const char *data, size_t length, struct xml *ret, struct error *error) MUST_CHECK;
void xml_free(struct xml *xml);

#define AUTO_XML CLEANUP(xml_free)

/* Takes the next step off *path: 1, or 0 at the end. -EINVAL: it is none. */
int xml_step_next(const char **path, struct xml_step *ret) MUST_CHECK;

/* The child of `parent` that the step means; XML_NONE. */
size_t xml_child(const struct xml *xml, size_t parent, const struct xml_step *step);

/* The element that a path without attribute means, or XML_NONE. */
size_t xml_find(const struct xml *xml, const char *path);
bool xml_has(const struct xml *xml, const char *path);

/* How many of that name stand there: "./devices/hostdev". */
unsigned int xml_count(const struct xml *xml, const char *path);

/* The same of a path with numbers in it. */
bool xml_has_at(const struct xml *xml, const char *format, ...) PRINTF(2, 3);
bool xml_value_at(const struct xml *xml, char ret[XML_VALUE_SIZE], const char *format, ...)
	PRINTF(3, 4);

/*
 * The value of an attribute, or the text of an element up to its first child, without entities and
 * without blanks around it. false, and an empty text: there is none, or it does not fit.
 */
bool xml_value(const struct xml *xml, const char *path, char ret[XML_VALUE_SIZE]);

/* Is it that? */
bool xml_is(const struct xml *xml, const char *path, const char *value);

/*
 * Where an attribute of an element stands: from its name (*ret_begin) to behind its closing quote
 * (*ret_end), and its value, still with entities, from *ret_value on. false: it has none.
 */
struct xml_attribute {
	size_t begin, value, value_end, end;
};
bool xml_attribute(
	const struct xml *xml, size_t element, const char *name, struct xml_attribute *ret);
