// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/hold.h"

#include <string.h>

#include "base/text.h"

int nodes_hold(const struct nodes *nodes, const struct node *node, const struct holder *like,
	struct holders *holders) {
	const struct node *number = node;
	int r = 0;

	for (; node && r == 0; node = nodes_next(nodes, node + 1, number)) {
		struct holder holder = *like;

		holder.device = node->device;
		memcpy(holder.node, node->name, sizeof(holder.node));
		r = holders_add(holders, &holder);
	}
	return r;
}

const struct node *nodes_find_path(int root, const struct nodes *nodes, const char *path) {
	const struct node *node;
	char name[LABEL_SIZE];

	if (!text_starts(path, "/dev/")) {
		return NULL;
	}
	node = nodes_find_name(nodes, path + strlen("/dev/"));
	if (!node && link_read_name(root, path, name, sizeof(name)) == 0) {
		node = nodes_find_name(nodes, name);
	}
	return node;
}

bool holders_use(const struct holders *holders, const char *node) {
	for (size_t i = 0; i < holders->count; i++) {
		const struct holder *holder = &holders->holders[i];

		if ((holder->kind == HOLDER_MOUNT || holder->kind == HOLDER_SWAP) &&
			strcmp(holder->node, node) == 0) {
			return true;
		}
	}
	return false;
}
