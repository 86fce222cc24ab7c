// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/fit.h"

#include "base/file.h"
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* Opens the directory that has the path's last component, and says which that is. */
static int open_above(int root, const char *path, const char **ret_name) {
	const char *slash = strrchr(path, '/');
	char above[PATH_MAX];
	int r;

	assert(slash);
	r = name_format(above, sizeof(above), "/%.*s", (int)(slash - path), path);
	*ret_name = slash + 1;
	return r < 0 ? r : dir_open(root, above);
}

static int cannot(const char *what, const char *path, int r, struct error *error) {
	return error_set(error, r, "cannot %s %s: %s", what, path, strerror(-r));
}

int fit_directory(int root, const char *path, mode_t mode, struct error *error) {
	const char *name;
	AUTO_CLOSE int above = open_above(root, path, &name);
	struct stat stat;

	if (above < 0) {
		return cannot("make", path, above, error);
	}
	if (mkdirat(above, name, mode) == 0) {
		return 0;
	}
	if (errno == EEXIST && fstatat(above, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISDIR(stat.st_mode)) {
		return 0;
	}
	return cannot("make", path, -errno, error);
}

/* 0: it is a link with that text; -ENOENT; -EEXIST: it is something else. */
static int compare_link(int above, const char *name, const char *text) {
	char found[PATH_MAX];
	ssize_t n = readlinkat(above, name, found, sizeof(found));

	if (n < 0) {
		return errno == EINVAL ? -EEXIST : -errno;
	}
	return (size_t)n == strlen(text) && memcmp(found, text, (size_t)n) == 0 ? 0 : -EEXIST;
}

int fit_link(int root, const char *path, const char *text, struct error *error) {
	const char *name;
	AUTO_CLOSE int above = open_above(root, path, &name);
	int r = above;

	if (r >= 0) {
		r = symlinkat(text, above, name) < 0 ? -errno : 0;
	}
	if (r == -EEXIST) {
		r = compare_link(above, name, text);
	}
	return r < 0 ? cannot("make the link", path, r, error) : 0;
}

/* flags as unlinkat has them. */
static int take_away(int above, const char *name, int flags, enum fitted *ret) {
	if (unlinkat(above, name, flags) == 0) {
		*ret = FITTED_DONE;
		return 0;
	}
	switch (errno) {
	case ENOENT:
		*ret = FITTED_GONE;
		return 0;
	case ENOTEMPTY:
	case EEXIST:
	case ENOTDIR:
		*ret = FITTED_LEFT;
		return 0;
	default:
		return -errno;
	}
}

int fit_no_directory(int root, const char *path, enum fitted *ret, struct error *error) {
	const char *name;
	AUTO_CLOSE int above = open_above(root, path, &name);
	int r = above;

	if (r == -ENOENT) {
		*ret = FITTED_GONE;
		return 0;
	}
	r = r < 0 ? r : take_away(above, name, AT_REMOVEDIR, ret);
	return r < 0 ? cannot("remove", path, r, error) : 0;
}

int fit_no_link(
	int root, const char *path, const char *text, enum fitted *ret, struct error *error) {
	const char *name;
	AUTO_CLOSE int above = open_above(root, path, &name);
	int r = above < 0 ? above : compare_link(above, name, text);

	if (r == -ENOENT || r == -EEXIST) {
		*ret = r == -ENOENT ? FITTED_GONE : FITTED_LEFT;
		return 0;
	}
	r = r < 0 ? r : take_away(above, name, 0, ret);
	return r < 0 ? cannot("remove", path, r, error) : 0;
}
