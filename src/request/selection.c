// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/selection.h"

#include "base/text.h"
#include "request/configuration.h"

#include <errno.h>
#include <string.h>

bool selection_overlaps(const struct selection *a, const struct selection *b) {
	if (!address_same_slot(a->address, b->address)) {
		return false;
	}
	return a->whole_slot || b->whole_slot || a->address.function == b->address.function;
}

int selection_parse_address(const char *word, struct selection *ret) {
	char function[ADDRESS_SIZE];
	struct address address;
	int r;

	if (strchr(word, '.')) {
		r = address_parse(word, &address);
		if (r < 0) {
			return r;
		}
		*ret = (struct selection){.address = address};
		return 0;
	}
	/* A slot is written like its functions, without the last part. */
	r = name_format(function, sizeof(function), "%s.0", word);
	if (r < 0 || address_parse(function, &address) < 0) {
		return -EINVAL;
	}
	*ret = (struct selection){.address = address, .whole_slot = true};
	return 0;
}

static int explain(const char *word, struct error *error) {
	if (strchr(word, ':')) {
		return error_set(error, -EINVAL,
			"\"%.80s\" is not an address: write 0000:01:00.0 for a device or 0000:01:00 for all of a card",
			word);
	}
	return error_set(error, -EINVAL,
		"no [card %.80s] in /etc/baton/baton.conf, nor is that an address such as 0000:01:00.0 or a guest (`baton install --list`)",
		word);
}

int selection_parse(const char *word, const struct configuration *configuration,
	struct selection *ret, size_t size, size_t *ret_count, struct error *error) {
	const struct card_name *card = configuration_card(configuration, word);
	struct selection one;
	const struct selection *found = card ? card->selections : &one;
	size_t count = card ? card->selection_count : 1;

	if (!card && selection_parse_address(word, &one) < 0) {
		return explain(word, error);
	}
	if (count > size) {
		return error_set(error, -E2BIG, "too many devices are named, the last by %s", word);
	}
	memcpy(ret, found, count * sizeof(*ret));
	*ret_count = count;
	return 0;
}
