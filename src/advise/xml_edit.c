// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/xml_edit.h"

#include <errno.h>
#include <string.h>

/* The order in which libvirt writes what advice adds to (virDomainDefFormatInternalSetRootName,
 * virDomainDefFormatDevices in src/conf/domain_conf.c): what comes before, and what comes after. */
static const char *const orders[] = {"metadata", "maxMemory", "memory", "currentMemory",
	"blkiotune", "memtune", "memoryBacking", "vcpu", "vcpus", "iothreads", "iothreadids",
	"cputune", "numatune", "resource", "sysinfo", "bootloader", "os", "idmap", "features",
	"cpu", "clock", "on_poweroff", "on_reboot", "on_crash", "pm", "perf", "devices",
	/* in <devices> */
	"emulator", "disk", "controller", "filesystem", "interface", "smartcard", "serial",
	"parallel", "console", "channel", "input", "tpm", "graphics", "sound", "audio", "video",
	"hostdev", "redirdev", "redirfilter", "hub", "watchdog", "memballoon", "rng", "panic",
	"shmem", "memory",
	/* in <cputune>, <cpu> and others */
	"vcpupin", "emulatorpin", "iothreadpin", "model", "topology", "cache", "feature", "source",
	"rom", "alias", "address"};

/* A name that stands there twice (memory) is the first one for whoever asks. */
static size_t rank(const char *name, size_t length) {
	for (size_t i = 0; i < COUNT(orders); i++) {
		if (strlen(orders[i]) == length && strncmp(orders[i], name, length) == 0) {
			return i;
		}
	}
	return COUNT(orders);
}

/* Returns 1: something has changed. All that edits ends here. */
static int splice(struct text *document, size_t begin, size_t end, const struct text *with) {
	AUTO_TEXT struct text fresh = {0};
	int r = text_append(&fresh, document->data, begin);

	if (r == 0 && with && with->length > 0) {
		r = text_append(&fresh, with->data, with->length);
	}
	r = r < 0 ? r : text_append(&fresh, document->data + end, document->length - end);
	if (r == 0) {
		struct text former = *document;

		*document = fresh;
		fresh = former;
	}
	return r < 0 ? r : 1;
}

static int add_escaped(const char *value, struct text *ret) {
	int r = 0;

	for (; r == 0 && *value; value++) {
		switch (*value) {
		case '&':
			r = text_add(ret, "&amp;");
			break;
		case '<':
			r = text_add(ret, "&lt;");
			break;
		case '>':
			r = text_add(ret, "&gt;");
			break;
		case '\'':
			r = text_add(ret, "&apos;");
			break;
		case '"':
			r = text_add(ret, "&quot;");
			break;
		default:
			r = text_append(ret, value, 1);
			break;
		}
	}
	return r;
}

/* How far the line that an element begins in is indented; 0 if something else stands before it. */
static size_t indentation(const struct xml *xml, size_t at) {
	size_t begin = at;

	while (begin > 0 && (xml->data[begin - 1] == ' ' || xml->data[begin - 1] == '\t')) {
		begin--;
	}
	return begin == 0 || xml->data[begin - 1] == '\n' ? at - begin : 0;
}

static int add_blanks(struct text *ret, size_t count) {
	int r = 0;

	while (r == 0 && count-- > 0) {
		r = text_add(ret, " ");
	}
	return r;
}

static int add_attribute(struct text *ret, const char *name, const char *value) {
	int r = text_add(ret, " %s='", name);

	r = r < 0 ? r : add_escaped(value, ret);
	return r < 0 ? r : text_add(ret, "'");
}

/*
 * The element of a step, and below it those of the rest of the path, each in a line of its own that
 * begins with a newline.
 */
