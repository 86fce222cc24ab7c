// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disk/mount.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/disk/pool.h"
#include "host/holder/hold.h"

#define FILE_MAX_SIZE (16U << 20)

/* The kernel writes blanks and the like as \040 (fs/proc_namespace.c, mangle). */
void mount_unescape(char *text) {
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
	mount.options = line ? line : "";
	if (!mount.source) {
		return -EINVAL;
	}
	mount_unescape(mount.point);
	mount_unescape(mount.source);
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

/* like: whose mounts these are; without a process they are the whole machine's. */
struct search {
	int root;
	const struct nodes *nodes;
	const struct holder *like;
	struct holders *holders;
	char root_pool[LABEL_SIZE];
};

static int add_nodes(
	const struct search *search, const struct mount *mount, const struct node *node) {
	const struct node *number = node;
	int r = 0;

	for (; node && r == 0; node = nodes_next(search->nodes, node + 1, number)) {
		struct holder holder = *search->like;

		holder.device = node->device;
		holder.root = holder.who.pid == 0 && strcmp(mount->point, "/") == 0;
		label_set(holder.name, mount->point);
		memcpy(holder.node, node->name, sizeof(holder.node));
		r = add(search->holders, &holder);
	}
	return r;
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

bool mount_names_devices(const struct mount *mount) {
	return strcmp(mount->type, "btrfs") == 0 || strcmp(mount->type, "bcachefs") == 0;
}

/* A bcachefs names all of its devices: "/dev/sda1:/dev/sdb1". */
static int add_bcachefs(const struct search *search, const struct mount *mount) {
	char *rest = mount->source, *source;
	int r = 0;

	while (r == 0 && (source = strsep(&rest, ":"))) {
		r = add_nodes(search, mount, nodes_find_path(search->root, search->nodes, source));
	}
	return r;
}

static int add_mount(void *context, const struct mount *mount) {
	struct search *search = context;
	const struct node *node = nodes_find(search->nodes, &mount->number);
	int r;

	if (strcmp(mount->type, "zfs") == 0 && strcmp(mount->point, "/") == 0) {
		label_set(search->root_pool, mount->source); /* "rpool/ROOT/debian" */
		search->root_pool[strcspn(search->root_pool, "/")] = '\0';
	}
	if (strcmp(mount->type, "bcachefs") == 0) {
		return add_bcachefs(search, mount);
	}
	if (!node && mount_names_devices(mount)) {
		node = nodes_find_path(search->root, search->nodes, mount->source);
	}
	if (!node) {
		return 0;
	}
	r = add_nodes(search, mount, node);
	return r == 0 && strcmp(mount->type, "btrfs") == 0 ? add_btrfs(search, mount, node) : r;
}

static int read_lines(char *data, const struct mount_reader *reader) {
	char *line;
	int r = 0;

	while (r == 0 && (line = strsep(&data, "\n"))) {
		struct mount mount;

		r = mount_parse(line, &mount) < 0 ? 0 : reader->found(reader->context, &mount);
	}
	return r;
}

/* The first process's: our own may be a daemon's, which sees less. */
int mounts_each(int root, const struct mount_reader *reader) {
	AUTO_FREE char *data = NULL;
	int r = file_read(root, "proc/1/mountinfo", FILE_MAX_SIZE, &data, NULL);

	r = r < 0 ? file_read(root, "proc/self/mountinfo", FILE_MAX_SIZE, &data, NULL) : r;
	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	return read_lines(data, reader);
}

int mounts_read(int root, const struct nodes *nodes, struct holders *holders) {
	static const struct holder everybodys = {.kind = HOLDER_MOUNT};
	struct search search = {
		.root = root, .nodes = nodes, .like = &everybodys, .holders = holders};
	const struct mount_reader reader = {add_mount, &search};
	int r = mounts_each(root, &reader);

	return r < 0 ? r : pools_read(root, nodes, search.root_pool, holders);
}

int mounts_read_of(int root, const struct nodes *nodes, int process, const struct holder *like,
	struct holders *holders) {
	struct search search = {.root = root, .nodes = nodes, .like = like, .holders = holders};
	const struct mount_reader reader = {add_mount, &search};
	AUTO_FREE char *data = NULL;
	int r = file_read(process, "mountinfo", FILE_MAX_SIZE, &data, NULL);

	return r < 0 ? r : read_lines(data, &reader);
}

static int add_swap(
	int root, const struct nodes *nodes, const char *source, struct holders *holders) {
	const struct node *node = nodes_find_path(root, nodes, source);
	struct holder holder = {.kind = HOLDER_SWAP};

	if (node) {
		memcpy(holder.name, node->name, sizeof(holder.name));
	}
	return nodes_hold(nodes, node, &holder, holders);
}

/* "/dev/dm-1    partition    1000444    0    -2" below a heading */
int swaps_read(int root, const struct nodes *nodes, struct holders *holders) {
	AUTO_FREE char *data = NULL;
	char *rest, *line;
	int r = file_read(root, "proc/swaps", FILE_MAX_SIZE, &data, NULL);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	rest = data;
	while (r == 0 && (line = strsep(&rest, "\n"))) {
		char *source = strsep(&line, " \t");

		mount_unescape(source);
		r = add_swap(root, nodes, source, holders);
	}
	return r;
}
