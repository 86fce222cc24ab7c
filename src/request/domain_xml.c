// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/domain_xml.h"

#include <errno.h>
#include <expat.h>
#include <string.h>
#include <strings.h>

#include "base/macros.h"
#include "base/text.h"
#include "request/attributes.h"
#include "request/form.h"

/*
 * libexpat and not libxml2: a hook runs at every operation of every guest, mostly to find that no
 * device is concerned, and expat adds 0.05 ms to an empty process, far less than libxml2 and the
 * libraries that come with it.
 */

#define DEPTH_MAX 256 /* as deep as libxml2, and so libvirt, goes */
#define UUID_SIZE 37

/* Where an element stands. What is not on the way to something that we want is PLACE_OTHER. */
enum place {
	PLACE_OTHER,
	PLACE_DOCUMENT,
	PLACE_DOMAIN,
	PLACE_NAME,
	PLACE_UUID,
	PLACE_DEVICES,
	PLACE_HOSTDEV,
	PLACE_INTERFACE,
	PLACE_NETWORK,
	PLACE_DISK,  /* an NVMe controller */
	PLACE_IMAGE, /* any other disk: an NVMe controller may be below it */
	PLACE_SOURCE,
	PLACE_ADDRESS,
	PLACE_DRIVER,
	PLACE_TEAMING,
};

/* An open element, and what was found in it if it is a device. */
struct element {
	enum place place;
	bool has_address;
	bool on_other_bus;
	struct address address;
	char driver[REQUEST_DRIVER_SIZE];
};

struct parser {
	XML_Parser expat;
	struct element stack[DEPTH_MAX + 1]; /* the document is the lowest */
	struct element *top;
	char name[TITLE_SIZE - (sizeof("libvirt:") - 1)];
	char uuid[UUID_SIZE];
	struct request request;
	int r;
	struct error *error;
};

static int begin_address(struct parser *parser, const char **attributes) {
	struct element *device = parser->top - 2; /* above it is <source>, above that the device */
	const char *type = attributes_find(attributes, "type");

	if (type && strcmp(type, "pci") != 0) {
		device->on_other_bus = true;
		return 0;
	}
	if (device->has_address) {
		return error_set(parser->error, -EINVAL, "a device has a second source address");
	}
	device->has_address = true;
	return attributes_address(attributes, &device->address, parser->error);
}

static int begin_driver(struct parser *parser, const char **attributes) {
	struct element *device = parser->top - 1;
	const char *model = attributes_find(attributes, "model");

	if (!model) {
		return 0;
	}
	if (!driver_name_is_sound(model)) {
		return error_set(parser->error, -EINVAL,
			"the model of this <driver> is a name that no driver can have");
	}
	return name_set(device->driver, sizeof(device->driver), model);
}

static int begin_teaming(struct parser *parser, const char **attributes) {
	parser->request.later = true;
	return 0;
}

static int begin_name(struct parser *parser, const char **attributes) {
	if (parser->name[0]) {
		return error_set(parser->error, -EINVAL, "there is a second <name>");
	}
	return 0;
}

static int begin_uuid(struct parser *parser, const char **attributes) {
	if (parser->uuid[0]) {
		return error_set(parser->error, -EINVAL, "there is a second <uuid>");
	}
	return 0;
}

/*
 * The ways through the document: such an element below such a place is a place of its own, if its
 * attribute type has the value given. The first that fits counts. Only addresses below <source> are
 * the host's: one that stands right below a device is where the guest sees it.
 */
