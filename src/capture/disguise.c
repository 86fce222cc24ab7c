// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/disguise.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/scan.h"
#include "host/array.h"

static void free_all(struct disguised *all, size_t count) {
	for (size_t i = 0; i < count; i++) {
		free(all[i].from);
	}
	free(all);
}

void disguise_free(struct disguise *disguise) {
	free_all(disguise->words, disguise->word_count);
	free_all(disguise->ids, disguise->id_count);
	*disguise = (struct disguise){0};
}

/* Where it is, or would be. */
static size_t find(const struct disguised *all, size_t count, const char *from) {
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(all[middle].from, from) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static bool is_at(const struct disguised *all, size_t count, size_t index, const char *from) {
	return index < count && strcmp(all[index].from, from) == 0;
}

static int insert(
	struct disguised **all, size_t *count, size_t index, const struct disguised *one) {
	struct disguised copy = *one;

	copy.from = strdup(one->from);
	if (!copy.from || !ARRAY_ROOM(*all, *count)) {
		free(copy.from);
		return -ENOMEM;
	}
	memmove(*all + index + 1, *all + index, (*count - index) * sizeof(copy));
	(*all)[index] = copy;
	++*count;
	return 0;
}

int disguise_word(struct disguise *disguise, const char *kind, const char *word) {
	size_t index = find(disguise->words, disguise->word_count, word);
	const struct disguised one = {
		(char *)word, kind, disguise->word_count + disguise->id_count + 1};

	return !*word || is_at(disguise->words, disguise->word_count, index, word)
		       ? 0
		       : insert(&disguise->words, &disguise->word_count, index, &one);
}

int disguise_id(struct disguise *disguise, const char *id, size_t *ret) {
	size_t index = find(disguise->words, disguise->word_count, id);
	const struct disguised one = {
		(char *)id, NULL, disguise->word_count + disguise->id_count + 1};
	int r = 0;

	if (is_at(disguise->words, disguise->word_count, index, id)) {
		*ret = disguise->words[index].number;
		return 0;
	}
	index = find(disguise->ids, disguise->id_count, id);
	if (!is_at(disguise->ids, disguise->id_count, index, id)) {
		r = insert(&disguise->ids, &disguise->id_count, index, &one);
	}
	if (r == 0) {
		*ret = disguise->ids[index].number;
	}
	return r;
}

/* Of several that begin here, the longest: "alice-laptop", and not "alice". */
static const struct disguised *find_word(
	const struct disguise *disguise, const char *at, const char *end) {
	const struct disguised *best = NULL;
	size_t run = scan_word(at, end);
	/* Few words begin with anything else, but all would with nothing. */
	AUTO_FREE char *first = strndup(at, run ? run : 1);

	for (size_t i = first ? find(disguise->words, disguise->word_count, first) : 0;
		first && i < disguise->word_count && text_starts(disguise->words[i].from, first);
		i++) {
		size_t length = strlen(disguise->words[i].from);

		if (length <= (size_t)(end - at) &&
			memcmp(at, disguise->words[i].from, length) == 0 &&
			(at + length == end || scan_word(at + length, end) == 0)) {
			best = &disguise->words[i]; /* sorted: a longer one comes later */
		}
	}
	return best;
}

static int add_word(const struct disguised *word, struct text *ret) {
	return text_add(ret, "%s%zu", word->kind, word->number);
}

/* What begins at `at`: how much of it is taken, or nothing and what it is stays. */
static int replace(struct disguise *disguise, char before, const char *at, const char *end,
	struct text *ret, size_t *ret_taken) {
	const struct disguised *word = find_word(disguise, at, end);
	struct scanned found;
	size_t number = 0;
	int r;

	*ret_taken = 0;
	if (word) {
		*ret_taken = strlen(word->from);
		return add_word(word, ret);
	}
	if (!scan(before, at, end, &found)) {
		return 0;
	}
	*ret_taken = found.length;
	if (found.kind == SCANNED_INET) {
		disguise_inet(disguise, found.inet, found.bits, found.kept);
		return scan_write_inet(&found, ret);
	}
	r = disguise_id(disguise, found.id, &number);
	return r < 0 ? r : scan_write(&found, number, ret);
}

int disguise_text(struct disguise *disguise, const char *data, size_t length, struct text *ret) {
	const char *at = data, *end = data + length;
	int r = text_append(ret, "", 0);

	if (disguise->off) {
		return text_append(ret, data, length);
	}
	while (r == 0 && at < end) {
		size_t run = scan_word(at, end), taken = 0;

		r = replace(disguise, at > data ? at[-1] : '\0', at, end, ret, &taken);
		if (r == 0 && taken == 0) {
			taken = run ? run : 1;
			r = text_append(ret, at, taken);
		}
		at += taken;
	}
	return r;
}

/* Neither needs to be kept from whoever knows the seed: nobody does. */
static uint64_t mix(uint64_t value) {
	value ^= value >> 33;
	value *= UINT64_C(0xff51afd7ed558ccd);
	value ^= value >> 33;
	value *= UINT64_C(0xc4ceb9fe1a85ec53);
	return value ^ value >> 33;
}

static unsigned int bit_at(const uint8_t *bytes, unsigned int index) {
	return bytes[index / 8] >> (7 - index % 8) & 1;
}

/* Each bit is turned or not by what stands before it: who had the same before it, has it now. */
void disguise_inet(
	const struct disguise *disguise, uint8_t *bytes, unsigned int bits, unsigned int kept) {
	uint64_t before = disguise->seed[0];
	uint8_t turned[16] = {0};

	for (unsigned int i = 0; i < bits; i++) {
		if (i >= kept && mix(before ^ disguise->seed[1]) & 1) {
			turned[i / 8] |= (uint8_t)(1U << (7 - i % 8));
		}
		before = mix(before + 2 * (uint64_t)i + bit_at(bytes, i) + 1);
	}
	for (unsigned int i = 0; i < bits / 8; i++) {
		bytes[i] ^= turned[i];
	}
}
