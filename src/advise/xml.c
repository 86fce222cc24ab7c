// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/xml.h"

#include <errno.h>
#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

#define BLANKS " \t\r\n"

struct parser {
	XML_Parser expat;
	struct xml xml;
	size_t size; /* how many elements there is room for */
	size_t open; /* the innermost open one */
	int r;
};

static void stop(struct parser *parser, int r) {
	parser->r = r;
	XML_StopParser(parser->expat, XML_FALSE);
}

static int grow(struct parser *parser) {
	size_t size = parser->size ? parser->size * 2 : 256;
	struct xml_element *elements;

	if (parser->xml.count < parser->size) {
		return 0;
	}
	if (parser->xml.count == XML_ELEMENTS_MAX) {
		return -E2BIG;
	}
	elements = realloc(parser->xml.elements, size * sizeof(*elements));
	if (!elements) {
		return -ENOMEM;
	}
	parser->xml.elements = elements;
	parser->size = size;
	return 0;
}

static void on_start(void *data, const char *name, const char **attributes) {
	struct parser *parser = data;
	size_t begin = (size_t)XML_GetCurrentByteIndex(parser->expat);
	size_t inside = begin + (size_t)XML_GetCurrentByteCount(parser->expat);
	int r = parser->r < 0 ? parser->r : grow(parser);

	if (r < 0) {
		stop(parser, r);
		return;
	}
	parser->xml.elements[parser->xml.count] = (struct xml_element){
		.parent = parser->open,
		.begin = begin,
		.inside = inside,
		.name_length = strlen(name),
	};
	parser->open = parser->xml.count++;
}

static void on_end(void *data, const char *name) {
	struct parser *parser = data;
	size_t tail = (size_t)XML_GetCurrentByteIndex(parser->expat);
	struct xml_element *element;

	if (parser->r < 0) {
		return;
	}
	element = &parser->xml.elements[parser->open];
	/* Of <a/>, libexpat tells the end where the element is. */
	if (parser->xml.data[element->inside - 2] == '/') {
		element->tail = element->end = element->inside;
	} else {
		element->tail = tail;
		element->end = tail + (size_t)XML_GetCurrentByteCount(parser->expat);
	}
	parser->open = element->parent;
}

static int run(struct parser *parser, struct error *error) {
	XML_SetUserData(parser->expat, parser);
	XML_SetElementHandler(parser->expat, on_start, on_end);
	if (XML_Parse(parser->expat, parser->xml.data, (int)parser->xml.length, XML_TRUE) ==
		XML_STATUS_OK) {
		return 0;
	}
	if (parser->r == -E2BIG) {
		return error_set(
			error, -E2BIG, "there are more than %d elements in it", XML_ELEMENTS_MAX);
	}
	return error_set(error, parser->r < 0 ? parser->r : -EINVAL, "line %lu: %s",
		XML_GetCurrentLineNumber(parser->expat),
		XML_ErrorString(XML_GetErrorCode(parser->expat)));
}

int xml_parse(const char *data, size_t length, struct xml *ret, struct error *error) {
	struct parser parser = {.xml = {.data = data, .length = length}, .open = XML_NONE};
	int r;

	parser.expat = XML_ParserCreate("UTF-8");
	if (!parser.expat) {
		return error_set(error, -ENOMEM, "no memory to read XML");
	}
	r = run(&parser, error);
	XML_ParserFree(parser.expat);
	if (r < 0) {
		xml_free(&parser.xml);
		return r;
	}
	*ret = parser.xml;
	return 0;
}

void xml_free(struct xml *xml) {
	free(xml->elements);
	*xml = (struct xml){0};
}

