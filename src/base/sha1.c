// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/sha1.h"

#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BLOCK 64

static uint32_t turn(uint32_t word, unsigned int by) {
	return word << by | word >> (32 - by);
}

static void fill(const unsigned char *block, uint32_t words[80]) {
	for (size_t i = 0; i < 16; i++) {
		uint32_t word;

		memcpy(&word, block + sizeof(word) * i, sizeof(word));
		words[i] = be32toh(word);
	}
	for (size_t i = 16; i < 80; i++) {
		words[i] = turn(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
	}
}

/* The function and the constant of a round; each is for twenty (FIPS 180-4, 4.1.1 and 4.2.1). */
static uint32_t mix(size_t round, uint32_t b, uint32_t c, uint32_t d) {
	switch (round / 20) {
	case 0:
		return ((b & c) | (~b & d)) + 0x5a827999;
	case 1:
		return (b ^ c ^ d) + 0x6ed9eba1;
	case 2:
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	default:
		return (b ^ c ^ d) + 0xca62c1d6;
	}
}

static void add_block(const unsigned char *block, uint32_t state[5]) {
	uint32_t words[80], v[5];

	fill(block, words);
	memcpy(v, state, sizeof(v));
	for (size_t i = 0; i < 80; i++) {
		uint32_t next = turn(v[0], 5) + mix(i, v[1], v[2], v[3]) + v[4] + words[i];

		v[4] = v[3];
		v[3] = v[2];
		v[2] = turn(v[1], 30);
		v[1] = v[0];
		v[0] = next;
	}
	for (size_t i = 0; i < 5; i++) {
		state[i] += v[i];
	}
}

/* What is left over, a bit, and how many bits there were. */
static void add_end(const unsigned char *rest, size_t length, size_t all, uint32_t state[5]) {
	unsigned char end[2 * BLOCK] = {0};
	size_t size = length + 1 + sizeof(uint64_t) > BLOCK ? 2 * BLOCK : BLOCK;
	uint64_t bits = htobe64((uint64_t)all * 8);

	memcpy(end, rest, length);
	end[length] = 0x80;
	memcpy(end + size - sizeof(bits), &bits, sizeof(bits));
	for (size_t i = 0; i < size; i += BLOCK) {
		add_block(end + i, state);
	}
}

void sha1_format(const void *data, size_t length, char ret[SHA1_SIZE]) {
	uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
	const unsigned char *bytes = data;
	size_t done = 0;

	for (; done + BLOCK <= length; done += BLOCK) {
		add_block(bytes + done, state);
	}
	add_end(bytes + done, length - done, length, state);
	snprintf(ret, SHA1_SIZE, "%08x%08x%08x%08x%08x", state[0], state[1], state[2], state[3],
		state[4]);
}
