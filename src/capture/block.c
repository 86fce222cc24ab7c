// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/block.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Where a relative link at `from` leads to. */
static int resolve(const char *from, const char *target, char *ret, size_t size) {
	int r = name_set(ret, size, from);

	if (r == 0 && target[0] == '/') {
		return name_set(ret, size, target);
	}
	if (r == 0) {
		*strrchr(ret, '/') = '\0'; /* the directory that the link is in */
	}
	while (r == 0 && text_starts(target, "../")) {
		char *slash = strrchr(ret, '/');

		if (!slash) {
			return -EINVAL;
		}
		*slash = '\0';
		target += strlen("../");
	}
	return r < 0 ? r : name_format(ret + strlen(ret), size - strlen(ret), "/%s", target);
}

/* A link out of a device's directory. The kernel keeps what it leads to, with a link back. */
int block_link(const struct block *block, const char *name, const char *target) {
	char path[TEXT_PATH_MAX], end[TEXT_PATH_MAX], back[TEXT_PATH_MAX];
	int r = name_format(path, sizeof(path), "%s/%s", block->path, name);

	r = r < 0 ? r : entry_link(block->entries, path, target);
	r = r < 0 ? r : resolve(path, target, end, sizeof(end));
	r = r < 0 ? r : entry_directory(block->entries, end);
	if (r < 0 || (strcmp(name, "driver") != 0 && strcmp(name, "iommu_group") != 0)) {
		return r;
	}
	r = name_format(back, sizeof(back), "%s/%s%s", end,
		strcmp(name, "driver") == 0 ? "" : "devices/", strrchr(block->path, '/') + 1);
	return r < 0 ? r : entry_link_to(block->entries, back, block->path);
}

int block_attribute(const struct block *block, const char *name, const char *data, size_t length) {
	char path[TEXT_PATH_MAX];
	int r = name_format(path, sizeof(path), "%s/%s", block->path, name);

	return r < 0 ? r : entry_file(block->entries, path, data, length);
}

/* E: of these, links are made. */
int block_property(struct block *block, const char *key, const char *value) {
	int r = text_add(&block->content, "%s=%s\n", key, value);

	block->has_properties = true;
	if (r == 0 && strcmp(key, "SUBSYSTEM") == 0) {
		r = name_set(block->subsystem, sizeof(block->subsystem), value);
	} else if (r == 0 && strcmp(key, "MAJOR") == 0) {
		block->has_number = sscanf(value, "%u", &block->major) == 1;
	} else if (r == 0 && strcmp(key, "MINOR") == 0) {
		r = sscanf(value, "%u", &block->minor) == 1 ? 0 : -EINVAL;
	}
	return r;
}

/* The links to a device by its subsystem: buses and classes keep theirs in different places. */
static int link_subsystem(const struct block *block) {
	bool is_bus = strcmp(block->subsystem, "pci") == 0 ||
		      strcmp(block->subsystem, "platform") == 0 ||
		      strcmp(block->subsystem, "usb") == 0 || strcmp(block->subsystem, "i2c") == 0;
	const char *name = strrchr(block->path, '/') + 1;
	char home[128], path[TEXT_PATH_MAX];
	int r = name_format(
		home, sizeof(home), "/sys/%s/%s", is_bus ? "bus" : "class", block->subsystem);

	r = r < 0 ? r
		  : name_format(
			    path, sizeof(path), "%s/%s%s", home, is_bus ? "devices/" : "", name);
	r = r < 0 ? r : entry_link_to(block->entries, path, block->path);
	r = r < 0 ? r : name_format(path, sizeof(path), "%s/subsystem", block->path);
	return r < 0 ? r : entry_link_to(block->entries, path, home);
}

static int link_number(const struct block *block) {
	char path[64];
	int r = name_format(path, sizeof(path), "/sys/dev/%s/%u:%u",
		strcmp(block->subsystem, "block") == 0 ? "block" : "char", block->major,
		block->minor);

	return r < 0 ? r : entry_link_to(block->entries, path, block->path);
}

static int finish_device(const struct block *block) {
	int r = entry_directory(block->entries, block->path);

	if (r == 0 && block->has_properties) {
		r = block_attribute(block, "uevent", block->content.data, block->content.length);
	}
	if (r == 0 && block->subsystem[0]) {
		r = link_subsystem(block);
	}
	return r == 0 && block->has_number ? link_number(block) : r;
}

void block_done(struct block *block) {
	text_free(&block->content);
	*block = (struct block){.entries = block->entries};
}

int block_finish(struct block *block) {
	int r = 0;

	if (block->path[0] && block->is_file) {
		r = entry_file(block->entries, block->path,
			block->content.length ? block->content.data : "", block->content.length);
	} else if (block->path[0]) {
		r = finish_device(block);
	}
	block_done(block);
	return r;
}

int block_start(struct block *block, const char *path, bool is_file) {
	int r = block_finish(block);

	block->is_file = is_file;
	r = r < 0 ? r
		  : name_format(
			    block->path, sizeof(block->path), "%s%s", is_file ? "" : "/sys", path);
	return r == 0 && !entry_path_is_sound(block->path) ? -EINVAL : r;
}
