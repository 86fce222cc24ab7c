// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/subject.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "base/text.h"
#include "host/holder/mapping.h"

#define MAPS_MAX_SIZE (64U << 20)
#define PATH_SIZE     64
#define SEEN_MAX      16

/* The files whose mappings were looked at: a program maps one a hundred times. */
struct seen {
	struct seen_file {
		uint64_t inode;
		uint32_t major, minor;
	} files[SEEN_MAX];
	size_t next;
};

static bool is_seen(struct seen *seen, const struct mapping *mapping) {
	for (size_t i = 0; i < SEEN_MAX && i < seen->next; i++) {
		const struct seen_file *file = &seen->files[i];

		if (file->inode == mapping->inode && file->major == mapping->major &&
			file->minor == mapping->minor) {
			return true;
		}
	}
	seen->files[seen->next++ % SEEN_MAX] =
		(struct seen_file){mapping->inode, mapping->major, mapping->minor};
	return false;
}

/* Without privileges nobody may follow these links, and threads have none: the name has to do. */
static const struct node *find_mapped(
	const struct subject *subject, const struct mapping *mapping) {
	char path[PATH_SIZE];
	struct statx file;
	int r = subject->look->real && !subject->thread
			? name_format(path, sizeof(path), "map_files/%" PRIx64 "-%" PRIx64,
				  mapping->start, mapping->end)
			: -EPERM;

	r = r < 0 ? r : subject_look_up(subject->directory, path, &file);
	if (r == -EACCES || r == -EPERM) {
		return subject_find_path(subject, mapping->name);
	}
	return r == 0 ? subject_find_device(subject, &file) : NULL;
}

static void look_at_mapping(
	const struct subject *subject, struct seen *seen, const struct mapping *mapping) {
	const struct node *node =
		filesystems_find(subject->look->filesystems, mapping->major, mapping->minor, 0);

	if (node) {
		subject_add_on_disk(subject, node, WAY_FILE);
	} else if (mapping_may_be_device(mapping) && !is_seen(seen, mapping) &&
		   (node = find_mapped(subject, mapping))) {
		subject_add(subject, node, WAY_MAPPED);
	}
}

int subject_look_at_memory(const struct subject *subject, bool *ret_any) {
	AUTO_FREE char *data = NULL;
	const char *rest;
	struct mapping mapping;
	struct seen seen = {.next = 0};
	int r = file_read(subject->directory, "maps", MAPS_MAX_SIZE, &data, NULL);

	*ret_any = r == 0 && data[0];
	if (r < 0) {
		return r;
	}
	rest = data;
	while (mapping_next(&rest, &mapping)) {
		look_at_mapping(subject, &seen, &mapping);
	}
	return 0;
}
