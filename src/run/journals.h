/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/journal.h"

/*
 * All journals as they were found, those that cannot be read too: for who tells people how things
 * stand. Who acts uses journal_load and claims_read, to which an unreadable one is an error.
 */
struct found {
	const char *guest;       /* the key, as the file is called */
	struct journal *journal; /* NULL: it cannot be read, */
	struct error error;      /* and this is why */
};

struct journals {
	struct names guests;
	struct found *all;
	size_t count;
};

/* Fails only if the directory cannot be read, or with -ENOMEM; *ret is untouched then. */
int journals_read(struct ops *ops, struct journals *ret, struct error *error) MUST_CHECK;
void journals_free(struct journals *journals);

#define AUTO_JOURNALS CLEANUP(journals_free)

/* Whose journal has the device, as long as it has a step or holds; NULL: none that can be read. */
const struct found *journals_find(const struct journals *journals, struct address device);
