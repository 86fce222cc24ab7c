// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/document.h"

#include "base/jansson.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

static const struct jansson *jansson;

static void fail(struct document *document, int r, const char *why) {
	if (document->r == 0) {
		document->r = error_set(&document->error, r, "%s", why);
	}
}

/* Puts the value where the next one belongs; the document owns it from here on. */
static void add(struct document *document, const char *key, json_t *value) {
	json_t *around;
	int r;

	if (document->r < 0) {
		return;
	}
	assert(document->depth > 0);
	around = document->open[document->depth - 1];
	/* Both take the value also when they fail; a NULL value makes them fail. */
	r = key ? jansson->json_object_set_new(around, key, value)
		: jansson->json_array_append_new(around, value);
	if (r < 0) {
		fail(document, -ENOMEM, "out of memory");
	}
}

static void open_value(struct document *document, const char *key, json_t *value) {
	add(document, key, value);
	if (document->r < 0) {
		return;
	}
	assert(document->depth < DOCUMENT_DEPTH_MAX);
	document->open[document->depth++] = value;
}

void document_begin(struct document *document) {
	*document = (struct document){0};
	document->r = jansson_load(&jansson, &document->error);
	if (document->r < 0) {
		return;
	}
	document->open[0] = jansson->json_object();
	if (!document->open[0]) {
		fail(document, -ENOMEM, "out of memory");
		return;
	}
	document->depth = 1;
}

void document_object(struct document *document, const char *key) {
	if (document->r == 0) {
		open_value(document, key, jansson->json_object());
	}
}

void document_array(struct document *document, const char *key) {
	if (document->r == 0) {
		open_value(document, key, jansson->json_array());
	}
}

void document_close(struct document *document) {
	if (document->r == 0) {
		assert(document->depth > 1);
		document->depth--;
	}
}

/* jansson refuses what is no UTF-8: a second try has plain ASCII only. */
static json_t *make_text(const char *value) {
	size_t length = strlen(value);
	json_t *text = jansson->json_stringn(value, length);
	AUTO_FREE char *plain = NULL;

	if (text) {
		return text;
	}
	plain = strdup(value);
	for (size_t i = 0; plain && i < length; i++) {
		plain[i] = (unsigned char)plain[i] < 0x80 ? plain[i] : '?';
	}
	return plain ? jansson->json_stringn(plain, length) : NULL;
}

void document_text(struct document *document, const char *key, const char *value) {
	if (document->r == 0) {
		add(document, key, make_text(value));
	}
}

void document_name(struct document *document, const char *key, const char *value) {
	if (document->r == 0) {
		add(document, key, value[0] ? make_text(value) : jansson->json_null());
	}
}

void document_number(struct document *document, const char *key, long long value) {
	if (document->r == 0) {
		add(document, key, jansson->json_integer(value));
	}
}

void document_names(struct document *document, const char *key, const struct names *names) {
	document_array(document, key);
	for (size_t i = 0; i < names->count; i++) {
		document_text(document, NULL, names->names[i]);
	}
	document_close(document);
}

void document_bool(struct document *document, const char *key, bool value) {
	if (document->r == 0) {
		add(document, key, value ? jansson->json_true() : jansson->json_false());
	}
}

int document_end(struct document *document, struct text *ret, struct error *error) {
	AUTO_JSON json_t *whole = document->open[0];
	AUTO_FREE char *dump = NULL;
	int r = document->r;

	if (r == 0) {
		assert(document->depth == 1);
		dump = jansson->json_dumps(whole, JSON_INDENT(2));
		r = dump ? text_add(ret, "%s\n", dump) : -ENOMEM;
	}
	if (r < 0) {
		return error_set(error, r, "%s",
			document->error.text[0] ? document->error.text : "out of memory");
	}
	return 0;
}
