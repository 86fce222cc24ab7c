// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/change.h"

#include "base/macros.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#define NOTHING "-"
#define MADE    "made"

static const char *const names[CHANGE_KIND_COUNT] = {
	[CHANGE_DIRECTORY] = "directory",
	[CHANGE_LINK] = "link",
	[CHANGE_HOOKSCRIPT] = "hookscript",
};

const char *change_kind_name(enum change_kind kind) {
	assert(kind < CHANGE_KIND_COUNT);
	return names[kind];
}

static int parse_kind(const char *word, size_t length, enum change_kind *ret) {
	for (size_t i = 0; i < CHANGE_KIND_COUNT; i++) {
		if (strlen(names[i]) == length && memcmp(names[i], word, length) == 0) {
			*ret = (enum change_kind)i;
			return 0;
		}
	}
	return -EINVAL;
}

static bool path_is_sound(const char *path) {
	if (*path != '/') {
		return false;
	}
	while (*path == '/') {
		size_t length = strcspn(++path, "/");

		if (length == 0 || strncmp(path, "..", length) == 0) {
			return false;
		}
		path += length;
	}
	return true;
}

static bool vmid_is_sound(const char *vmid) {
	unsigned long long number;

	return number_parse(vmid, UINT_MAX, &number) == 0 && *vmid != '0';
}

static bool is_sound(const struct change *change) {
	switch (change->kind) {
	case CHANGE_DIRECTORY:
		return path_is_sound(change->subject) && strcmp(change->value, MADE) == 0;
	case CHANGE_LINK:
		return path_is_sound(change->subject) && change->value[0];
	case CHANGE_HOOKSCRIPT:
		return vmid_is_sound(change->subject) && change->value[0];
	case CHANGE_KIND_COUNT:
		break;
	}
	return false;
}

/* Its words, split; there have to be exactly that many. */
static int split(const char *line, const char *words[4], size_t lengths[4]) {
	for (size_t i = 0; i < 4; i++) {
		lengths[i] = token_next(&line, &words[i]);
		if (lengths[i] == 0) {
			return -EINVAL;
		}
	}
	/* A blank at the end is one too many. */
	return *line || words[3][lengths[3]] ? -EINVAL : 0;
}

int change_parse(const char *line, size_t length, struct change *ret, struct error *error) {
	char text[CHANGE_TEXT_SIZE], before[4];
	struct change change = {0};
	const char *words[4];
	size_t lengths[4];
	int r;

	if (length >= sizeof(text) || memchr(line, '\0', length)) {
		return error_set(error, -EINVAL, "this is no change");
	}
	memcpy(text, line, length);
	text[length] = '\0';
	r = split(text, words, lengths);
	r = r < 0 ? r : parse_kind(words[0], lengths[0], &change.kind);
	r = r < 0 ? r : token_decode(words[1], lengths[1], change.subject, CHANGE_SIZE);
	r = r < 0 ? r : token_decode(words[2], lengths[2], before, sizeof(before));
	r = r < 0 ? r : token_decode(words[3], lengths[3], change.value, CHANGE_SIZE);
	if (r < 0 || strcmp(before, NOTHING) != 0 || !is_sound(&change)) {
		return error_set(error, -EINVAL, "this is no change");
	}
	*ret = change;
	return 0;
}

const char *change_format(const struct change *change, bool home, char ret[CHANGE_TEXT_SIZE]) {
	char subject[3 * CHANGE_SIZE], value[3 * CHANGE_SIZE];
	int r = token_encode(change->subject, subject, sizeof(subject));

	r = r < 0 ? r : token_encode(change->value, value, sizeof(value));
	r = r < 0 ? r
		  : name_format(ret, CHANGE_TEXT_SIZE, "%s %s %s %s",
			    change_kind_name(change->kind), subject, home ? value : NOTHING,
			    home ? NOTHING : value);
	assert(r == 0);
	return ret;
}

bool change_same(const struct change *a, const struct change *b) {
	return a->kind == b->kind && strcmp(a->subject, b->subject) == 0 &&
	       strcmp(a->value, b->value) == 0;
}

int changes_add(
	struct changes *changes, enum change_kind kind, const char *subject, const char *value) {
	struct change change = {.kind = kind};
	struct change *larger;
	int r = name_set(change.subject, sizeof(change.subject), subject);

	r = r < 0 ? r : name_set(change.value, sizeof(change.value), value);
	if (r < 0) {
		return r;
	}
	if (changes->count >= CHANGES_MAX) {
		return -E2BIG;
	}
	/* Grows by doubling: a new array whenever the count is a power of two. */
	if ((changes->count & (changes->count - 1)) == 0) {
		size_t size = changes->count ? changes->count * 2 : 1;

		larger = reallocarray(changes->items, size, sizeof(*larger));
		if (!larger) {
			return -ENOMEM;
		}
		changes->items = larger;
	}
	changes->items[changes->count++] = change;
	return 0;
}

bool changes_have(const struct changes *changes, const struct change *change) {
	for (size_t i = 0; i < changes->count; i++) {
		if (change_same(&changes->items[i], change)) {
			return true;
		}
	}
	return false;
}

void changes_drop(struct changes *changes, size_t index) {
	assert(index < changes->count);
	changes->count--;
	memmove(&changes->items[index], &changes->items[index + 1],
		(changes->count - index) * sizeof(*changes->items));
}

void changes_free(struct changes *changes) {
	free(changes->items);
	*changes = (struct changes){0};
}
