/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/file.h"
#include "base/text.h"
#include "inventory/boot/loader.h"

/*
 * Adds words to the kernel's command line in a file, in the form that the file has, and takes them
 * away again: from text to text. Nothing but the words is touched. Adding what is there changes
 * nothing, and taking away what was added gives back the same bytes.
 */

#define WORD_MARK "# Added by baton boot; baton boot undo takes it away."

/* Where in a file: the form, and for FORM_SHELL the variable. */
struct word_place {
	enum loader_form form; /* FORM_SHELL, FORM_WORDS or FORM_ENTRIES */
	const char *variable;
	bool array; /* its value may be NAME=(words), and the word is to be one of these */
};

/* Is it a word that needs no quotes anywhere? */
bool word_is_plain(const char *word);

/*
 * Writes the new text into *ret, which is empty. -EINVAL: the file sets the words in a way that
 * only a shell could follow, or the word is not plain; -ENOMEM.
 */
int word_add(const struct word_place *place, const char *data, size_t length, const char *word,
	struct text *ret) MUST_CHECK;

/* All that are there of it. */
int word_remove(const struct word_place *place, const char *data, size_t length, const char *word,
	struct text *ret) MUST_CHECK;

/* All that are there of it become `by`, another plain word; for "" as word_remove. */
int word_replace(const struct word_place *place, const struct text *text, const char *word,
	const char *by, struct text *ret) MUST_CHECK;
