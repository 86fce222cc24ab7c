// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/hold.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/link.h"

/* A link of LVM's or of udev's leads to the node itself, hardly ever to another link. */
#define LINKS_MAX 4
#define DEV       "/dev/"

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

/* From "/dev/mapper/vg-root" a link to "../dm-0" leads to "/dev/dm-0". -EXDEV: it leaves /dev. */
static int follow(const char *target, char path[LABEL_SIZE]) {
	char whole[LABEL_SIZE] = "", *slash = strrchr(path, '/');

	if (target[0] != '/') {
		*slash = '\0';
		memcpy(whole, path, strlen(path) + 1);
	}
	for (; text_starts(target, "../"); target += strlen("../")) {
		slash = strrchr(whole, '/');
		*(slash ? slash : whole) = '\0';
	}
	if (name_format(path, LABEL_SIZE, "%s%s%s", whole, target[0] == '/' ? "" : "/", target) <
		0) {
		return -ENAMETOOLONG;
	}
	return text_starts(path, DEV) && !strstr(path, "..") ? 0 : -EXDEV;
}

const struct node *nodes_find_path(int root, const struct nodes *nodes, const char *path) {
	AUTO_CLOSE int dev = -1;
	const struct node *node;
	char at[LABEL_SIZE], target[LINK_SIZE];

	if (!text_starts(path, DEV) || name_set(at, sizeof(at), path) < 0) {
		return NULL;
	}
	node = nodes_find_name(nodes, at + strlen(DEV));
	dev = node ? -1 : dir_open(root, "dev");
	for (int i = 0; i < LINKS_MAX && !node && dev >= 0; i++) {
		if (link_read_near(dev, at + strlen(DEV), target, sizeof(target)) < 0 ||
			follow(target, at) < 0) {
			return NULL;
		}
		node = nodes_find_name(nodes, at + strlen(DEV));
	}
	return node && node->block ? node : NULL;
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
