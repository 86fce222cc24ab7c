// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

#define LINKS_MAX 40 /* on one way, as the kernel has it */

int follower_begin(int root, struct follower *ret) {
	struct follower follower = {.root = root};
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", root);
	r = link_read(AT_FDCWD, path, follower.root_path, sizeof(follower.root_path));
	if (r < 0) {
		return r;
	}
	if (strcmp(follower.root_path, "/") == 0) {
		follower.root_path[0] = '\0';
	}
	follower.top = place_new();
	if (!follower.top) {
		return -ENOMEM;
	}
	*ret = follower;
	return 0;
}

void follower_end(struct follower *follower) {
	place_free(&follower->top);
}

static enum place_type type_of(mode_t mode) {
	return S_ISDIR(mode)   ? PLACE_DIRECTORY
	       : S_ISREG(mode) ? PLACE_FILE
	       : S_ISLNK(mode) ? PLACE_LINK
			       : PLACE_OTHER;
}

static int read_target(int fd, struct place *place) {
	char target[PATH_MAX];
	int r = link_read(fd, "", target, sizeof(target));

	if (r < 0) {
		return r;
	}
	place->target = strdup(target);
	return place->target ? 0 : -ENOMEM;
}

static bool is_device(int root, const char *path) {
	char uevent[PLACE_PATH_MAX];

	return text_starts(path, "/sys/devices/") &&
	       name_format(uevent, sizeof(uevent), "%s/uevent", path) == 0 &&
	       file_exists(root, uevent);
}

/* Looks at an entry without opening what it is. */
static int look(
	struct follower *follower, struct place *directory, const char *name, struct place **ret) {
	char path[PLACE_PATH_MAX];
	AUTO_CLOSE int fd = -1;
	struct stat info;
	struct place *place;
	size_t length;
	int r = place_path(directory, path, sizeof(path));

	length = r < 0 || !directory->parent ? 0 : strlen(path);
	r = r < 0 ? r : name_format(path + length, sizeof(path) - length, "/%s", name);
	fd = r < 0 ? r : path_open(follower->root, path, O_PATH | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &info) < 0) {
		return fd < 0 ? fd : -errno;
	}
	place = place_add(directory, name, type_of(info.st_mode));
	if (!place) {
		return -ENOMEM;
	}
	place->mode = info.st_mode;
	place->is_device = place->type == PLACE_DIRECTORY && is_device(follower->root, path);
	place->filled = info.st_size > 0;
	r = place->type == PLACE_LINK ? read_target(fd, place) : 0;
	if (r < 0) {
		place_remove(place);
		return r;
	}
	*ret = place;
	return 0;
}

/* Takes the next component off; NULL at the end. */
static char *next_component(char **rest) {
	char *component;

	*rest += strspn(*rest, "/");
	if (!**rest) {
		return NULL;
	}
	component = *rest;
	*rest += strcspn(*rest, "/");
	if (**rest) {
		*(*rest)++ = '\0';
		*rest += strspn(*rest, "/");
	}
	return component;
}

static int enter(
	struct follower *follower, struct place *at, const char *component, struct place **ret) {
	if (strcmp(component, ".") == 0) {
		*ret = at;
		return 0;
	}
	if (strcmp(component, "..") == 0) {
		*ret = at->parent ? at->parent : at;
		return 0;
	}
	*ret = place_find(at, component);
	return *ret ? 0 : look(follower, at, component, ret);
}

/* Those below a process lead to what no name leads to. */
static bool leads_on(struct place *place) {
	return place->type == PLACE_LINK && !place_process(place);
}

/* The place that a path leads to; the last link too if it is to be followed. */
static int walk(struct follower *follower, const char *path, bool follow, struct place **ret) {
	char way[2 * PATH_MAX], next[2 * PATH_MAX], *rest = way, *component;
	struct place *at = follower->top;
	int links = 0, r = name_set(way, sizeof(way), path);

	while (r == 0 && (component = next_component(&rest))) {
		struct place *place;

		r = enter(follower, at, component, &place);
		if (r < 0 || !leads_on(place) || (!*rest && !follow)) {
			at = place;
			continue;
		}
		r = ++links > LINKS_MAX
			    ? -ELOOP
			    : name_format(next, sizeof(next), "%s/%s", place->target, rest);
		at = place->target[0] == '/' ? follower->top : at;
		memcpy(way, next, sizeof(way));
		rest = way;
	}
	if (r == 0) {
		*ret = at;
	}
	return r;
}

/* Which processes there are, and what they have open, is kept only as far as somebody looked at
 * the single ones. */
static bool is_of_processes(struct place *directory) {
	return (place_depth(directory) == 1 && strcmp(directory->name, "proc") == 0) ||
	       place_process(directory);
}

static int add_names(struct follower *follower, struct place *directory) {
	AUTO_NAMES struct names names = {0};
	char path[PLACE_PATH_MAX];
	int r = place_path(directory, path, sizeof(path));

	if (directory->listed || is_of_processes(directory)) {
		return 0;
	}
	directory->listed = true;
	r = r < 0 ? r : names_read(follower->root, path, &names);
	for (size_t i = 0; i < names.count && r != -ENOMEM; i++) {
		struct place *place = place_find(directory, names.names[i]);

		r = place ? 0 : look(follower, directory, names.names[i], &place);
	}
	return r == -ENOMEM ? r : 0;
}

int follow_path(struct follower *follower, enum trace_kind kind, const char *path) {
	struct place *place = NULL;
	int r = walk(follower, path, kind != TRACE_LINK, &place);

	if (r < 0 || !place) {
		return r == -ENOMEM ? r : 0;
	}
	if (kind == TRACE_FILE && place->type == PLACE_FILE) {
		place->wanted = true;
	}
	if (kind == TRACE_HIDDEN) {
		place->hidden = true;
	}
	return kind == TRACE_LIST && place->type == PLACE_DIRECTORY ? add_names(follower, place)
								    : 0;
}

static int follow_note(void *context, enum trace_kind kind, const char *path) {
	struct follower *follower = context;
	size_t length = strlen(follower->root_path);

	if (strncmp(path, follower->root_path, length) != 0 || path[length] != '/') {
		return 0; /* of another root */
	}
	return follow_path(follower, kind, path + length);
}

int follow_trace(struct follower *follower, const struct trace *trace) {
	return trace_each(trace, follow_note, follower);
}
