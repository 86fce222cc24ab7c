// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disk/export.h"

#include <errno.h>

#include "base/text.h"
#include "host/holder/hold.h"
#include "host/link.h"

#define NVMET     "sys/kernel/config/nvmet/subsystems"
#define TARGET    "sys/kernel/config/target/core"
#define PATH_SIZE 512

struct search {
	int root;
	const struct nodes *nodes;
	struct holders *holders;
};

static bool is_enabled(int root, const char *directory, const char *attribute) {
	char path[PATH_SIZE];
	uint64_t value;

	return name_format(path, sizeof(path), "%s/%s", directory, attribute) == 0 &&
	       file_read_number(root, path, 0, &value) == 0 && value != 0;
}

/* Reads the disk's path out of an attribute of the export, and adds whoever has that disk. */
static int add(const struct search *search, const char *directory, const char *attribute,
	const char *type, const char *name) {
	char path[PATH_SIZE], source[256];
	struct holder holder = {.kind = HOLDER_EXPORT};

	if (name_format(path, sizeof(path), "%s/%s", directory, attribute) < 0 ||
		file_read_line(search->root, path, source, sizeof(source)) < 0 ||
		name_set(holder.type, sizeof(holder.type), type) < 0) {
		return 0;
	}
	label_set(holder.name, name);
	return nodes_hold(search->nodes, nodes_find_path(search->root, search->nodes, source),
		&holder, search->holders);
}

/* Calls `found` with every directory below the path that is named. */
static int each(const struct search *search, const char *path, const char *name,
	int (*found)(const struct search *search, const char *path, const char *name)) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(search->root, path, &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < names.count && r == 0; i++) {
		char below[PATH_SIZE];

		if (name_format(below, sizeof(below), "%s/%s", path, names.names[i]) == 0) {
			r = found(search, below, name ? name : names.names[i]);
		}
	}
	return r;
}

static int add_namespace(const struct search *search, const char *path, const char *name) {
	return is_enabled(search->root, path, "enable")
		       ? add(search, path, "device_path", "nvmet", name)
		       : 0;
}

static int add_subsystem(const struct search *search, const char *path, const char *name) {
	char below[PATH_SIZE];

	return name_format(below, sizeof(below), "%s/namespaces", path) < 0
		       ? 0
		       : each(search, below, name, add_namespace);
}

/* "iblock_0/NAME", with what it stands on in udev_path. */
static int add_backstore(const struct search *search, const char *path, const char *name) {
	return is_enabled(search->root, path, "enable")
		       ? add(search, path, "udev_path", "target", link_name(path))
		       : 0;
}

static int add_adapter(const struct search *search, const char *path, const char *name) {
	return each(search, path, name, add_backstore);
}

int exports_read(int root, const struct nodes *nodes, struct holders *holders) {
	const struct search search = {.root = root, .nodes = nodes, .holders = holders};
	int r = each(&search, NVMET, NULL, add_subsystem);

	return r < 0 ? r : each(&search, TARGET, NULL, add_adapter);
}
