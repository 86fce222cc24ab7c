/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "setup/boot/clean.h"

/* What others have left while it is planned away: for the files that this is made of. */
struct cleaning {
	struct planning *planning;
	struct remains *remains;
	bool menu, initramfs, assigned;
	bool unassigned;                   /* and nothing is assigned any more */
	struct names asked, asked_instead; /* words that a program takes away, and adds */
};

void cleaning_set_uncertain(struct cleaning *cleaning, struct remain *remain);

/* A word of the kernel's command line, from everything that this is put together from. */
int cleaning_word(struct cleaning *cleaning, struct remain *remain) MUST_CHECK;

/*
 * Would the next boot still have a word that goes? It may stand where no word can be taken out, and
 * then it is for a person to do. What is really gone is looked for afterwards
 * (setup/boot/verify.h).
 */
int cleaning_check_words(struct cleaning *cleaning) MUST_CHECK;

/* Asks the programs for what only they can take away. */
int cleaning_ask(struct cleaning *cleaning) MUST_CHECK;
