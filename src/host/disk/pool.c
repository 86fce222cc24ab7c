// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disk/pool.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

#define IMPORTED      "proc/spl/kstat/zfs" /* a directory for each imported pool, and files */
#define FILE_MAX_SIZE 65536

/* Takes "E:KEY=VALUE" out of what udev has noted. */
static int find_property(const char *data, const char *key, char *ret, size_t size) {
	for (const char *line = data; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (text_starts(line, "E:") && text_starts(line + 2, key) &&
			line[2 + strlen(key)] == '=') {
			const char *value = line + 2 + strlen(key) + 1;
			size_t length = strcspn(value, "\n");

			if (length >= size) {
				return -ENAMETOOLONG;
			}
			memcpy(ret, value, length);
			ret[length] = '\0';
			return 0;
		}
	}
	return -ENOENT;
}

/* The pool that the node is a member of. */
static int find_pool(int root, const struct node *node, char *ret, size_t size) {
	char path[64], type[32];
	AUTO_FREE char *data = NULL;
	int r = name_format(path, sizeof(path), "run/udev/data/b%u:%u", node->major, node->minor);

	if (r == 0) {
		r = file_read(root, path, FILE_MAX_SIZE, &data, NULL);
	}
	if (r == 0) {
		r = find_property(data, "ID_FS_TYPE", type, sizeof(type));
	}
	if (r < 0 || strcmp(type, "zfs_member") != 0) {
		return r < 0 ? r : -ENOENT;
	}
	return find_property(data, "ID_FS_LABEL", ret, size);
}

int pools_read(
	int root, const struct nodes *nodes, const char *root_pool, struct holders *holders) {
	if (!file_exists(root, IMPORTED)) {
		return 0;
	}
	for (size_t i = 0; i < nodes->count; i++) {
		const struct node *node = &nodes->nodes[i];
		struct holder holder = {.kind = HOLDER_MOUNT, .device = node->device};
		char path[sizeof(IMPORTED "/") + LABEL_SIZE], pool[LABEL_SIZE];
		int r = node->block ? find_pool(root, node, pool, sizeof(pool)) : -ENOENT;

		if (r == -ENOMEM) {
			return r;
		}
		if (r < 0 || name_format(path, sizeof(path), IMPORTED "/%s", pool) < 0 ||
			!file_exists(root, path)) {
			continue;
		}
		holder.root = strcmp(pool, root_pool) == 0;
		memcpy(holder.node, node->name, sizeof(holder.node));
		label_set(holder.name, pool);
		r = holders_add(holders, &holder);
		if (r < 0) {
			return r;
		}
	}
	return 0;
}
