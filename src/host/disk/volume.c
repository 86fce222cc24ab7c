// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disk/volume.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

#define CLASS     "sys/class/block"
#define PATH_SIZE (sizeof(CLASS "//loop/backing_file") + LABEL_SIZE)

/* What device-mapper's users write in front of an id (libdevmapper's rule, dmsetup(8)). */
static const struct {
	const char *prefix;
	const char *type;
} mappings[] = {
	{"LVM-", "LVM"},
	{"CRYPT-", "crypt"},
	{"mpath-", "multipath"},
};

static int read_attribute(
	int root, const char *node, const char *attribute, char *ret, size_t size) {
	char path[PATH_SIZE];
	int r = name_format(path, sizeof(path), CLASS "/%s/%s", node, attribute);

	return r < 0 ? r : file_read_line(root, path, ret, size);
}

static const char *mapping_type(const char *uuid) {
	for (size_t i = 0; i < COUNT(mappings); i++) {
		if (text_starts(uuid, mappings[i].prefix)) {
			return mappings[i].type;
		}
	}
	return "mapping";
}

int volume_describe(int root, const char *node, struct holder *ret) {
	char value[256];
	const char *type = NULL, *name = node;

	if (text_starts(node, "dm-") &&
		read_attribute(root, node, "dm/name", ret->name, sizeof(ret->name)) == 0) {
		name = ret->name;
		type = mapping_type(read_attribute(root, node, "dm/uuid", value, sizeof(value)) == 0
					    ? value
					    : "");
	} else if (read_attribute(root, node, "md/array_state", value, sizeof(value)) == 0) {
		type = "RAID";
	} else if (read_attribute(root, node, "bcache/state", value, sizeof(value)) == 0) {
		type = "cache";
	} else if (text_starts(node, "loop") &&
		   read_attribute(root, node, "loop/backing_file", value, sizeof(value)) == 0) {
		type = "loop";
	}
	if (!type) {
		return -ENOENT;
	}
	if (name != ret->name) {
		label_set(ret->name, name);
	}
	return name_set(ret->type, sizeof(ret->type), type);
}

/* Is there another volume above it? */
static bool is_covered(int root, const char *node) {
	char path[PATH_SIZE];
	AUTO_NAMES struct names names = {0};

	return name_format(path, sizeof(path), CLASS "/%s/holders", node) == 0 &&
	       names_read(root, path, &names) == 0 && names.count > 0;
}

/* The node itself, or a part of it ("md0p1"). */
static bool is_part(const char *other, const char *node) {
	size_t length = strlen(node);

	return strncmp(other, node, length) == 0 && (other[length] == '\0' || other[length] == 'p');
}

static bool is_in_use(const struct holders *holders, const char *node) {
	for (size_t i = 0; i < holders->count; i++) {
		const struct holder *holder = &holders->holders[i];

		if ((holder->kind == HOLDER_MOUNT || holder->kind == HOLDER_SWAP) &&
			is_part(holder->node, node)) {
			return true;
		}
	}
	return false;
}

int volumes_read(int root, const struct nodes *nodes, struct holders *holders) {
	int r = 0;

	for (size_t i = 0; i < nodes->count && r == 0; i++) {
		const struct node *node = &nodes->nodes[i];
		struct holder holder = {.kind = HOLDER_VOLUME, .device = node->device};

		if (!node->block || is_in_use(holders, node->name) ||
			volume_describe(root, node->name, &holder) < 0 ||
			is_covered(root, node->name)) {
			continue;
		}
		memcpy(holder.node, node->name, sizeof(holder.node));
		r = holders_add(holders, &holder);
	}
	return r;
}

/* A dash within a name is written twice. */
int volume_group(const char *name, char *ret, size_t size) {
	size_t length = 0;

	for (const char *c = name; *c; c++) {
		if (c[0] == '-' && c[1] != '-') {
			ret[length] = '\0';
			return length > 0 ? 0 : -EINVAL;
		}
		c += *c == '-';
		if (length + 1 >= size) {
			return -EINVAL;
		}
		ret[length++] = *c;
	}
	return -EINVAL;
}
