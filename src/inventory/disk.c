// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/disk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"
#include "host/disk/volume.h"
#include "host/holder/holder.h"
#include "host/holder/node.h"
#include "host/link.h"
#include "host/udev.h"
#include "inventory/clean.h"

#define NUMBERS    "sys/dev/block"
#define CLASS      "sys/class/block"
#define SUBSYSTEMS "sys/devices/virtual/nvme-subsystem"
#define PATH_SIZE  (sizeof(CLASS "//loop/backing_file") + LABEL_SIZE)

#define SECTOR_SIZE 512 /* what `size` counts in, whatever the disk has */

/* How deep volumes on volumes are followed: more is a mistake or a loop. */
#define DEPTH_MAX 16

struct reading {
	int root;
	const struct usb_places *usb;
	struct growing *growing;
	struct disks *disks;
};

void disks_free(struct disks *disks) {
	for (size_t i = 0; i < disks->count; i++) {
		free(disks->blocks[i].link);
		free(disks->blocks[i].places);
	}
	free(disks->blocks);
	free(disks->by_number);
	*disks = (struct disks){0};
}

static int compare(const void *a, const void *b) {
	return strcmp(((const struct block *)a)->name, ((const struct block *)b)->name);
}

static struct block *find(const struct disks *disks, const char *name, size_t length) {
	struct block key;

	if (length >= sizeof(key.name)) {
		return NULL;
	}
	memcpy(key.name, name, length);
	key.name[length] = '\0';
	return disks->count ? bsearch(&key, disks->blocks, disks->count, sizeof(key), compare)
			    : NULL;
}

const struct block *disks_find(const struct disks *disks, const char *name) {
	return find(disks, name, strlen(name));
}

static int compare_numbers(const void *a, const void *b) {
	const struct block *x = *(const struct block *const *)a;
	const struct block *y = *(const struct block *const *)b;

	if (x->major != y->major) {
		return x->major < y->major ? -1 : 1;
	}
	return (x->minor > y->minor) - (x->minor < y->minor);
}

const struct block *disks_find_number(const struct disks *disks, uint32_t major, uint32_t minor) {
	const struct block key = {.major = major, .minor = minor}, *sought = &key;
	const struct block **found = disks->count ? bsearch(&sought, disks->by_number, disks->count,
							    sizeof(const void *), compare_numbers)
						  : NULL;

	return found ? *found : NULL;
}

/* When all are in their places: the array of blocks moves while it grows. */
static int index_numbers(struct disks *disks) {
	disks->by_number = calloc(disks->count + 1, sizeof(const void *));
	if (!disks->by_number) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < disks->count; i++) {
		disks->by_number[i] = &disks->blocks[i];
	}
	if (disks->count > 1) {
		qsort(disks->by_number, disks->count, sizeof(const void *), compare_numbers);
	}
	return 0;
}

int disks_name_of(int root, const char *path, char ret[LABEL_SIZE]) {
	if (!text_starts(path, "/dev/")) {
		return -ENOENT;
	}
	if (link_read_name(root, path, ret, LABEL_SIZE) == 0) {
		return 0;
	}
	return name_set(ret, LABEL_SIZE, path + strlen("/dev/"));
}

static int read_text(const struct reading *reading, const struct block *block,
	const char *attribute, char *ret, size_t size) {
	char path[PATH_SIZE];
	int r = name_format(path, sizeof(path), CLASS "/%s/%s", block->name, attribute);

	return r < 0 ? r : file_read_line(reading->root, path, ret, size);
}

static uint64_t read_size(const struct reading *reading, const struct block *block) {
	char text[24];
	unsigned long long sectors;

	if (read_text(reading, block, "size", text, sizeof(text)) < 0 ||
		number_parse(text, UINT64_MAX / SECTOR_SIZE, &sectors) < 0) {
		return 0;
	}
	return sectors * SECTOR_SIZE;
}

/* The name of a volume, or the model of a disk: of one without, udev's. */
static void describe_whole(
	const struct reading *reading, const struct block *block, struct attached *disk) {
	struct holder volume = {0};
	char model[LABEL_SIZE];

	if (volume_describe(reading->root, block->name, &volume) == 0) {
		disk->kind = ATTACHED_VOLUME;
		clean_set(disk->text, sizeof(disk->text), volume.name);
		clean_set(disk->type, sizeof(disk->type), volume.type);
		return;
	}
	disk->kind = ATTACHED_DISK;
	clean_set(disk->type, sizeof(disk->type), text_starts(block->name, "sr") ? "rom" : "disk");
	if (read_text(reading, block, "device/model", model, sizeof(model)) == 0) {
		clean_set(disk->text, sizeof(disk->text), model);
	}
}

