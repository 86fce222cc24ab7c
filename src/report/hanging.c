// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/hanging.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/array.h"
#include "report/trait.h"

void hangings_free(struct hangings *hangings) {
	for (size_t i = 0; i < hangings->count; i++) {
		text_free(&hangings->hangings[i].text);
	}
	free(hangings->hangings);
	*hangings = (struct hangings){0};
}

/* Adds a part of a line: "ext4, 931.5G". */
static int add(struct text *ret, const char *before, const char *part) {
	if (!part[0]) {
		return 0;
	}
	return text_add(ret, "%s%s%s", ret->length ? ", " : "", before, part);
}

static int add_size(uint64_t size, struct text *ret) {
	char text[16];

	return size ? add(ret, "", trait_size(size, text)) : 0;
}

static int add_speed(const struct attached *attached, struct text *ret) {
	unsigned int speed = attached->speed_mbit_s;
	const char *comma = ret->length ? ", " : "";

	if (speed >= 1000 && speed % 100 == 0) {
		return speed % 1000 ? text_add(ret, "%s%u.%u Gbit/s", comma, speed / 1000,
					      speed % 1000 / 100)
				    : text_add(ret, "%s%u Gbit/s", comma, speed / 1000);
	}
	return speed ? text_add(ret, "%s%u Mbit/s", comma, speed) : 0;
}

static int add_secret(
	const struct listing *listing, const struct attached *attached, struct text *ret) {
	static const char *const before[] = {
		[SECRET_NONE] = "",
		[SECRET_SERIAL] = "serial ",
		[SECRET_HARDWARE] = "",
		[SECRET_INTERNET] = "",
	};

	return listing->secrets ? add(ret, before[attached->secret_kind], attached->secret) : 0;
}

/* What people call it, of which kind and how large it is. */
static int describe(
	const struct listing *listing, const struct attached *attached, struct text *ret) {
	int r = add(ret, "", attached->text);

	switch (attached->kind) {
	case ATTACHED_OUTPUT:
		r = r == 0 && !attached->text[0] ? add(ret, "", "connected") : r;
		r = r < 0 ? r : add(ret, "", attached->type);
		break;
	case ATTACHED_USB:
		r = r == 0 && !attached->text[0] ? add(ret, "", attached->id) : r;
		r = r < 0 ? r : add(ret, "", attached->type);
		break;
	case ATTACHED_INTERFACE:
		r = r < 0 ? r : add(ret, "", attached->type);
		r = r < 0 ? r
			  : add(ret, "",
				    attached->unsure   ? ""
				    : attached->active ? "up"
						       : "down");
		r = r < 0 ? r : add_speed(attached, ret);
		break;
	case ATTACHED_PARTITION:
	case ATTACHED_VOLUME:
	case ATTACHED_DISK:
		r = r < 0 || attached->kind == ATTACHED_DISK ? r : add(ret, "", attached->type);
		r = r < 0 ? r : add_size(attached->size, ret);
		break;
	case ATTACHED_SOUND:
	case ATTACHED_MOUNT:
	case ATTACHED_SWAP:
	case ATTACHED_ADDRESS:
		break;
	}
	return r < 0 ? r : add_secret(listing, attached, ret);
}

/* What stands in the line of what it hangs on: a mount, an address. */
static int add_to_parent(
	const struct listing *listing, const struct attached *attached, struct text *ret) {
	switch (attached->kind) {
	case ATTACHED_MOUNT:
		return add(ret, "on ", attached->name);
	case ATTACHED_SWAP:
		return add(ret, "", "in use");
	case ATTACHED_ADDRESS:
		return add(ret, "",
			listing->addresses || listing->secrets ? attached->secret : attached->name);
	case ATTACHED_OUTPUT:
	case ATTACHED_USB:
	case ATTACHED_DISK:
	case ATTACHED_PARTITION:
	case ATTACHED_VOLUME:
	case ATTACHED_INTERFACE:
	case ATTACHED_SOUND:
		break;
	}
	return -ENOENT;
}

static bool is_root_hub(const struct attached *attached) {
	return attached->kind == ATTACHED_USB && strncmp(attached->name, "usb", 3) == 0;
}

static bool is_empty(const struct attached *attached) {
	return attached->kind == ATTACHED_OUTPUT && !attached->active;
}

static struct hanging *append(struct hangings *hangings) {
	if (!ARRAY_ROOM(hangings->hangings, hangings->count)) {
		return NULL;
	}
	hangings->hangings[hangings->count] = (struct hanging){0};
	return &hangings->hangings[hangings->count++];
}

static int add_line(const struct listing *listing, const struct attached *attached,
	unsigned int hidden, struct hangings *ret) {
	struct hanging *hanging = append(ret);
	int r = hanging ? name_set(hanging->name, sizeof(hanging->name), attached->name) : -ENOMEM;

	if (r < 0) {
		return r;
	}
	hanging->attached = attached;
	hanging->depth = attached->depth - (hidden < attached->depth ? hidden : attached->depth);
	return describe(listing, attached, &hanging->text);
}

/* By what they are of, the lines are in order: it stands before what hangs on it. */
static struct hanging *find_parent(const struct listing *listing, const struct attached *attached,
	const struct hangings *hangings) {
	const struct attached *all = listing->inventory->attachments.attached;
	size_t low = 0, high = hangings->count;

	while (attached->parent != ATTACHED_TOP && low < high) {
		size_t middle = low + (high - low) / 2;
		struct hanging *hanging = &hangings->hangings[middle];

		if (hanging->attached == &all[attached->parent]) {
			return hanging;
		}
		if (hanging->attached < &all[attached->parent]) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return NULL;
}

/* "DP-2, HDMI-A-1" */
static int add_empty(const struct attached *attached, size_t count, struct hangings *ret) {
	AUTO_TEXT struct text names = {0};
	struct hanging *hanging;
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		r = is_empty(&attached[i]) ? add(&names, "", attached[i].name) : 0;
	}
	if (r < 0 || !names.length) {
		return r;
	}
	hanging = append(ret);
	if (!hanging) {
		return -ENOMEM;
	}
	r = name_set(hanging->name, sizeof(hanging->name), "empty");
	return r < 0 ? r : add(&hanging->text, "", names.data);
}

int hangings_of(const struct listing *listing, const struct device *device, struct hangings *ret) {
	AUTO_HANGINGS struct hangings all = {0};
	size_t count;
	const struct attached *attached =
		attached_of(&listing->inventory->attachments, device->address, &count);
	unsigned int hidden = 0; /* levels above this one that have no line */
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		struct hanging *parent = find_parent(listing, &attached[i], &all);

		hidden = attached[i].depth == 0 ? is_root_hub(&attached[i]) : hidden;
		if (is_root_hub(&attached[i]) || is_empty(&attached[i])) {
			continue;
		}
		r = parent ? add_to_parent(listing, &attached[i], &parent->text) : -ENOENT;
		r = r == -ENOENT ? add_line(listing, &attached[i], hidden, &all) : r;
	}
	r = r < 0 ? r : add_empty(attached, count, &all);
	if (r < 0) {
		return r;
	}
	*ret = all;
	all = (struct hangings){0};
	return 0;
}
