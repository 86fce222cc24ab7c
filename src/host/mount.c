// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/mount.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/pool.h"

#define FILE_MAX_SIZE (16U << 20)

/* The kernel writes blanks and the like as \040 (fs/proc_namespace.c, mangle). */
static void unescape(char *text) {
	char *to = text;

	while (*text) {
		const char *c = text;

		if (c[0] == '\\' && c[1] >= '0' && c[1] <= '3' && c[2] >= '0' && c[2] <= '7' &&
			c[3] >= '0' && c[3] <= '7') {
			*to++ = (char)((c[1] - '0') << 6 | (c[2] - '0') << 3 | (c[3] - '0'));
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue" */
int mount_parse(char *line, struct mount *ret) {
	struct mount mount = {.number.block = true};
	char *number, *mark;

	strsep(&line, " "); /* its id and its parent's */
	strsep(&line, " ");
	number = strsep(&line, " ");
	strsep(&line, " "); /* the directory of the file system that is mounted */
	mount.point = strsep(&line, " ");
	mark = line ? strstr(line, " - ") : NULL;
	if (!mark || node_set_number(&mount.number, number) < 0) {
		return -EINVAL;
	}
	line = mark + strlen(" - ");
	mount.type = strsep(&line, " ");
	mount.source = strsep(&line, " ");
	if (!mount.source) {
		return -EINVAL;
	}
	unescape(mount.point);
	unescape(mount.source);
	*ret = mount;
	return 0;
}

/* One mount of a node says enough; the root file system says most. */
static int add(struct holders *holders, const struct holder *holder) {
	for (size_t i = 0; i < holders->count; i++) {
		struct holder *other = &holders->holders[i];

		if (other->kind == HOLDER_MOUNT && strcmp(other->node, holder->node) == 0 &&
			address_compare(other->device, holder->device) == 0) {
			if (holder->root) {
				*other = *holder;
			}
			return 0;
		}
	}
	return holders_add(holders, holder);
}

struct search {
	int root;
	const struct nodes *nodes;
	struct holders *holders;
};

static int add_nodes(
	const struct search *search, const struct mount *mount, const struct node *node) {
	const struct node *number = node;
	int r = 0;

	for (; node && r == 0; node = nodes_next(search->nodes, node + 1, number)) {
		struct holder holder = {.kind = HOLDER_MOUNT,
			.device = node->device,
			.root = strcmp(mount->point, "/") == 0};

		label_set(holder.name, mount->point);
		memcpy(holder.node, node->name, sizeof(holder.node));
		r = add(search->holders, &holder);
	}
	return r;
}

/* "/dev/sda1", or a link like "/dev/mapper/vg-root". */
static const struct node *find_source(const struct search *search, const char *source) {
	const struct node *node;
	char name[LABEL_SIZE];

	if (!text_starts(source, "/dev/")) {
		return NULL;
	}
	node = nodes_find_name(search->nodes, source + strlen("/dev/"));
	if (!node && link_read_name(search->root, source, name, sizeof(name)) == 0) {
		node = nodes_find_name(search->nodes, name);
	}
	return node;
}

/* A btrfs names one of its devices; /sys/fs/btrfs/UUID/devices has all. */
static int add_btrfs(
	const struct search *search, const struct mount *mount, const struct node *node) {
	AUTO_NAMES struct names uuids = {0};
	int r = names_read(search->root, "sys/fs/btrfs", &uuids);

	for (size_t i = 0; i < uuids.count && r == 0; i++) {
		AUTO_NAMES struct names devices = {0};
		char path[512];

		if (name_format(path, sizeof(path), "sys/fs/btrfs/%s/devices/%s", uuids.names[i],
			    node->name) < 0 ||
			!file_exists(search->root, path)) {
			continue;
		}
		*strrchr(path, '/') = '\0';
		r = names_read(search->root, path, &devices);
		for (size_t j = 0; j < devices.count && r == 0; j++) {
			r = add_nodes(
				search, mount, nodes_find_name(search->nodes, devices.names[j]));
		}
	}
	return r == -ENOMEM || r == -E2BIG ? r : 0;
}

static int add_mount(const struct search *search, const struct mount *mount) {
	const struct node *node = nodes_find(search->nodes, &mount->number);
	int r;

	if (!node && mount->number.major == 0) {
		node = find_source(search, mount->source);
	}
	if (!node) {
		return 0;
	}
	r = add_nodes(search, mount, node);
	return r == 0 && strcmp(mount->type, "btrfs") == 0 ? add_btrfs(search, mount, node) : r;
}

/* The first process's: our own may be a daemon's, which sees less. */
static int read_mountinfo(int root, char **ret) {
	int r = file_read(root, "proc/1/mountinfo", FILE_MAX_SIZE, ret, NULL);

	return r < 0 ? file_read(root, "proc/self/mountinfo", FILE_MAX_SIZE, ret, NULL) : r;
}

int mounts_read(int root, const struct nodes *nodes, struct holders *holders) {
	struct search search = {.root = root, .nodes = nodes, .holders = holders};
	AUTO_FREE char *data = NULL;
	char root_pool[LABEL_SIZE] = "";
	char *rest, *line;
	int r = read_mountinfo(root, &data);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	rest = data;
	while (r == 0 && (line = strsep(&rest, "\n"))) {
		struct mount mount;

		if (mount_parse(line, &mount) < 0) {
			continue;
		}
		if (strcmp(mount.type, "zfs") == 0 && strcmp(mount.point, "/") == 0) {
			/* "rpool/ROOT/debian" */
			mount.source[strcspn(mount.source, "/")] = '\0';
			label_set(root_pool, mount.source);
		}
		r = add_mount(&search, &mount);
	}
	return r < 0 ? r : pools_read(root, nodes, root_pool, holders);
}

static int add_swap(const struct search *search, const struct node *node) {
	const struct node *number = node;
	int r = 0;

	for (; node && r == 0; node = nodes_next(search->nodes, node + 1, number)) {
		struct holder holder = {.kind = HOLDER_SWAP, .device = node->device};

		memcpy(holder.name, node->name, sizeof(holder.name));
		memcpy(holder.node, node->name, sizeof(holder.node));
		r = holders_add(search->holders, &holder);
	}
	return r;
}

/* "/dev/dm-1    partition    1000444    0    -2" below a heading */
int swaps_read(int root, const struct nodes *nodes, struct holders *holders) {
	struct search search = {.root = root, .nodes = nodes, .holders = holders};
	AUTO_FREE char *data = NULL;
	char *rest, *line;
	int r = file_read(root, "proc/swaps", FILE_MAX_SIZE, &data, NULL);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	rest = data;
	while (r == 0 && (line = strsep(&rest, "\n"))) {
		char *source = strsep(&line, " \t");

		unescape(source);
		r = add_swap(&search, find_source(&search, source));
	}
	return r;
}