static void set_if_known(const char *data, const char *key, char *ret, size_t size) {
	char value[LABEL_SIZE];

	if (udev_property(data, key, value, sizeof(value)) == 0) {
		clean_set(ret, size, value);
	}
}

/* What udev has found on it and knows of it. */
static void ask_udev(const struct reading *reading, struct block *block, struct attached *disk) {
	AUTO_FREE char *data = NULL;
	char type[32] = "";

	if (udev_read(reading->root, 'b', block->major, block->minor, &data) < 0) {
		return;
	}
	set_if_known(data, "ID_FS_TYPE", type, sizeof(type));
	if (strcmp(type, "zfs_member") == 0) {
		set_if_known(data, "ID_FS_LABEL", block->pool, sizeof(block->pool));
	}
	if (disk->kind == ATTACHED_PARTITION) {
		memcpy(disk->type, type, sizeof(type));
		set_if_known(data, "ID_FS_LABEL", disk->text, sizeof(disk->text));
	} else if (disk->kind == ATTACHED_DISK) {
		if (!disk->text[0]) {
			set_if_known(data, "ID_MODEL", disk->text, sizeof(disk->text));
		}
		set_if_known(data, "ID_SERIAL_SHORT", disk->secret, sizeof(disk->secret));
		disk->secret_kind = disk->secret[0] ? SECRET_SERIAL : SECRET_NONE;
	}
}

/* The disk or volume that it is a part of, which stands in front of it in the link. NULL: it is
 * whole. */
static struct block *find_whole(const struct disks *disks, const struct block *block) {
	const char *last = link_name(block->link), *before = last;

	while (before - block->link >= 2 && before[-2] != '/') {
		before--;
	}
	return last - before < 2 ? NULL : find(disks, before - 1, (size_t)(last - before));
}

static void describe(
	const struct reading *reading, struct block *block, bool is_whole, struct attached *disk) {
	*disk = (struct attached){.kind = ATTACHED_PARTITION};
	memcpy(disk->name, block->name, sizeof(disk->name));
	disk->size = read_size(reading, block);
	if (is_whole) {
		describe_whole(reading, block, disk);
	}
	ask_udev(reading, block, disk);
}

/* Puts it where its device and parent say. */
static int put(const struct reading *reading, struct block *block, const struct attached *disk) {
	size_t place = 0;
	int r;

	if (!ARRAY_ROOM(block->places, block->place_count)) {
		return -ENOMEM;
	}
	r = growing_add(reading->growing, disk, &place);
	if (r == 0) {
		block->places[block->place_count++] = place;
	}
	return r;
}

static int place(const struct reading *reading, struct block *block, unsigned int depth);

/* Below each place of another, which has its own first. */
static int put_below(const struct reading *reading, struct block *block, struct block *below,
	struct attached *disk, unsigned int depth) {
	int r = below && below != block ? place(reading, below, depth + 1) : 0;

	for (size_t i = 0; r == 0 && below && below != block && i < below->place_count; i++) {
		disk->parent = below->places[i];
		disk->device = reading->growing->attached[disk->parent].device;
		r = put(reading, block, disk);
	}
	return r;
}

/* "nvme-subsys0/nvme0n1": beside the namespace, links lead to the controllers that reach it. */
static int put_below_controllers(const struct reading *reading, struct block *block,
	const char *path, struct attached *disk) {
	char directory[sizeof(SUBSYSTEMS "/") + LABEL_SIZE], link[LINK_SIZE];
	AUTO_NAMES struct names names = {0};
	AUTO_CLOSE int dir = -1;
	int r = name_format(
		directory, sizeof(directory), SUBSYSTEMS "/%.*s", (int)strcspn(path, "/"), path);

	dir = r < 0 ? r : dir_open(reading->root, directory);
	r = dir < 0 ? 0 : names_read(dir, ".", &names);
	for (size_t i = 0; i < names.count && r == 0; i++) {
		if (text_starts(names.names[i], "nvme") &&
			link_read(dir, names.names[i], link, sizeof(link)) == 0 &&
			usb_places_find(reading->usb, reading->growing, link, disk) == 0) {
			r = put(reading, block, disk);
		}
	}
	return r;
}

