// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/journals.h"

#include <errno.h>
#include <stdlib.h>

int journals_read(struct ops *ops, struct journals *ret, struct error *error) {
	AUTO_JOURNALS struct journals journals = {0};
	int r = ops->journal_list(ops, &journals.guests, error);

	if (r < 0) {
		return r;
	}
	journals.all = calloc(journals.guests.count + 1, sizeof(*journals.all));
	if (!journals.all) {
		return error_set(error, -ENOMEM, "out of memory");
	}
	for (size_t i = 0; i < journals.guests.count; i++) {
		struct found *found = &journals.all[journals.count];

		found->guest = journals.guests.names[i];
		r = journal_load(ops, found->guest, &found->journal, &found->error);
		if (r == -ENOMEM) {
			return error_set(error, r, "out of memory");
		}
		/* -ENOENT: it has come to its end since it was listed. */
		journals.count += r != -ENOENT;
	}
	*ret = journals;
	journals = (struct journals){0};
	return 0;
}

void journals_free(struct journals *journals) {
	for (size_t i = 0; i < journals->count; i++) {
		journal_free(&journals->all[i].journal);
	}
	free(journals->all);
	names_free(&journals->guests);
	*journals = (struct journals){0};
}

static bool has(const struct journal *journal, struct address device) {
	if (!journal->held && journal_depth(journal) == 0) {
		return false;
	}
	for (size_t i = 0; i < journal->device_count; i++) {
		if (address_compare(journal->devices[i].address, device) == 0) {
			return true;
		}
	}
	return false;
}

const struct found *journals_find(const struct journals *journals, struct address device) {
	for (size_t i = 0; i < journals->count; i++) {
		if (journals->all[i].journal && has(journals->all[i].journal, device)) {
			return &journals->all[i];
		}
	}
	return NULL;
}
