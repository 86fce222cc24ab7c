// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "capture/disguise.h"
#include "host/network/inet.h"

/* The digits of a column, as inet_parse_words and inet_parse_bytes read them, and back. */

static int parse(const char *digits, bool words, struct inet *ret) {
	return words || strlen(digits) == 8 ? inet_parse_words(digits, ret)
					    : inet_parse_bytes(digits, ret);
}

static int write_address(const struct inet *address, size_t size, bool words, struct text *ret) {
	/* IPv4 within IPv6 stands behind this. */
	uint8_t bytes[16] = {[10] = 0xff, [11] = 0xff};
	bool wrapped = size == sizeof(bytes) && !address->ipv6;
	int r = 0;

	memcpy(bytes + (wrapped ? 12 : 0), address->bytes, wrapped ? 4 : size);
	for (size_t i = 0; i < size && r == 0; i += words ? sizeof(uint32_t) : 1) {
		uint32_t word;

		memcpy(&word, bytes + i / sizeof(word) * sizeof(word), sizeof(word));
		r = words ? text_add(ret, "%08X", word) : text_add(ret, "%02x", bytes[i]);
	}
	return r;
}

static int add_address(
	const struct disguise *disguise, const char *digits, bool words, struct text *ret) {
	struct inet address = {0};
	size_t size = strlen(digits) / 2;
	bool own;

	if ((size != 4 && size != 16) || parse(digits, words, &address) < 0) {
		return text_add(ret, "%s", digits);
	}
	own = inet_is_local(&address) || address.bytes[0] == (address.ipv6 ? 0xff : 0);
	if (!own && address.ipv6) {
		disguise_inet(disguise, address.bytes, 128, inet_is_link_local(&address) ? 64 : 8);
	} else if (!own && !inet_is_link_local(&address) && address.bytes[0] < 224) {
		disguise_inet(disguise, address.bytes, 32, 8);
	}
	return write_address(&address, size, words || size == 4, ret);
}

static int add_word(const struct disguise *disguise, char *word, bool is_address, bool words,
	struct text *ret) {
	char *port = strchr(word, ':');
	int r;

	if (!is_address) {
		return text_add(ret, "%s", word);
	}
	if (port) {
		*port++ = '\0';
	}
	r = add_address(disguise, word, words, ret);
	return r == 0 && port ? text_add(ret, ":%s", port) : r;
}

static int add_line(const struct disguise *disguise, char *line, unsigned int columns, bool words,
	struct text *ret) {
	unsigned int column = 0;
	char *word;
	int r = 0;

	while (r == 0 && (word = strsep(&line, " \t"))) {
		if (!*word) {
			continue;
		}
		r = text_add(ret, "%s", column ? " " : "");
		r = r < 0 ? r : add_word(disguise, word, columns >> column & 1, words, ret);
		column += column < 31;
	}
	return r < 0 ? r : text_add(ret, "\n");
}

int disguise_table(struct disguise *disguise, const char *data, unsigned int columns, bool words,
	struct text *ret) {
	AUTO_FREE char *copy = strdup(data);
	char *rest = copy, *line;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (line = strsep(&rest, "\n")) && (rest || *line)) {
		r = add_line(disguise, line, columns, words, ret);
	}
	return r;
}
