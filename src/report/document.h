/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

#include <stdbool.h>

/*
 * A JSON document that is being written, by jansson, which is loaded by the first document_begin:
 * only --json pays for it. A failure sticks: the calls in between need no checks, document_end
 * tells. Inside an object each call takes a key, inside an array NULL. What is no UTF-8 (a name
 * that somebody chose) has its odd bytes replaced by '?'.
 */
#define DOCUMENT_DEPTH_MAX 64

struct document {
	void *open[DOCUMENT_DEPTH_MAX]; /* jansson's objects and arrays around the next value */
	size_t depth;
	int r; /* the first failure */
	struct error error;
};

/* Begins the outermost value: an object. */
void document_begin(struct document *document);
void document_object(struct document *document, const char *key);
void document_array(struct document *document, const char *key);
void document_close(struct document *document);

void document_text(struct document *document, const char *key, const char *value);
/* An empty name is null: there is none. */
void document_name(struct document *document, const char *key, const char *value);
void document_number(struct document *document, const char *key, long long value);
void document_names(struct document *document, const char *key, const struct names *names);
void document_bool(struct document *document, const char *key, bool value);

/* Closes the outermost value and appends the text and a newline to *ret; frees all in any case. */
int document_end(struct document *document, struct text *ret, struct error *error) MUST_CHECK;
