// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/link.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int link_read(int directory, const char *name, char *ret, size_t size) {
	ssize_t n = readlinkat(directory, name, ret, size);

	if (n < 0) {
		return -errno;
	}
	if ((size_t)n >= size) {
		return -ENAMETOOLONG;
	}
	ret[n] = '\0';
	return 0;
}

/* Is the component of that length the full address of a PCI function? */
static bool is_address(const char *component, size_t length, struct address *ret) {
	char text[ADDRESS_SIZE], again[ADDRESS_SIZE];

	if (length >= sizeof(text)) {
		return false;
	}
	memcpy(text, component, length);
	text[length] = '\0';
	return address_parse(text, ret) == 0 && strcmp(address_format(*ret, again), text) == 0;
}

/* Finds the last address; returns where it ends, NULL if there is none. */
static const char *find_device(const char *link, struct address *ret) {
	const char *found = NULL;

	while (*link) {
		size_t length = strcspn(link, "/");
		struct address address;

		if (is_address(link, length, &address)) {
			*ret = address;
			found = link + length;
		}
		link += length;
		link += strspn(link, "/");
	}
	return found;
}

int link_device(const char *link, struct address *ret) {
	return find_device(link, ret) ? 0 : -ENOENT;
}

const char *link_below_device(const char *link) {
	struct address address;
	const char *below = find_device(link, &address);

	return below ? below : link;
}

const char *link_after(const char *link, const char *component) {
	size_t wanted = strlen(component);

	while (*link) {
		size_t length = strcspn(link, "/");
		const char *next = link + length + strspn(link + length, "/");

		if (length == wanted && memcmp(link, component, length) == 0) {
			return next;
		}
		link = next;
	}
	return NULL;
}

const char *link_name(const char *link) {
	const char *slash = strrchr(link, '/');

	return slash ? slash + 1 : link;
}
