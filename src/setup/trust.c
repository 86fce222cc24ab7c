// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/trust.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#define LINKS_MAX  40 /* as the kernel */
#define LEVELS_MAX 2

struct walk {
	int root;
	uid_t owner;
	struct trusted at;   /* what has been gone; its path is "" at the root, and has no links */
	char rest[PATH_MAX]; /* what is still to go */
	unsigned int links;
	struct error *error;
};

static int check(const struct walk *walk) {
	const struct stat *stat = &walk->at.stat;
	const char *path = walk->at.path[0] ? walk->at.path : "/";

	if (stat->st_uid == walk->owner && !(stat->st_mode & (S_IWGRP | S_IWOTH))) {
		return 0;
	}
	return error_set(walk->error, -EPERM,
		"others than root can write %s: run chown root %s and chmod go-w %s", path, path,
		path);
}

static int cannot_look(const struct walk *walk, int r, const char *path) {
	return error_set(walk->error, r, "cannot look at %s: %s", path, strerror(-r));
}

/* Takes the next component off the rest; an empty one at its end. */
static void take(struct walk *walk, char ret[PATH_MAX]) {
	char *start = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(start, "/");

	memcpy(ret, start, length);
	ret[length] = '\0';
	memmove(walk->rest, start + length, strlen(start + length) + 1);
}

/* What the link says comes before the rest. */
static int follow(struct walk *walk, int fd) {
	char target[PATH_MAX], rest[PATH_MAX];
	ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);
	int r;

	if (n < 0) {
		return -errno;
	}
	target[n] = '\0';
	if (++walk->links > LINKS_MAX) {
		return -ELOOP;
	}
	r = name_format(rest, sizeof(rest), "%s%s", target, walk->rest);
	if (r < 0) {
		return r;
	}
	if (target[0] == '/') {
		walk->at.path[0] = '\0';
	}
	return name_set(walk->rest, sizeof(walk->rest), rest);
}

static int enter(struct walk *walk, const char *name) {
	AUTO_CLOSE int fd = -1;
	char path[PATH_MAX];
	struct stat stat;
	int r = name_format(path, sizeof(path), "%s/%s", walk->at.path, name);

	if (r < 0) {
		return cannot_look(walk, r, name);
	}
	fd = path_open(walk->root, path, O_PATH | O_NOFOLLOW);
	r = fd < 0 ? fd : fstat(fd, &stat) < 0 ? -errno : 0;
	if (r == 0 && S_ISLNK(stat.st_mode)) {
		r = follow(walk, fd);
		return r < 0 ? cannot_look(walk, r, path) : 0;
	}
	if (r < 0) {
		return cannot_look(walk, r, path);
	}
	walk->at.stat = stat;
	memcpy(walk->at.path, path, sizeof(path));
	return check(walk);
}

/* Up again: what is there has been checked on the way down. */
static int leave(struct walk *walk) {
	char *slash = strrchr(walk->at.path, '/');
	AUTO_CLOSE int fd = -1;

	if (slash) {
		*slash = '\0';
	}
	fd = path_open(walk->root, walk->at.path[0] ? walk->at.path : "/", O_PATH);
	if (fd < 0 || fstat(fd, &walk->at.stat) < 0) {
		return cannot_look(walk, fd < 0 ? fd : -errno, walk->at.path);
	}
	return 0;
}

static int step(struct walk *walk, bool *ret_end) {
	char name[PATH_MAX];

	take(walk, name);
	*ret_end = name[0] == '\0';
	if (*ret_end || strcmp(name, ".") == 0) {
		return 0;
	}
	return strcmp(name, "..") == 0 ? leave(walk) : enter(walk, name);
}

int trust_check(int root, uid_t owner, const char *path, struct trusted *ret, struct error *error) {
	struct walk walk = {.root = root, .owner = owner, .error = error};
	bool end = false;
	int r = name_set(walk.rest, sizeof(walk.rest), path);

	r = r < 0 ? r : fstat(root, &walk.at.stat) < 0 ? -errno : 0;
	if (r < 0) {
		return cannot_look(&walk, r, path);
	}
	r = check(&walk);
	while (r == 0 && !end) {
		r = step(&walk, &end);
	}
	if (r < 0) {
		return r;
	}
	*ret = walk.at;
	return 0;
}

static int check_below(
	int root, uid_t owner, const char *path, unsigned int levels, struct error *error) {
	AUTO_NAMES struct names names = {0};
	struct trusted end = {0};
	int r = trust_check(root, owner, path, &end, error);

	if (r < 0 || !S_ISDIR(end.stat.st_mode) || levels == 0) {
		return r;
	}
	r = names_read(root, path, &names);
	if (r < 0) {
		return error_set(error, r, "cannot read %s: %s", path, strerror(-r));
	}
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		char below[PATH_MAX];

		r = name_format(below, sizeof(below), "%s/%s", path, names.names[i]);
		r = r < 0 ? error_set(error, r, "a name in %s is too long", path)
			  : check_below(root, owner, below, levels - 1, error);
		r = r == -ENOENT ? 0 : r; /* a link to nowhere is nobody's file */
	}
	return r;
}

int trust_check_tree(int root, uid_t owner, const char *path, struct error *error) {
	int r = check_below(root, owner, path, LEVELS_MAX, error);

	return r == -ENOENT ? 0 : r;
}
