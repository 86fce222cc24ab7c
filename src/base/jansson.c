// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/jansson.h"

#define ENTRY(name) {#name, offsetof(struct jansson, name)},

static struct jansson jansson;

int jansson_load(const struct jansson **ret, struct error *error) {
	static const struct symbol symbols[] = {JANSSON_SYMBOLS(ENTRY)};

	if (!jansson.json_dumps) {
		struct jansson fresh;
		int r = library_load("libjansson.so.4", symbols, COUNT(symbols), &fresh, error);

		if (r < 0) {
			return r;
		}
		jansson = fresh;
	}
	*ret = &jansson;
	return 0;
}

void jansson_release(json_t **value) {
	json_t *held = *value;

	*value = NULL;
	if (held && held->refcount != (size_t)-1 && --held->refcount == 0) {
		jansson.json_delete(held);
	}
}
