// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"

struct place *place_new(void) {
	struct place *top = calloc(1, sizeof(*top));

	if (top) {
		top->name = strdup("");
	}
	if (top && !top->name) {
		free(top);
		return NULL;
	}
	return top;
}

/* Where the name is, or would be. */
static size_t find_index(const struct place *directory, const char *name) {
	size_t low = 0, high = directory->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(directory->places[middle]->name, name) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

struct place *place_find(const struct place *directory, const char *name) {
	size_t index = find_index(directory, name);

	return index < directory->count && strcmp(directory->places[index]->name, name) == 0
		       ? directory->places[index]
		       : NULL;
}

struct place *place_add(struct place *directory, const char *name, enum place_type type) {
	size_t index = find_index(directory, name);
	struct place *place = place_new();

	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what is in it */
	if (!place || !ARRAY_ROOM(directory->places, directory->count)) {
		place_free(&place);
		return NULL;
	}
	free(place->name);
	place->name = strdup(name);
	if (!place->name) {
		free(place);
		return NULL;
	}
	place->type = type;
	place->parent = directory;
	memmove(directory->places + index + 1, directory->places + index,
		(directory->count - index) * sizeof(struct place *));
	directory->places[index] = place;
	directory->count++;
	return place;
}

/* As deep as paths are long. */
static void free_all(struct place *place) {
	for (size_t i = 0; i < place->count; i++) {
		free_all(place->places[i]);
	}
	free(place->places);
	free(place->name);
	free(place->target);
	free(place->data);
	free(place);
}

void place_free(struct place **top) {
	if (*top) {
		free_all(*top);
	}
	*top = NULL;
}

/* The array of those that stay keeps its room: it is as large as for the larger count, or doubled
 * too early, never too small. */
void place_remove(struct place *place) {
	struct place *directory = place->parent;
	size_t index = find_index(directory, place->name);

	memmove(directory->places + index, directory->places + index + 1,
		(directory->count - index - 1) * sizeof(struct place *));
	directory->count--;
	free_all(place);
}

int place_path(const struct place *place, char *ret, size_t size) {
	size_t length;
	int r;

	if (!place->parent) {
		return name_set(ret, size, "/");
	}
	if (!place->parent->parent) {
		return name_format(ret, size, "/%s", place->name);
	}
	r = place_path(place->parent, ret, size);
	length = r < 0 ? 0 : strlen(ret);
	return r < 0 ? r : name_format(ret + length, size - length, "/%s", place->name);
}

size_t place_depth(const struct place *place) {
	size_t depth = 0;

	while ((place = place->parent)) {
		depth++;
	}
	return depth;
}

static bool is_process(const struct place *place) {
	return place_depth(place) == 2 && strcmp(place->parent->name, "proc") == 0 &&
	       strspn(place->name, "0123456789") == strlen(place->name);
}

struct place *place_process(struct place *place) {
	while (place && !is_process(place)) {
		place = place->parent;
	}
	return place;
}

int place_each(struct place *top, int (*found)(void *context, struct place *place), void *context) {
	for (size_t i = 0; i < top->count;) {
		struct place *place = top->places[i];
		int r = found(context, place);

		if (r != 0) {
			return r;
		}
		if (i < top->count && top->places[i] == place) {
			r = place_each(place, found, context);
			i++;
		}
		if (r != 0) {
			return r;
		}
	}
	return 0;
}
