// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/proxmox/set.h"

#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static int refuse_capitals(const char *id, struct error *error) {
	char lower[ADDRESS_SIZE];
	size_t i;

	for (i = 0; id[i]; i++) {
		lower[i] = (char)tolower((unsigned char)id[i]);
	}
	lower[i] = '\0';
	return error_set(
		error, -EINVAL, "Proxmox takes small letters only: write %s, not %s", lower, id);
}

static bool has_domain(const char *id) {
	const char *colon = strchr(id, ':');

	return colon && strchr(colon + 1, ':');
}

static int read_id(
	const char *id, enum proxmox_domain domain, struct selection *ret, struct error *error) {
	if (selection_parse_address(id, ret) < 0) {
		return error_set(error, -EINVAL,
			"\"%s\" is not an address such as 0000:01:00.0 or 0000:01:00", id);
	}
	if (strpbrk(id, "ABCDEF")) {
		return refuse_capitals(id, error);
	}
	if (domain == PROXMOX_DOMAIN_REQUIRED && !has_domain(id)) {
		return error_set(error, -EINVAL,
			"\"%s\" has no domain, and has to have one here: write 0000:%s", id, id);
	}
	return 0;
}

int proxmox_set_parse(
	const char *ids, enum proxmox_domain domain, struct proxmox_set *ret, struct error *error) {
	struct proxmox_set set = {0};

	for (;;) {
		size_t length = strcspn(ids, ";");
		char id[ADDRESS_SIZE];
		int r;

		if (set.count == PROXMOX_SET_MAX) {
			return error_set(
				error, -E2BIG, "there are more than %d addresses", PROXMOX_SET_MAX);
		}
		if (name_format(id, sizeof(id), "%.*s", (int)length, ids) < 0) {
			return error_set(error, -EINVAL,
				"\"%.*s\" is not an address such as 0000:01:00.0",
				length > 80 ? 80 : (int)length, ids);
		}
		r = read_id(id, domain, &set.selections[set.count], error);
		if (r < 0) {
			return r;
		}
		set.count++;
		if (!ids[length]) {
			break;
		}
		ids += length + 1;
	}
	*ret = set;
	return 0;
}

bool proxmox_set_overlaps(const struct proxmox_set *set, const struct selection *selection) {
	for (size_t i = 0; i < set->count; i++) {
		if (selection_overlaps(&set->selections[i], selection)) {
			return true;
		}
	}
	return false;
}
