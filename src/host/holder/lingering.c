// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/lingering.h"

#include <errno.h>

#include "base/text.h"
#include "host/holder/hold.h"

/* Those that have a directory there for each device. */
static const char *const types[] = {"ext4", "f2fs", "xfs"};

static int add(
	const struct nodes *nodes, const char *name, const char *type, struct holders *holders) {
	const struct node *node = nodes_find_name(nodes, name);
	struct holder holder = {.kind = HOLDER_FILE_SYSTEM};

	if (!node || !node->block || holders_use(holders, name) ||
		name_set(holder.type, sizeof(holder.type), type) < 0) {
		return 0;
	}
	label_set(holder.name, name);
	return nodes_hold(nodes, node, &holder, holders);
}

int lingering_read(int root, const struct nodes *nodes, struct holders *holders) {
	for (size_t i = 0; i < COUNT(types); i++) {
		AUTO_NAMES struct names names = {0};
		char path[64];
		int r = name_format(path, sizeof(path), "sys/fs/%s", types[i]);

		r = r < 0 ? r : names_read(root, path, &names);
		if (r == -ENOMEM) {
			return r;
		}
		r = 0; /* a kernel without it has none of them */
		for (size_t j = 0; j < names.count && r == 0; j++) {
			r = add(nodes, names.names[j], types[i], holders);
		}
		if (r < 0) {
			return r;
		}
	}
	return 0;
}
