// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "inventory/boot/search.h"

/* Is there anything that gives a wanted device to VFIO, or keeps it from its driver? */
static bool is_given(const struct remains *remains) {
	for (size_t i = 0; i < remains->count; i++) {
		if (!remains->all[i].loads) {
			return true;
		}
	}
	return false;
}

/* What only loads VFIO goes with the last that needs it; of one device's, only if there was any. */
static void judge_loading(struct search *search) {
	struct remains *remains = search->remains;
	bool given = is_given(remains);

	for (size_t i = 0; i < remains->count; i++) {
		struct remain *remain = &remains->all[i];

		if (!remain->loads || remain->fate == REMAIN_BY_HAND || search->wanted->all) {
			continue;
		}
		if (search->other) {
			remain_set(remains, remain, REMAIN_STAYS, "%s needs it, too",
				search->other->name);
		} else if (!given) {
			remain_set(remains, remain, REMAIN_STAYS,
				"nothing gives this card to VFIO, so it is for something else");
		} else if (search->untold) {
			remain_set(remains, remain, REMAIN_STAYS,
				"what is left to you here may need it, and for which cards cannot be told");
		}
	}
}

/* What is there is made from what somebody has declared, and would come back. */
static void declare(struct search *search) {
	for (size_t i = 0; i < search->remains->count; i++) {
		struct remain *remain = &search->remains->all[i];

		if (search->boot->loader.loader->kind == LOADER_NIXOS &&
			remain->fate != REMAIN_STAYS) {
			remain_set(search->remains, remain, REMAIN_BY_HAND,
				"NixOS is declared: take it out of your configuration (boot.kernelParams, "
				"boot.kernelModules, boot.extraModprobeConfig, services), then "
				"nixos-rebuild boot");
		}
	}
}

/* For people, by file and line. */
static int compare(const void *a, const void *b) {
	const struct remain *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	order = order ? order : (x->number > y->number) - (x->number < y->number);
	return order ? order : strcmp(x->text, y->text);
}

int remains_find(int root, const struct host *host, const struct boot *boot,
	const struct remains_wanted *wanted, struct remains *ret, struct error *error) {
	AUTO_REMAINS struct remains remains = {0};
	struct search search = {
		.root = root, .host = host, .boot = boot, .wanted = wanted, .remains = &remains};
	int r = candidates_read(root, host->kernel, &search.candidates);

	if (r == 0) {
		search_words(&search);
		search_lines(&search);
		search_rules(&search);
		search_files(&search);
		judge_loading(&search);
		declare(&search);
		r = remains.r;
		if (remains.count > 0) {
			qsort(remains.all, remains.count, sizeof(*remains.all), compare);
		}
	}
	candidates_free(&search.candidates);
	if (r < 0) {
		return error_set(error, r, "cannot find what others have left: %s", strerror(-r));
	}
	*ret = remains;
	remains = (struct remains){0};
	return 0;
}
