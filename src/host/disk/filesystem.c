// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disk/filesystem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"
#include "host/disk/mount.h"

#define FILE_MAX_SIZE (16U << 20)

void filesystems_free(struct filesystems *filesystems) {
	free(filesystems->filesystems);
	*filesystems = (struct filesystems){0};
}

/* A line of a mountinfo; its mount points into the text. */
struct line {
	uint64_t id;
	struct mount mount;
	const struct node *node; /* NULL: it keeps none busy */
};

struct table {
	char *text;
	struct line *lines;
	size_t count;
};

static void table_done(struct table *table) {
	free(table->text);
	free(table->lines);
}

/* Of the first process, as mounts_read; or else of our own. */
static int read_table(int root, struct table *table) {
	char *rest, *line;
	int r = file_read(root, "proc/1/mountinfo", FILE_MAX_SIZE, &table->text, NULL);

	if (r < 0 && r != -ENOMEM) {
		r = file_read(root, "proc/self/mountinfo", FILE_MAX_SIZE, &table->text, NULL);
	}
	rest = r < 0 ? NULL : table->text;
	while (rest && (line = strsep(&rest, "\n"))) {
		uint64_t id = strtoull(line, NULL, 10);

		if (!ARRAY_ROOM(table->lines, table->count)) {
			return -ENOMEM;
		}
		table->lines[table->count] = (struct line){.id = id};
		table->count += mount_parse(line, &table->lines[table->count].mount) == 0;
	}
	return r == -ENOMEM ? r : 0;
}

static bool has_root(const struct holders *holders, struct address device) {
	for (size_t i = 0; i < holders->count; i++) {
		const struct holder *holder = &holders->holders[i];

		if (holder->kind == HOLDER_MOUNT && holder->root &&
			address_compare(holder->device, device) == 0) {
			return true;
		}
	}
	return false;
}

/* A pool is held by the mounts of all its datasets: "tank" by "tank" and "tank/media". */
static bool is_of_pool(const struct mount *mount, const char *pool) {
	size_t length = strlen(pool);

	return strcmp(mount->type, "zfs") == 0 && text_starts(mount->source, pool) &&
	       (mount->source[length] == '/' || mount->source[length] == '\0');
}

/* Mounts may lie on top of each other at one point, and then the number tells. */
static bool is_holders(
	const struct nodes *nodes, const struct mount *mount, const struct holder *holder) {
	const struct node *node = nodes_find(nodes, &mount->number);
	char point[LABEL_SIZE];

	label_set(point, mount->point);
	return strcmp(point, holder->name) == 0 &&
	       (mount->number.major == 0 ? mount_names_devices(mount)
					 : node && strcmp(node->name, holder->node) == 0);
}

static void set_node(const struct nodes *nodes, const struct holders *holders, struct line *line) {
	for (size_t i = 0; i < holders->count && !line->node; i++) {
		const struct holder *holder = &holders->holders[i];

		if (holder->kind == HOLDER_MOUNT && !has_root(holders, holder->device) &&
			(is_holders(nodes, &line->mount, holder) ||
				is_of_pool(&line->mount, holder->name))) {
			line->node = nodes_find_name(nodes, holder->node);
		}
	}
}

/* Mounted elsewhere too, or another part of it (a subvolume). */
static const struct node *find_node(const struct table *table, const struct line *line) {
	for (size_t i = 0; i < table->count && !line->node; i++) {
		const struct line *other = &table->lines[i];

		if (other->node && other->mount.number.major == line->mount.number.major &&
			other->mount.number.minor == line->mount.number.minor) {
			return other->node;
		}
	}
	return line->node;
}

static int add(struct filesystems *filesystems, const struct line *line, const struct node *node) {
	if (!ARRAY_ROOM(filesystems->filesystems, filesystems->count)) {
		return -ENOMEM;
	}
	filesystems->filesystems[filesystems->count++] = (struct filesystem){
		.major = line->mount.number.major,
		.minor = line->mount.number.minor,
		.mount = line->id,
		.node = node,
	};
	return 0;
}

static bool is_any_mounted(const struct holders *holders) {
	for (size_t i = 0; i < holders->count; i++) {
		if (holders->holders[i].kind == HOLDER_MOUNT) {
			return true;
		}
	}
	return false;
}

int filesystems_read(int root, const struct nodes *nodes, const struct holders *holders,
	struct filesystems *ret) {
	CLEANUP(table_done) struct table table = {0};
	AUTO_FILESYSTEMS struct filesystems found = {0};
	int r = is_any_mounted(holders) ? read_table(root, &table) : 0;

	for (size_t i = 0; i < table.count; i++) {
		set_node(nodes, holders, &table.lines[i]);
	}
	for (size_t i = 0; i < table.count && r == 0; i++) {
		const struct node *node = find_node(&table, &table.lines[i]);

		r = node ? add(&found, &table.lines[i], node) : 0;
	}
	if (r == 0) {
		*ret = found;
		found = (struct filesystems){0};
	}
	return r;
}

const struct node *filesystems_find(
	const struct filesystems *filesystems, uint32_t major, uint32_t minor, uint64_t mount) {
	for (size_t i = 0; i < filesystems->count; i++) {
		const struct filesystem *filesystem = &filesystems->filesystems[i];

		if ((filesystem->major == major && filesystem->minor == minor) ||
			(mount && filesystem->mount == mount)) {
			return filesystem->node;
		}
	}
	return NULL;
}
