// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/entry.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

bool entry_path_is_sound(const char *path) {
	if (path[0] != '/') {
		return false;
	}
	while (*path) {
		size_t length = strcspn(++path, "/");

		if (length == 0 || (length == 1 && path[0] == '.') ||
			(length == 2 && path[0] == '.' && path[1] == '.')) {
			return false;
		}
		path += length;
	}
	return true;
}

static int count(struct entries *entries, const char *path) {
	if (!entry_path_is_sound(path)) {
		return -EINVAL;
	}
	return ++entries->count > TEXT_ENTRIES_MAX ? -E2BIG : 0;
}

int entry_directory(struct entries *entries, const char *path) {
	int r = count(entries, path);

	return r < 0 ? r : entries->sink->directory(entries->sink->context, path);
}

int entry_file(struct entries *entries, const char *path, const char *data, size_t length) {
	int r = count(entries, path);

	return r < 0 ? r : entries->sink->file(entries->sink->context, path, data, length);
}

int entry_link(struct entries *entries, const char *path, const char *target) {
	int r = count(entries, path);

	r = r == 0 && !target[0] ? -EINVAL : r;
	return r < 0 ? r : entries->sink->link(entries->sink->context, path, target);
}

/* A link at `path` to the absolute `target`, in the relative form that sysfs has. */
int entry_link_to(struct entries *entries, const char *path, const char *target) {
	AUTO_TEXT struct text link = {0};
	int r = 0;

	for (const char *slash = strchr(path + 1, '/'); slash && r == 0;
		slash = strchr(slash + 1, '/')) {
		r = text_add(&link, "../");
	}
	r = r < 0 ? r : text_add(&link, "%s", target + 1);
	return r < 0 ? r : entry_link(entries, path, link.data);
}