static int add_element(const struct xml_step *step, const char *rest, const struct xml_edit *edit,
	size_t indent, struct text *ret) {
	struct xml_step next = {0};
	int more = xml_step_next(&rest, &next);
	bool leaf = more == 0 || next.attribute;
	bool text = leaf && !next.attribute && edit->kind == XML_SET;
	int r = more < 0 ? more : text_add(ret, "\n");

	r = r < 0 ? r : add_blanks(ret, indent);
	r = r < 0 ? r : text_add(ret, "<%s", step->name);
	r = r == 0 && step->key[0] ? add_attribute(ret, step->key, step->value) : r;
	r = r == 0 && next.attribute ? add_attribute(ret, next.name, edit->value) : r;
	if (r < 0 || (leaf && !text)) {
		return r < 0 ? r : text_add(ret, "/>");
	}
	r = text_add(ret, ">");
	if (text) {
		r = r < 0 ? r : add_escaped(edit->value, ret);
	} else {
		r = r < 0 ? r : add_element(&next, rest, edit, indent + 2, ret);
		r = r < 0 ? r : text_add(ret, "\n");
		r = r < 0 ? r : add_blanks(ret, indent);
	}
	return r < 0 ? r : text_add(ret, "</%s>", step->name);
}

static bool is_named(const struct xml *xml, size_t element, const char *name) {
	const struct xml_element *at = &xml->elements[element];

	return strlen(name) == at->name_length &&
	       strncmp(xml->data + at->begin + 1, name, at->name_length) == 0;
}

/* The child that a new one of that name goes behind; XML_NONE: the new one is the first. */
static size_t find_neighbour(const struct xml *xml, size_t parent, const char *name) {
	size_t place = rank(name, strlen(name)), before = XML_NONE, last = XML_NONE;
	bool same = false;

	for (size_t i = parent + 1; i < xml->count; i++) {
		const struct xml_element *at = &xml->elements[i];

		if (at->begin >= xml->elements[parent].end) {
			break;
		}
		if (at->parent != parent) {
			continue;
		}
		last = i;
		if (is_named(xml, i, name)) {
			before = i;
			same = true;
		} else if (!same && rank(xml->data + at->begin + 1, at->name_length) < place) {
			before = i;
		}
	}
	return place == COUNT(orders) && !same ? last : before;
}

/* Makes the element of the step, which is not there, below `parent`. */
static int insert(struct text *document, const struct xml *xml, size_t parent,
	const struct xml_step *step, const char *rest, const struct xml_edit *edit) {
	AUTO_TEXT struct text fresh = {0};
	const struct xml_element *above = &xml->elements[parent];
	size_t indent = indentation(xml, above->begin), neighbour, at;
	int r;

	if (above->tail == above->end) { /* <a/>: it gets an end tag */
		at = above->inside - 2;
		r = text_add(&fresh, ">");
		r = r < 0 ? r : add_element(step, rest, edit, indent + 2, &fresh);
		r = r < 0 ? r : text_add(&fresh, "\n");
		r = r < 0 ? r : add_blanks(&fresh, indent);
		r = r < 0 ? r
			  : text_add(&fresh, "</%.*s>", (int)above->name_length,
				    xml->data + above->begin + 1);
		return r < 0 ? r : splice(document, at, above->inside, &fresh);
	}
	neighbour = find_neighbour(xml, parent, step->name);
	at = neighbour == XML_NONE ? above->inside : xml->elements[neighbour].end;
	r = add_element(step, rest, edit, indent + 2, &fresh);
	if (r == 0 && neighbour == XML_NONE && xml->data[at] != '\n') {
		r = text_add(&fresh, "\n");
		r = r < 0 ? r : add_blanks(&fresh, indent);
	}
	return r < 0 ? r : splice(document, at, at, &fresh);
}

static int set_attribute(struct text *document, const struct xml *xml, size_t element,
	const char *name, const char *value) {
	AUTO_TEXT struct text fresh = {0};
	struct xml_attribute at;
	size_t end;
	int r;

	if (xml_attribute(xml, element, name, &at)) {
		r = add_escaped(value, &fresh);
		return r < 0 ? r : splice(document, at.value, at.value_end, &fresh);
	}
	end = xml->elements[element].inside - 1;
	end -= xml->data[end - 1] == '/';
	while (xml->data[end - 1] == ' ') {
		end--;
	}
	r = add_attribute(&fresh, name, value);
	return r < 0 ? r : splice(document, end, end, &fresh);
}

