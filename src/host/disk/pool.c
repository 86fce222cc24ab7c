// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disk/pool.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/udev.h"

#define IMPORTED "proc/spl/kstat/zfs" /* a directory for each imported pool, and files */

/* The pool that the node is a member of. */
static int find_pool(int root, const struct node *node, char *ret, size_t size) {
	char type[32];
	AUTO_FREE char *data = NULL;
	int r = udev_read(root, 'b', node->major, node->minor, &data);

	r = r < 0 ? r : udev_property(data, "ID_FS_TYPE", type, sizeof(type));
	if (r < 0 || strcmp(type, "zfs_member") != 0) {
		return r < 0 ? r : -ENOENT;
	}
	return udev_property(data, "ID_FS_LABEL", ret, size);
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