static const struct way {
	enum place from;
	const char *element;
	const char *type; /* NULL: any */
	enum place to;
	int (*begin)(struct parser *parser, const char **attributes);
} ways[] = {
	{PLACE_DOCUMENT, "domain", NULL, PLACE_DOMAIN, NULL},
	{PLACE_DOMAIN, "name", NULL, PLACE_NAME, begin_name},
	{PLACE_DOMAIN, "uuid", NULL, PLACE_UUID, begin_uuid},
	{PLACE_DOMAIN, "devices", NULL, PLACE_DEVICES, NULL},
	/* mode='capabilities' needs no look: its types are others. */
	{PLACE_DEVICES, "hostdev", "pci", PLACE_HOSTDEV, NULL},
	{PLACE_DEVICES, "interface", "hostdev", PLACE_INTERFACE, NULL},
	{PLACE_DEVICES, "interface", "network", PLACE_NETWORK, NULL},
	{PLACE_DEVICES, "disk", "nvme", PLACE_DISK, NULL},
	{PLACE_DEVICES, "disk", NULL, PLACE_IMAGE, NULL},
	/* libvirt detaches the whole chain (virHostdevGetNVMeDeviceList). */
	{PLACE_DISK, "backingStore", "nvme", PLACE_DISK, NULL},
	{PLACE_DISK, "backingStore", NULL, PLACE_IMAGE, NULL},
	{PLACE_IMAGE, "backingStore", "nvme", PLACE_DISK, NULL},
	{PLACE_IMAGE, "backingStore", NULL, PLACE_IMAGE, NULL},
	{PLACE_HOSTDEV, "driver", NULL, PLACE_DRIVER, begin_driver},
	{PLACE_INTERFACE, "driver", NULL, PLACE_DRIVER, begin_driver},
	{PLACE_HOSTDEV, "source", NULL, PLACE_SOURCE, NULL},
	{PLACE_INTERFACE, "source", NULL, PLACE_SOURCE, NULL},
	{PLACE_DISK, "source", NULL, PLACE_SOURCE, NULL},
	{PLACE_SOURCE, "address", NULL, PLACE_ADDRESS, begin_address},
	/* Only a device that is handed over can be the transient half of a team. */
	{PLACE_NETWORK, "teaming", "transient", PLACE_TEAMING, begin_teaming},
};

static const struct way *find_way(enum place from, const char *element, const char **attributes) {
	const char *type;

	if (from == PLACE_OTHER) {
		return NULL;
	}
	type = attributes_find(attributes, "type");
	for (size_t i = 0; i < COUNT(ways); i++) {
		const struct way *way = &ways[i];

		if (way->from == from && strcmp(way->element, element) == 0 &&
			(!way->type || (type && strcmp(way->type, type) == 0))) {
			return way;
		}
	}
	return NULL;
}

static int enter(struct parser *parser, const char *name, const char **attributes) {
	const struct way *way = find_way(parser->top->place, name, attributes);

	if (parser->top->place == PLACE_DOCUMENT && !way) {
		return error_set(parser->error, -EINVAL, "this is not a <domain>");
	}
	if (parser->top == &parser->stack[DEPTH_MAX]) {
		return error_set(
			parser->error, -EINVAL, "elements are nested more than %d deep", DEPTH_MAX);
	}
	*++parser->top = (struct element){.place = way ? way->to : PLACE_OTHER};
	return way && way->begin ? way->begin(parser, attributes) : 0;
}

static int leave(struct parser *parser) {
	struct element *element = parser->top--;

	if (element->place != PLACE_HOSTDEV && element->place != PLACE_INTERFACE &&
		element->place != PLACE_DISK) {
		return 0;
	}
	if (element->has_address) {
		return request_add(
			&parser->request, element->address, element->driver, parser->error);
	}
	if (element->on_other_bus) {
		return 0;
	}
	return error_set(parser->error, -EINVAL, "the device that ends here has no source address");
}

/* Adds a piece of text to a field; a document's text comes in any number of pieces. */
static int add_text(char *field, size_t size, const char *data, int length, struct error *error) {
	size_t done = strlen(field);

	if ((size_t)length >= size - done) {
		return error_set(error, -EINVAL, "this is longer than %zu bytes", size - 1);
	}
	memcpy(field + done, data, (size_t)length);
	field[done + (size_t)length] = '\0';
	return 0;
}

/* libexpat may still call a handler after it was told to stop: the first failure is the one told.
 */
static void stop(struct parser *parser, int r) {
	parser->r = error_add(parser->error, r, "domain XML, line %lu, column %lu",
		XML_GetCurrentLineNumber(parser->expat),
		XML_GetCurrentColumnNumber(parser->expat) + 1);
	XML_StopParser(parser->expat, XML_FALSE);
}

static void on_start(void *data, const char *name, const char **attributes) {
	struct parser *parser = data;
	int r = parser->r < 0 ? 0 : enter(parser, name, attributes);

	if (r < 0) {
		stop(parser, r);
	}
}

static void on_end(void *data, const char *name) {
	struct parser *parser = data;
	int r = parser->r < 0 ? 0 : leave(parser);

	if (r < 0) {
		stop(parser, r);
	}
}

static void on_text(void *data, const char *text, int length) {
	struct parser *parser = data;
	int r = 0;

	if (parser->r < 0) {
		return;
	}
	if (parser->top->place == PLACE_NAME) {
		r = add_text(parser->name, sizeof(parser->name), text, length, parser->error);
	} else if (parser->top->place == PLACE_UUID) {
		r = add_text(parser->uuid, sizeof(parser->uuid), text, length, parser->error);
	}
	if (r < 0) {
		stop(parser, r);
	}
}