static int set_text(
	struct text *document, const struct xml *xml, size_t element, const char *value) {
	const struct xml_element *at = &xml->elements[element];
	AUTO_TEXT struct text fresh = {0};
	bool closed = at->tail == at->end;
	int r = closed ? text_add(&fresh, ">") : 0;

	r = r < 0 ? r : add_escaped(value, &fresh);
	if (r == 0 && closed) {
		r = text_add(&fresh, "</%.*s>", (int)at->name_length, xml->data + at->begin + 1);
	}
	if (r < 0) {
		return r;
	}
	return closed ? splice(document, at->inside - 2, at->inside, &fresh)
		      : splice(document, at->inside, at->tail, &fresh);
}

static bool is_blank(const struct xml *xml, size_t begin, size_t end) {
	while (begin < end && strchr(" \t\r\n", xml->data[begin])) {
		begin++;
	}
	return begin >= end;
}

/* With the line that it stands in, if nothing else does. What is empty then needs no end tag. */
static int delete_element(struct text *document, const struct xml *xml, size_t element) {
	size_t begin = xml->elements[element].begin, end = xml->elements[element].end;
	size_t line = begin - indentation(xml, begin), parent = xml->elements[element].parent;
	const struct xml_element *above = &xml->elements[parent];

	if (is_blank(xml, above->inside, begin) && is_blank(xml, end, above->tail)) {
		AUTO_TEXT struct text closed = {0};
		int r = text_add(&closed, "/>");

		return r < 0 ? r : splice(document, above->inside - 1, above->end, &closed);
	}
	if (line > 0 && xml->data[line - 1] == '\n' && xml->data[end] == '\n') {
		begin = line;
		end++;
	}
	return splice(document, begin, end, NULL);
}

static int delete_attribute(
	struct text *document, const struct xml *xml, size_t element, const char *name) {
	struct xml_attribute at;

	if (!xml_attribute(xml, element, name, &at)) {
		return 0;
	}
	while (strchr(" \t\r\n", xml->data[at.begin - 1])) {
		at.begin--;
	}
	return splice(document, at.begin, at.end, NULL);
}

/* What is to be done at the end of the path, where all of its elements are there. */
static int finish(struct text *document, const struct xml *xml, size_t element,
	const struct xml_step *last, const struct xml_edit *edit) {
	bool attribute = last->attribute;

	switch (edit->kind) {
	case XML_SET:
		return attribute ? set_attribute(document, xml, element, last->name, edit->value)
				 : set_text(document, xml, element, edit->value);
	case XML_CREATE:
		return 0;
	case XML_DELETE:
		return attribute ? delete_attribute(document, xml, element, last->name)
				 : delete_element(document, xml, element);
	}
	return -EINVAL;
}

static int edit_parsed(struct text *document, const struct xml *xml, const struct xml_edit *edit) {
	const char *rest = edit->path;
	size_t element = 0;
	struct xml_step step = {0};
	int r;

	while ((r = xml_step_next(&rest, &step)) == 1 && !step.attribute) {
		size_t child = xml_child(xml, element, &step);

		if (child == XML_NONE) {
			return edit->kind == XML_DELETE
				       ? 0
				       : insert(document, xml, element, &step, rest, edit);
		}
		element = child;
	}
	if (r < 0 || (element == 0 && edit->kind == XML_DELETE)) {
		return -EINVAL;
	}
	return finish(document, xml, element, &step, edit);
}

int xml_edit(struct text *document, const struct xml_edit *edit, struct error *error) {
	AUTO_XML struct xml xml = {0};
	int r = xml_parse(document->data, document->length, &xml, error);

	if (r < 0) {
		return r;
	}
	if (edit->kind == XML_SET && xml_is(&xml, edit->path, edit->value)) {
		return 0;
	}
	r = edit_parsed(document, &xml, edit);
	return r < 0 ? error_set(error, r, "cannot edit %s: %s", edit->path, strerror(-r)) : r;
}