/* [2] or [@key='value'], from behind the bracket on. */
static int read_condition(const char *text, size_t length, struct xml_step *step) {
	const char *equals = memchr(text, '=', length);
	char number[8];
	unsigned long long nth;

	if (*text != '@') {
		if (name_format(number, sizeof(number), "%.*s", (int)length, text) < 0 ||
			number_parse(number, 9999, &nth) < 0 || nth == 0) {
			return -EINVAL;
		}
		step->nth = (unsigned int)nth;
		return 0;
	}
	if (!equals || equals + 2 >= text + length || equals[1] != '\'' ||
		text[length - 1] != '\'') {
		return -EINVAL;
	}
	if (name_format(step->key, sizeof(step->key), "%.*s", (int)(equals - text - 1), text + 1) <
		0) {
		return -EINVAL;
	}
	return name_format(step->value, sizeof(step->value), "%.*s",
		(int)(text + length - 1 - equals - 2), equals + 2);
}

int xml_step_next(const char **path, struct xml_step *ret) {
	const char *text = *path + strspn(*path, "./");
	size_t length = strcspn(text, "/["), whole = length;
	struct xml_step step = {.attribute = *text == '@'};

	if (!*text) {
		return 0;
	}
	if (name_format(step.name, sizeof(step.name), "%.*s", (int)(length - step.attribute),
		    text + step.attribute) < 0 ||
		!step.name[0]) {
		return -EINVAL;
	}
	if (text[length] == '[') {
		const char *end = strchr(text, ']');

		if (!end || read_condition(text + length + 1, (size_t)(end - text) - length - 1,
				    &step) < 0) {
			return -EINVAL;
		}
		whole = (size_t)(end - text) + 1;
	}
	*path = text + whole;
	*ret = step;
	return 1;
}

bool xml_attribute(
	const struct xml *xml, size_t element, const char *name, struct xml_attribute *ret) {
	const struct xml_element *at = &xml->elements[element];
	const char *end = xml->data + at->inside;
	const char *c = xml->data + at->begin + 1 + at->name_length;

	/* The tag is sound: NAME, '=' and a quoted value in turn, with blanks between them. */
	for (;;) {
		const char *begin, *quote, *close;
		size_t length;

		c += strspn(c, BLANKS);
		if (c >= end || *c == '/' || *c == '>') {
			return false;
		}
		begin = c;
		length = strcspn(c, BLANKS "=");
		quote = c + length + strspn(c + length, BLANKS "=");
		close = memchr(quote + 1, *quote, (size_t)(end - quote - 1));
		if (!close) {
			return false;
		}
		if (strlen(name) == length && strncmp(begin, name, length) == 0) {
			*ret = (struct xml_attribute){
				.begin = (size_t)(begin - xml->data),
				.value = (size_t)(quote + 1 - xml->data),
				.value_end = (size_t)(close - xml->data),
				.end = (size_t)(close + 1 - xml->data),
			};
			return true;
		}
		c = close + 1;
	}
}