static int put_below_slaves(const struct reading *reading, struct block *block,
	struct attached *disk, unsigned int depth) {
	char path[PATH_SIZE];
	AUTO_NAMES struct names names = {0};
	int r = name_format(path, sizeof(path), CLASS "/%s/slaves", block->name);

	r = r < 0 ? r : names_read(reading->root, path, &names);
	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < names.count && r == 0; i++) {
		const char *name = names.names[i];

		r = put_below(
			reading, block, find(reading->disks, name, strlen(name)), disk, depth);
	}
	return r;
}

/* A loop over a disk has no slaves; one over a file stands on that file's mount, which is told. */
static int put_below_backing(const struct reading *reading, struct block *block,
	struct attached *disk, unsigned int depth) {
	char backing[256], name[LABEL_SIZE];

	if (!text_starts(block->name, "loop") ||
		read_text(reading, block, "loop/backing_file", backing, sizeof(backing)) < 0 ||
		disks_name_of(reading->root, backing, name) < 0) {
		return 0;
	}
	return put_below(reading, block, find(reading->disks, name, strlen(name)), disk, depth);
}

/* Is anything to be found of what the block device is on? Most of the kernel's own (ram, loops that
 * nobody uses) are on nothing. */
static int put_all(const struct reading *reading, struct block *block, unsigned int depth) {
	const char *subsystem = link_after(block->link, "nvme-subsystem");
	struct block *whole = find_whole(reading->disks, block);
	struct attached disk;
	int r;

	describe(reading, block, !whole, &disk);
	if (whole) {
		return put_below(reading, block, whole, &disk, depth);
	}
	if (usb_places_find(reading->usb, reading->growing, block->link, &disk) == 0) {
		return put(reading, block, &disk);
	}
	if (subsystem) {
		return put_below_controllers(reading, block, subsystem, &disk);
	}
	r = put_below_slaves(reading, block, &disk, depth);
	return r < 0 ? r : put_below_backing(reading, block, &disk, depth);
}

static int place(const struct reading *reading, struct block *block, unsigned int depth) {
	if (block->placed || depth > DEPTH_MAX) {
		return 0;
	}
	block->placed = true;
	return put_all(reading, block, depth);
}

static int add_block(int numbers, const char *number, struct disks *disks) {
	struct node node = {.block = true};
	struct block block = {0};
	char link[LINK_SIZE];

	if (node_set_number(&node, number) < 0 ||
		link_read(numbers, number, link, sizeof(link)) < 0 ||
		name_set(block.name, sizeof(block.name), link_name(link)) < 0) {
		return 0;
	}
	if (!ARRAY_ROOM(disks->blocks, disks->count)) {
		return -ENOMEM;
	}
	block.major = node.major;
	block.minor = node.minor;
	block.link = strdup(link);
	if (!block.link) {
		return -ENOMEM;
	}
	disks->blocks[disks->count++] = block;
	return 0;
}

static int read_blocks(int root, struct disks *disks) {
	AUTO_CLOSE int numbers = dir_open(root, NUMBERS);
	AUTO_NAMES struct names names = {0};
	int r = numbers < 0 ? 0 : names_read(numbers, ".", &names);

	r = r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < names.count && r == 0; i++) {
		r = add_block(numbers, names.names[i], disks);
	}
	if (disks->count > 1) {
		qsort(disks->blocks, disks->count, sizeof(*disks->blocks), compare);
	}
	return r < 0 ? r : index_numbers(disks);
}

int disks_read(int root, const struct usb_places *usb, struct growing *growing, struct disks *ret) {
	AUTO_DISKS struct disks disks = {0};
	struct reading reading = {.root = root, .usb = usb, .growing = growing, .disks = &disks};
	int r = read_blocks(root, &disks);

	for (size_t i = 0; i < disks.count && r == 0; i++) {
		r = place(&reading, &disks.blocks[i], 0);
	}
	if (r < 0) {
		return r;
	}
	*ret = disks;
	disks = (struct disks){0};
	return 0;
}
