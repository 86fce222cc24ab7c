// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/candidates.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "host/driver/module.h"

/* A pattern that leaves the vendor or the model open. */
#define ANY UINT32_MAX

static uint64_t make_key(uint32_t vendor, uint32_t model) {
	return (uint64_t)vendor << 32 | model;
}

/* "pci:v00008086d00001533sv*sd*bc*sc*i*"; what is written otherwise may be anything. */
static uint64_t find_key(const char *pattern) {
	unsigned int vendor = ANY, model = ANY;
	int length = 0;

	if (sscanf(pattern, "pci:v%8xd%n", &vendor, &length) < 1 || length == 0) {
		return make_key(ANY, ANY);
	}
	if (sscanf(pattern + length, "%8xsv%n", &model, &length) < 1) {
		model = ANY;
	}
	return make_key(vendor, model);
}

static int compare(const void *a, const void *b) {
	uint64_t x = ((const struct candidate *)a)->key, y = ((const struct candidate *)b)->key;

	return x < y ? -1 : x > y;
}

/* Only when all are gathered: the array of aliases moves while it grows. */
static int index_all(struct candidates *candidates) {
	const struct aliases *aliases = &candidates->aliases;

	candidates->candidates = calloc(aliases->count + 1, sizeof(*candidates->candidates));
	if (!candidates->candidates) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < aliases->count; i++) {
		candidates->candidates[i] = (struct candidate){
			.key = find_key(aliases->aliases[i].pattern),
			.alias = &aliases->aliases[i],
		};
		module_name_normalize(aliases->aliases[i].module);
	}
	candidates->count = aliases->count;
	if (candidates->count > 1) {
		qsort(candidates->candidates, candidates->count, sizeof(*candidates->candidates),
			compare);
	}
	return 0;
}

int candidates_parse(const char *data, size_t length, const char *builtin, size_t builtin_length,
	struct candidates *ret) {
	AUTO_CANDIDATES struct candidates candidates = {0};
	int r = aliases_parse(data, length, "pci:", NULL, &candidates.aliases);

	r = r < 0 ? r
		  : aliases_parse_builtin(
			    builtin, builtin_length, "pci:", NULL, &candidates.aliases);
	r = r < 0 ? r : index_all(&candidates);
	if (r < 0) {
		return r;
	}
	*ret = candidates;
	candidates = (struct candidates){0};
	return 0;
}

int candidates_read(int root, const char *kernel, struct candidates *ret) {
	AUTO_FREE char *data = NULL, *builtin = NULL;
	size_t length = 0, builtin_length = 0;
	int r = module_file_read(root, kernel, "modules.alias", &data, &length);

	if (r != -ENOMEM) {
		r = module_file_read(
			root, kernel, "modules.builtin.modinfo", &builtin, &builtin_length);
	}
	return r == -ENOMEM ? r
			    : candidates_parse(data ? data : "", data ? length : 0,
				      builtin ? builtin : "", builtin ? builtin_length : 0, ret);
}

void candidates_free(struct candidates *candidates) {
	free(candidates->candidates);
	aliases_free(&candidates->aliases);
	*candidates = (struct candidates){0};
}

/* The place of the first with that key, or where it would be. */
static size_t find_first(const struct candidates *candidates, uint64_t key) {
	size_t low = 0, high = candidates->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (candidates->candidates[middle].key < key) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static int add_fitting(const struct candidates *candidates, uint64_t key, const char *modalias,
	struct names *names) {
	for (size_t i = find_first(candidates, key);
		i < candidates->count && candidates->candidates[i].key == key; i++) {
		const struct alias *alias = candidates->candidates[i].alias;

		if (fnmatch(alias->pattern, modalias, 0) == 0 && !names_has(names, alias->module)) {
			int r = names_add(names, alias->module);

			if (r < 0) {
				return r;
			}
		}
	}
	return 0;
}

int candidates_find(const struct candidates *candidates, const char *modalias, struct names *ret) {
	AUTO_NAMES struct names names = {0};
	uint64_t key = find_key(modalias);
	uint32_t vendor = (uint32_t)(key >> 32);
	int r = add_fitting(candidates, key, modalias, &names);

	r = r < 0 ? r : add_fitting(candidates, make_key(vendor, ANY), modalias, &names);
	r = r < 0 ? r : add_fitting(candidates, make_key(ANY, ANY), modalias, &names);
	if (r < 0) {
		return r;
	}
	names_sort(&names);
	*ret = names;
	names = (struct names){0};
	return 0;
}
