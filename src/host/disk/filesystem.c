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

/*
 * The mounts among the holders by name, and of one name in their order; without those of a device
 * that has the root file system too. A large store has thousands: each line finds its own by
 * halving.
 */
struct index {
	const struct holder **holders;
	size_t count;
};

static void index_done(struct index *index) {
	free(index->holders);
}

#define AUTO_INDEX CLEANUP(index_done)

static bool has(const struct index *roots, struct address device) {
	for (size_t i = 0; i < roots->count; i++) {
		if (address_compare(roots->holders[i]->device, device) == 0) {
			return true;
		}
	}
	return false;
}

/* Those of the root file system, or all but those of its devices. */
static int gather(const struct holders *holders, const struct index *roots, struct index *ret) {
	for (size_t i = 0; i < holders->count; i++) {
		const struct holder *holder = &holders->holders[i];

		if (holder->kind != HOLDER_MOUNT ||
			(roots ? has(roots, holder->device) : !holder->root)) {
			continue;
		}
		/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what is in it */
		if (!ARRAY_ROOM(ret->holders, ret->count)) {
			return -ENOMEM;
		}
		ret->holders[ret->count++] = holder;
	}
	return 0;
}

static int compare_holders(const void *a, const void *b) {
	const struct holder *x = *(const struct holder *const *)a;
	const struct holder *y = *(const struct holder *const *)b;
	int names = strcmp(x->name, y->name);

	return names ? names : (x > y) - (x < y);
}

static int index_make(const struct holders *holders, struct index *ret) {
	AUTO_INDEX struct index roots = {0};
	int r = gather(holders, NULL, &roots);

	r = r < 0 ? r : gather(holders, &roots, ret);
	if (r == 0 && ret->count > 1) {
		/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what is in it */
		qsort(ret->holders, ret->count, sizeof(*ret->holders), compare_holders);
	}
	return r;
}

/* The place of the first of that name, or where it would be. */
static size_t index_first(const struct index *index, const char *name) {
	size_t low = 0, high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(index->holders[middle]->name, name) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* What the holder has, if it is the mount: of a file system without a device's number its name is
 * enough; of others, mounts may lie on top of each other at one point. */
static const struct node *find_node(
	const struct nodes *nodes, const struct mount *mount, const struct holder *holder) {
	const struct node *node;

	if (strcmp(mount->type, "zfs") == 0 ||
		(mount->number.major == 0 && mount_names_devices(mount))) {
		return nodes_find_name(nodes, holder->node);
	}
	node = nodes_find(nodes, &mount->number);
	return node && strcmp(node->name, holder->node) == 0 ? node : NULL;
}

/* A pool is held by the mounts of all its datasets: "tank" by "tank" and "tank/media". */
static void set_node(const struct nodes *nodes, const struct index *index, struct line *line) {
	struct mount *mount = &line->mount;
	char name[LABEL_SIZE];

	if (strcmp(mount->type, "zfs") == 0) {
		mount->source[strcspn(mount->source, "/")] = '\0';
		label_set(name, mount->source);
	} else {
		label_set(name, mount->point);
	}
	for (size_t i = index_first(index, name); i < index->count && !line->node; i++) {
		const struct holder *holder = index->holders[i];

		if (strcmp(holder->name, name) != 0) {
			return;
		}
		line->node = find_node(nodes, mount, holder);
	}
}

/* By number; of one number, those with a node first, as they stand. */
static int compare_lines(const void *a, const void *b) {
	const struct line *x = a, *y = b;
	const struct node *m = &x->mount.number, *n = &y->mount.number;

	if (m->major != n->major) {
		return m->major < n->major ? -1 : 1;
	}
	if (m->minor != n->minor) {
		return m->minor < n->minor ? -1 : 1;
	}
	if (!x->node != !y->node) {
		return x->node ? -1 : 1;
	}
	return (x->id > y->id) - (x->id < y->id);
}

/* Mounted elsewhere too, or another part of it (a subvolume): what one is on, all are. */
static void spread(struct table *table) {
	if (table->count > 1) {
		qsort(table->lines, table->count, sizeof(*table->lines), compare_lines);
	}
	for (size_t i = 1; i < table->count; i++) {
		struct line *line = &table->lines[i], *before = line - 1;

		if (!line->node && before->mount.number.major == line->mount.number.major &&
			before->mount.number.minor == line->mount.number.minor) {
			line->node = before->node;
		}
	}
}

static int add(struct filesystems *filesystems, const struct line *line) {
	if (!ARRAY_ROOM(filesystems->filesystems, filesystems->count)) {
		return -ENOMEM;
	}
	filesystems->filesystems[filesystems->count++] = (struct filesystem){
		.major = line->mount.number.major,
		.minor = line->mount.number.minor,
		.mount = line->id,
		.node = line->node,
	};
	return 0;
}

int filesystems_read(int root, const struct nodes *nodes, const struct holders *holders,
	struct filesystems *ret) {
	CLEANUP(table_done) struct table table = {0};
	AUTO_FILESYSTEMS struct filesystems found = {0};
	AUTO_INDEX struct index index = {0};
	int r = index_make(holders, &index);

	r = r == 0 && index.count > 0 ? read_table(root, &table) : r;
	for (size_t i = 0; i < table.count; i++) {
		set_node(nodes, &index, &table.lines[i]);
	}
	spread(&table);
	for (size_t i = 0; i < table.count && r == 0; i++) {
		r = table.lines[i].node ? add(&found, &table.lines[i]) : 0;
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
