/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "report/secret.h"

/*
 * HTML and SVG that are being written. What comes from the machine goes through markup_text alone,
 * and means nothing there, in elements and between double quotes. A failure sticks, so the calls
 * need no checks; markup_end tells.
 */
struct markup {
	struct text *text;
	const struct secrets *hidden; /* are left out of what markup_text tells; NULL: none are */
	int r;
};

void markup_begin(struct markup *markup, const struct secrets *hidden, struct text *ret);

/* As it stands: for what the program has written itself. */
void markup_raw(struct markup *markup, const char *raw);
/* The same with numbers and words of the program in it. */
void markup_format(struct markup *markup, const char *format, ...) PRINTF(2, 3);

/* Escaped. What is no UTF-8, or would turn the text around it, becomes '?'. */
void markup_text(struct markup *markup, const char *text);
/* The same, and nothing is left out: for what is no secret and may look like one. */
void markup_plain(struct markup *markup, const char *text);
/* At most so many columns of it, with an ellipsis in place of the rest. */
void markup_cut(struct markup *markup, const char *text, size_t columns);

/* What markup_text tells of it, for who breaks it into lines. Uses *ret if it has to. */
const char *markup_clean(struct markup *markup, const char *text, struct text *ret);

/* The same as markup_text, and what stands between backquotes is code: `baton plan 01:00`. */
void markup_prose(struct markup *markup, const char *text);

/* <name class="class">text</name> */
void markup_element(struct markup *markup, const char *name, const char *class, const char *text);

/* -ENOMEM */
int markup_end(struct markup *markup) MUST_CHECK;
