/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

#include <stdint.h>

/*
 * Replaces what tells whose machine it is: UUIDs and other ids of 32 digits, hardware addresses,
 * addresses of the internet, and words that were found to be names or serial numbers. The same
 * original becomes the same replacement, so that what belonged together still does; addresses of
 * the internet that had their first bits in common still have as many. Nothing of a replacement is
 * computed from an original but through the seed, which is kept nowhere.
 */
struct disguise {
	bool off;         /* everything stays as it is */
	uint64_t seed[2]; /* for the addresses of the internet */
	struct disguised {
		char *from;
		const char *kind; /* of a word */
		size_t number;    /* over all: none is given twice */
	} * words, *ids;          /* by from */
	size_t word_count, id_count;
};

void disguise_free(struct disguise *disguise);

#define AUTO_DISGUISE CLEANUP(disguise_free)

/* From here on the word becomes "user1", "user2" for the kind "user". -ENOMEM. */
int disguise_word(struct disguise *disguise, const char *kind, const char *word) MUST_CHECK;

/* The number of a value that is an id as a whole, whatever it looks like. -ENOMEM. */
int disguise_id(struct disguise *disguise, const char *id, size_t *ret) MUST_CHECK;

/* Adds the text with everything replaced. */
int disguise_text(struct disguise *disguise, const char *data, size_t length, struct text *ret)
	MUST_CHECK;

/* In place; the first `kept` of the bits stay. */
void disguise_inet(
	const struct disguise *disguise, uint8_t *bytes, unsigned int bits, unsigned int kept);

/* A monitor's block of data without its serial numbers and the week in which it was made. */
int disguise_edid(const char *data, size_t length, struct text *ret) MUST_CHECK;

/*
 * The tables of /proc/net, which have addresses in digits: those of the columns (0 is the first)
 * are replaced. words: of 8 digits in the machine's order; or the bytes in theirs.
 */
int disguise_table(struct disguise *disguise, const char *data, unsigned int columns, bool words,
	struct text *ret) MUST_CHECK;
