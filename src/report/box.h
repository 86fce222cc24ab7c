/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "report/terminal.h"

/*
 * Boxes of lines for a terminal, and lines without a box. What is too long goes on in the next
 * line, below where it began. Everything may come from the machine: it is tamed. A failure sticks,
 * so the calls need no checks; box_end tells.
 */
enum tone {
	TONE_PLAIN,
	TONE_STRONG,
	TONE_FAINT,
	TONE_GOOD,
	TONE_CAREFUL,
	TONE_BAD,
	TONE_AWAY, /* somebody else has it */
	TONE_COUNT,
};

struct box {
	const struct terminal *terminal;
	struct text *text;
	bool is_open;
	int r;
};

/* A blank that is no place to go on in the next line. */
#define FIRM "\xc2\xa0"

/* Lines are appended to *ret; between one part and the next an empty one. */
void box_begin(struct box *box, const struct terminal *terminal, struct text *ret);

void box_open(struct box *box, const char *title);
void box_close(struct box *box);

/* A line: the mark in that tone, the text behind it in its own. Lines that continue it stand below
 * the text. Inside an open box between its sides. */
void box_line(
	struct box *box, enum tone mark_tone, const char *mark, enum tone tone, const char *text);
void box_empty(struct box *box);

/* -ENOMEM */
int box_end(struct box *box) MUST_CHECK;

/* "●" and the like, or what is left of them in ASCII. */
enum sign {
	SIGN_DOT,    /* a verdict */
	SIGN_ARROW,  /* what helps */
	SIGN_BRANCH, /* what hangs on something */
	SIGN_POINT,  /* between two things in a line, with blanks around it */
	SIGN_COUNT,
};

const char *terminal_sign(const struct terminal *terminal, enum sign sign);
