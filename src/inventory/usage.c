// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/usage.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/disk/mount.h"
#include "inventory/clean.h"

#define BTRFS          "sys/fs/btrfs"
#define SWAPS_MAX_SIZE (1U << 20)

struct search {
	int root;
	const struct disks *disks;
	struct growing *growing;
};

static int add(const struct search *search, const struct block *block, struct attached *usage) {
	int r = 0;

	for (size_t i = 0; block && i < block->place_count && r == 0; i++) {
		struct attached *below = &search->growing->attached[block->places[i]];
		size_t index;

		if (below->kind == ATTACHED_PARTITION && !below->type[0]) {
			memcpy(below->type, usage->type, sizeof(below->type));
		}
		usage->parent = block->places[i];
		usage->device = below->device;
		r = growing_add(search->growing, usage, &index);
	}
	return r;
}

/* A btrfs names one of its devices; /sys/fs/btrfs/UUID/devices has all. */
static int add_btrfs(const struct search *search, const char *name, struct attached *usage) {
	AUTO_NAMES struct names uuids = {0};
	int r = names_read(search->root, BTRFS, &uuids);

	for (size_t i = 0; i < uuids.count && r == 0; i++) {
		AUTO_NAMES struct names devices = {0};
		char path[sizeof(BTRFS "//devices/") + LABEL_SIZE + LABEL_SIZE];

		if (name_format(path, sizeof(path), BTRFS "/%s/devices/%s", uuids.names[i], name) <
				0 ||
			!file_exists(search->root, path)) {
			continue;
		}
		*strrchr(path, '/') = '\0';
		r = names_read(search->root, path, &devices);
		for (size_t j = 0; j < devices.count && r == 0; j++) {
			r = add(search, disks_find(search->disks, devices.names[j]), usage);
		}
	}
	return r == -ENOMEM || r == -E2BIG ? r : 0;
}

/* "rpool/ROOT/debian" stands on every member of its pool. */
static int add_zfs(const struct search *search, const char *source, struct attached *usage) {
	size_t length = strcspn(source, "/");
	int r = 0;

	for (size_t i = 0; i < search->disks->count && r == 0; i++) {
		const struct block *block = &search->disks->blocks[i];

		if (strlen(block->pool) == length && length > 0 &&
			memcmp(block->pool, source, length) == 0) {
			r = add(search, block, usage);
		}
	}
	return r;
}

static int add_mount(void *context, const struct mount *mount) {
	const struct search *search = context;
	struct attached usage = {.kind = ATTACHED_MOUNT};
	char name[LABEL_SIZE];
	int r;

	clean_set(usage.name, sizeof(usage.name), mount->point);
	clean_set(usage.type, sizeof(usage.type), mount->type);
	if (mount->number.major != 0) {
		return add(search,
			disks_find_number(search->disks, mount->number.major, mount->number.minor),
			&usage);
	}
	if (strcmp(mount->type, "zfs") == 0) {
		return add_zfs(search, mount->source, &usage);
	}
	if (disks_name_of(search->root, mount->source, name) < 0) {
		return 0;
	}
	r = add(search, disks_find(search->disks, name), &usage);
	return r == 0 && strcmp(mount->type, "btrfs") == 0 ? add_btrfs(search, name, &usage) : r;
}

/* "/dev/dm-1    partition    1000444    0    -2" below a heading */
static int add_swaps(const struct search *search) {
	AUTO_FREE char *data = NULL;
	char *rest, *line;
	int r = file_read(search->root, "proc/swaps", SWAPS_MAX_SIZE, &data, NULL);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	rest = data;
	while (r == 0 && (line = strsep(&rest, "\n"))) {
		struct attached usage = {.kind = ATTACHED_SWAP, .name = "swap", .type = "swap"};
		char *source = strsep(&line, " \t"), name[LABEL_SIZE];

		mount_unescape(source);
		if (disks_name_of(search->root, source, name) == 0) {
			r = add(search, disks_find(search->disks, name), &usage);
		}
	}
	return r;
}

int usages_read(int root, const struct disks *disks, struct growing *growing) {
	struct search search = {.root = root, .disks = disks, .growing = growing};
	const struct mount_reader reader = {add_mount, &search};
	int r = mounts_each(root, &reader);

	return r < 0 ? r : add_swaps(&search);
}