static void on_declaration(void *data, const char *version, const char *encoding, int standalone) {
	struct parser *parser = data;

	if (encoding && strcasecmp(encoding, "UTF-8") != 0 &&
		strcasecmp(encoding, "US-ASCII") != 0) {
		stop(parser, error_set(parser->error, -EINVAL,
				     "the encoding is %.40s, and only UTF-8 is read", encoding));
	}
}

/* Without a document type there are no entities: neither external ones nor a billion laughs. */
static void on_document_type(void *data, const char *name, const char *system, const char *public,
	int has_internal_subset) {
	struct parser *parser = data;

	if (parser->r == 0) {
		stop(parser, error_set(parser->error, -EINVAL,
				     "a guest's definition has no document type (<!DOCTYPE>)"));
	}
}

static int run(struct parser *parser, const char *data, size_t length) {
	XML_SetUserData(parser->expat, parser);
	XML_SetElementHandler(parser->expat, on_start, on_end);
	XML_SetCharacterDataHandler(parser->expat, on_text);
	XML_SetXmlDeclHandler(parser->expat, on_declaration);
	XML_SetStartDoctypeDeclHandler(parser->expat, on_document_type);
	if (XML_Parse(parser->expat, data, (int)length, XML_TRUE) == XML_STATUS_OK ||
		parser->r < 0) {
		return parser->r;
	}
	if (XML_GetErrorCode(parser->expat) == XML_ERROR_NO_MEMORY) {
		return error_set(parser->error, -ENOMEM, "no memory to read the domain XML");
	}
	error_set(parser->error, -EINVAL, "%s", XML_ErrorString(XML_GetErrorCode(parser->expat)));
	stop(parser, -EINVAL);
	return parser->r;
}

/* The key is made of the UUID alone: a name may be anything, also "../../x y%". */
static int name_guest(struct parser *parser) {
	struct request *request = &parser->request;
	char uuid[UUID_SIZE];

	if (form_read("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", parser->uuid, uuid) < 0) {
		return error_set(parser->error, -EINVAL, "domain XML: %s",
			parser->uuid[0] ? "its <uuid> is not a UUID" : "there is no <uuid>");
	}
	if (!parser->name[0]) {
		return error_set(parser->error, -EINVAL, "domain XML: there is no <name>");
	}
	if (name_format(request->guest, sizeof(request->guest), "libvirt:%s", uuid) < 0 ||
		name_format(request->title, sizeof(request->title), "libvirt:%s", parser->name) <
			0) {
		return error_set(parser->error, -EINVAL, "domain XML: its <name> is too long");
	}
	return 0;
}

/* Two bytes a character show themselves in the first bytes: by a mark or by a zero beside a '<'. */
static bool is_wide(const char *data, size_t length) {
	static const unsigned char marks[][2] = {{0xfe, 0xff}, {0xff, 0xfe}};

	return memchr(data, '\0', length < 4 ? length : 4) ||
	       (length >= 2 && (memcmp(data, marks[0], 2) == 0 || memcmp(data, marks[1], 2) == 0));
}

static void parser_done(struct parser *parser) {
	if (parser->expat) {
		XML_ParserFree(parser->expat);
	}
}

int domain_xml_parse(const char *data, size_t length, struct request *ret, struct error *error) {
	CLEANUP(parser_done) struct parser parser = {.error = error};
	int r;

	if (length > DOMAIN_XML_MAX) {
		return error_set(error, -EFBIG, "the domain XML is larger than %zu MiB",
			DOMAIN_XML_MAX >> 20);
	}
	if (is_wide(data, length)) {
		return error_set(error, -EINVAL,
			"the domain XML is UTF-16 or UTF-32, and only UTF-8 is read");
	}
	/* Namespaces apart: somebody's own <x:hostdev> is none of libvirt's. */
	parser.expat = XML_ParserCreateNS("UTF-8", ' ');
	if (!parser.expat) {
		return error_set(error, -ENOMEM, "no memory to read the domain XML");
	}
	parser.top = parser.stack;
	parser.top->place = PLACE_DOCUMENT;
	r = run(&parser, data, length);
	if (r == 0) {
		r = name_guest(&parser);
	}
	if (r < 0) {
		return r;
	}
	*ret = parser.request;
	return 0;
}
