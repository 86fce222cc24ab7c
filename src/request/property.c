// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/property.h"

#include <errno.h>
#include <string.h>

static bool is_blank(const char *part) {
	return part[strspn(part, " \t")] == '\0';
}

static int take_apart(
	char *part, const char *default_key, struct property *ret, struct error *error) {
	char *equals = strchr(part, '=');

	if (!equals && default_key) {
		*ret = (struct property){default_key, part};
		return 1;
	}
	if (!equals || equals == part || !equals[1]) {
		return error_set(error, -EINVAL, "\"%.80s\" is not KEY=VALUE", part);
	}
	*equals = '\0';
	/* Keys are names; a blank beside one is the slip that is made. */
	if (part[strspn(part, "abcdefghijklmnopqrstuvwxyz0123456789-_")]) {
		return error_set(
			error, -EINVAL, "\"%.80s\" is no key: there are no blanks in keys", part);
	}
	*ret = (struct property){part, equals + 1};
	return 1;
}

int property_next(char **rest, const char *default_key, struct property *ret, struct error *error) {
	char *part;

	do {
		part = strsep(rest, ",");
	} while (part && is_blank(part));
	return part ? take_apart(part, default_key, ret, error) : 0;
}
