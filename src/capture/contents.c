// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/contents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>

#include "base/aside.h"
#include "base/file.h"
#include "host/array.h"

#define FILE_MAX ((size_t)32 << 20)
#define ALL_MAX  ((size_t)512 << 20)

/* As for the snapshot: the kernel may keep silent about a device (host/guarded.h). */
#define PATIENCE_MS 125
#define LIMIT_MS    10000

/* What the children write, one after the other; a child that was given up may still do so. */
struct store {
	_Atomic size_t length;
	char data[];
};

struct content {
	int r;
	size_t at, length;
};

struct reading {
	int root;
	const struct keeper *keeper;
	struct place **files;
	size_t count;
	struct store *store;
};

static void reading_done(struct reading *reading) {
	free(reading->files);
	aside_memory_free(reading->store, ALL_MAX);
}

/* Of what a process has only what was read is kept; elsewhere a name alone may say something. */
static bool is_only_listed(struct place *place) {
	return place->type == PLACE_FILE && !place->wanted && !place->hidden &&
	       place_process(place);
}

/* A process whose files are hidden has a file instead of the directory: readers see that there is
 * something, and that it is not to be gone into. */
static void hide(struct place *place) {
	if (place->hidden && place->type == PLACE_DIRECTORY && place_process(place)) {
		place->type = PLACE_FILE;
	}
}

static int look(void *context, struct place *place) {
	struct reading *reading = context;
	char path[PLACE_PATH_MAX];
	bool drop = place_path(place, path, sizeof(path)) < 0 || place->type == PLACE_OTHER;

	hide(place);
	/* The text has no way to write these. */
	drop = drop || strpbrk(path, "=\n") || (place->target && strchr(place->target, '\n'));
	drop = drop || (place->type == PLACE_LINK && keep_no_link(path, place->target));
	drop = drop || (place->wanted && keep_never(path)) || is_only_listed(place);
	if (drop) {
		place_remove(place);
		return 0;
	}
	if (!place->wanted || place->type != PLACE_FILE) {
		return 0;
	}
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what is in it */
	if (!ARRAY_ROOM(reading->files, reading->count)) {
		return -ENOMEM;
	}
	reading->files[reading->count++] = place;
	return 0;
}

/* In the child. */
static int read_one(const struct reading *reading, size_t index, struct content *ret) {
	AUTO_TEXT struct text kept = {0};
	AUTO_FREE char *data = NULL;
	AUTO_CLOSE int fd = -1;
	char path[PLACE_PATH_MAX];
	size_t length = 0;
	int r = place_path(reading->files[index], path, sizeof(path));

	fd = r < 0 ? r : file_open(reading->root, path);
	r = fd < 0 ? fd : stream_read(fd, FILE_MAX, &data, &length);
	r = r < 0 ? r : keep(reading->keeper, path, data, length, &kept);
	if (r < 0) {
		return r;
	}
	ret->length = kept.length;
	ret->at = atomic_fetch_add(&reading->store->length, kept.length);
	if (ret->at > ALL_MAX - sizeof(*reading->store) ||
		kept.length > ALL_MAX - sizeof(*reading->store) - ret->at) {
		return -EFBIG;
	}
	if (kept.length) {
		memcpy(reading->store->data + ret->at, kept.data, kept.length);
	}
	return 0;
}

static void read_aside(void *context, size_t index, void *ret_value) {
	struct content *content = ret_value;

	content->r = read_one(context, index, content);
}

static int take(
	const struct reading *reading, const struct content *contents, const bool *answered) {
	for (size_t i = 0; i < reading->count; i++) {
		struct place *place = reading->files[i];
		const struct content *content = &contents[i];

		if (!answered[i] || content->r < 0) {
			place->hidden =
				answered[i] && (content->r == -EACCES || content->r == -EPERM);
			continue;
		}
		place->data = malloc(content->length + 1);
		if (!place->data) {
			return -ENOMEM;
		}
		memcpy(place->data, reading->store->data + content->at, content->length);
		place->data[content->length] = '\0';
		place->length = content->length;
	}
	return 0;
}

static int read_all(struct reading *reading) {
	const struct aside aside = {
		.read = read_aside,
		.context = reading,
		.size = sizeof(struct content),
		.root = reading->root,
		.patience_ms = PATIENCE_MS,
		.limit_ms = LIMIT_MS,
	};
	AUTO_FREE struct content *contents = calloc(reading->count + 1, sizeof(*contents));
	AUTO_FREE bool *answered = calloc(reading->count + 1, sizeof(*answered));
	int r = contents && answered ? aside_read(&aside, reading->count, contents, answered)
				     : -ENOMEM;

	return r < 0 ? r : take(reading, contents, answered);
}

int contents_read(int root, const struct keeper *keeper, struct place *top) {
	CLEANUP(reading_done)
	struct reading reading = {
		.root = root, .keeper = keeper, .store = aside_memory_new(ALL_MAX)};
	int r = reading.store ? place_each(top, look, &reading) : -ENOMEM;

	return r < 0 ? r : read_all(&reading);
}
