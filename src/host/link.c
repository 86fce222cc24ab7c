// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/link.h"

#include <errno.h>
#include <string.h>

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

/* Finds the next address; returns where it ends, NULL if there is none. */
static const char *find_device(const char *link, struct address *ret) {
	while (*link) {
		size_t length = strcspn(link, "/");

		if (is_address(link, length, ret)) {
			return link + length;
		}
		link += length;
		link += strspn(link, "/");
	}
	return NULL;
}

size_t link_devices(const char *link, struct address *ret, size_t size) {
	size_t count = 0;
	struct address address;

	while (count < size && (link = find_device(link, &address))) {
		ret[count++] = address;
	}
	return count;
}

int link_device(const char *link, struct address *ret) {
	struct address address;
	int r = -ENOENT;

	while ((link = find_device(link, &address))) {
		*ret = address;
		r = 0;
	}
	return r;
}

const char *link_below_device(const char *link) {
	struct address address;
	const char *next;

	while ((next = find_device(link, &address))) {
		link = next;
	}
	return link;
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