/* A character that stands there as an entity; returns behind it. */
static const char *take_entity(const char *c, const char *end, char *ret) {
	static const struct {
		const char *text;
		char c;
	} entities[] = {
		{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};

	for (size_t i = 0; i < COUNT(entities); i++) {
		size_t length = strlen(entities[i].text);

		if ((size_t)(end - c) >= length && strncmp(c, entities[i].text, length) == 0) {
			*ret = entities[i].c;
			return c + length;
		}
	}
	*ret = '?'; /* one by its number: nothing that we look for has any */
	c = memchr(c, ';', (size_t)(end - c));
	return c ? c + 1 : end;
}

static bool decode(const struct xml *xml, size_t begin, size_t end, char ret[XML_VALUE_SIZE]) {
	const char *c = xml->data + begin, *stop = xml->data + end;
	size_t length = 0;

	ret[0] = '\0';
	while (c < stop && strchr(BLANKS, *c)) {
		c++;
	}
	while (stop > c && strchr(BLANKS, stop[-1])) {
		stop--;
	}
	while (c < stop) {
		if (length + 1 == XML_VALUE_SIZE) {
			ret[0] = '\0';
			return false;
		}
		if (*c == '&') {
			c = take_entity(c, stop, &ret[length++]);
		} else {
			ret[length++] = *c++;
		}
	}
	ret[length] = '\0';
	return true;
}

static bool is_meant(const struct xml *xml, size_t element, const struct xml_step *step) {
	const struct xml_element *at = &xml->elements[element];
	struct xml_attribute attribute;
	char value[XML_VALUE_SIZE];

	if (strlen(step->name) != at->name_length ||
		strncmp(xml->data + at->begin + 1, step->name, at->name_length) != 0) {
		return false;
	}
	return !step->key[0] || (xml_attribute(xml, element, step->key, &attribute) &&
					decode(xml, attribute.value, attribute.value_end, value) &&
					strcmp(value, step->value) == 0);
}

size_t xml_child(const struct xml *xml, size_t parent, const struct xml_step *step) {
	unsigned int nth = 0;

	for (size_t i = parent + 1; i < xml->count; i++) {
		if (xml->elements[i].begin >= xml->elements[parent].end) {
			break;
		}
		if (xml->elements[i].parent == parent && is_meant(xml, i, step) &&
			(!step->nth || ++nth == step->nth)) {
			return i;
		}
	}
	return XML_NONE;
}

/* Walks as far as elements go; *ret_last is the step that was left: an attribute, or none. */
static size_t walk(const struct xml *xml, const char *path, struct xml_step *ret_last) {
	size_t element = 0;
	struct xml_step step;

	*ret_last = (struct xml_step){0};
	while (xml->count > 0 && xml_step_next(&path, &step) == 1) {
		if (step.attribute) {
			*ret_last = step;
			return element;
		}
		element = xml_child(xml, element, &step);
		if (element == XML_NONE) {
			return XML_NONE;
		}
	}
	return xml->count > 0 ? element : XML_NONE;
}

size_t xml_find(const struct xml *xml, const char *path) {
	struct xml_step last;
	size_t element = walk(xml, path, &last);

	return last.attribute ? XML_NONE : element;
}

bool xml_has(const struct xml *xml, const char *path) {
	return xml_find(xml, path) != XML_NONE;
}

unsigned int xml_count(const struct xml *xml, const char *path) {
	char numbered[XML_PATH_SIZE];
	unsigned int count = 0;

	while (count < XML_COUNT_MAX &&
		name_format(numbered, sizeof(numbered), "%s[%u]", path, count + 1) == 0 &&
		xml_has(xml, numbered)) {
		count++;
	}
	return count;
}

bool xml_value(const struct xml *xml, const char *path, char ret[XML_VALUE_SIZE]) {
	struct xml_step last;
	struct xml_attribute attribute;
	size_t element = walk(xml, path, &last);
	size_t end;

	ret[0] = '\0';
	if (element == XML_NONE) {
		return false;
	}
	if (last.attribute) {
		return xml_attribute(xml, element, last.name, &attribute) &&
		       decode(xml, attribute.value, attribute.value_end, ret);
	}
	end = xml->elements[element].tail;
	if (element + 1 < xml->count && xml->elements[element + 1].parent == element) {
		end = xml->elements[element + 1].begin;
	}
	return decode(xml, xml->elements[element].inside, end, ret);
}

bool xml_is(const struct xml *xml, const char *path, const char *value) {
	char found[XML_VALUE_SIZE];

	return xml_value(xml, path, found) && strcmp(found, value) == 0;
}

bool xml_has_at(const struct xml *xml, const char *format, ...) {
	char path[XML_PATH_SIZE];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	return length > 0 && (size_t)length < sizeof(path) && xml_has(xml, path);
}

bool xml_value_at(const struct xml *xml, char ret[XML_VALUE_SIZE], const char *format, ...) {
	char path[XML_PATH_SIZE];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	ret[0] = '\0';
	return length > 0 && (size_t)length < sizeof(path) && xml_value(xml, path, ret);
}
