/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* What a captured machine is made of: a tree of directories, files and links, as they stood. */

#define PLACE_PATH_MAX 1024

enum place_type {
	PLACE_DIRECTORY,
	PLACE_FILE,
	PLACE_LINK,
	PLACE_OTHER, /* a device's node, a socket, ... */
};

struct place {
	char *name;
	struct place *parent;
	struct place **places; /* what is in a directory, by name */
	size_t count;
	enum place_type type;
	mode_t mode;
	bool filled;    /* a file that has bytes; what they are, only the wanted ones tell */
	bool wanted;    /* somebody read it */
	bool listed;    /* a directory of which somebody wanted the names */
	bool hidden;    /* it was there, but not for us */
	bool is_device; /* a directory of /sys/devices that has a uevent */
	char *target;   /* of a link */
	char *data;     /* of a wanted file, terminated; NULL: it could not be read */
	size_t length;
};

/* NULL: no memory, or none of that name. */
struct place *place_new(void);
struct place *place_find(const struct place *directory, const char *name);
struct place *place_add(struct place *directory, const char *name, enum place_type type);

/* Also what is in it, and out of the directory that it is in. */
void place_remove(struct place *place);
void place_free(struct place **top);

#define AUTO_PLACE CLEANUP(place_free)

/* "/sys/class/drm", "/" for the top. -ENAMETOOLONG. */
int place_path(const struct place *place, char *ret, size_t size) MUST_CHECK;

/* How many directories are above it. */
size_t place_depth(const struct place *place);

/* The directory of a process that it is or is in, /proc/812; NULL. */
struct place *place_process(struct place *place);

/* Calls found with all, directories before what is in them; other than 0 ends it and is returned.
 * The place that it was called with may be removed by it. */
int place_each(struct place *top, int (*found)(void *context, struct place *place), void *context)
	MUST_CHECK;
