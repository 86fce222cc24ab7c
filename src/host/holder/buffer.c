// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/buffer.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

/* What drm_gem_prime_export writes for every driver that leaves it to it. */
#define ANY_DRIVER "drm"

bool buffer_is(const char *name) {
	return text_starts(name, "/dmabuf:");
}

int buffer_exporter_parse(const char *fdinfo, char ret[DRIVER_SIZE]) {
	static const char key[] = "exp_name:\t";

	while (*fdinfo) {
		size_t length = strcspn(fdinfo, "\n");

		if (text_starts(fdinfo, key)) {
			const char *name = fdinfo + strlen(key);
			size_t size = length - strlen(key);

			if (size == 0 || size >= DRIVER_SIZE) {
				return -ENOENT;
			}
			memcpy(ret, name, size);
			ret[size] = '\0';
			return 0;
		}
		fdinfo += length + (fdinfo[length] == '\n');
	}
	return -ENOENT;
}

const struct node *buffer_node(const struct nodes *nodes, const char *exporter) {
	bool any = strcmp(exporter, ANY_DRIVER) == 0;

	for (size_t i = 0; i < nodes->count; i++) {
		const struct node *node = &nodes->nodes[i];

		if (any ? node->only_card : strcmp(node->only_of_driver, exporter) == 0) {
			return node;
		}
	}
	return NULL;
}
