// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/write.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "capture/secrets.h"
#include "host/array.h"

struct writing {
	struct disguise *disguise;
	struct text *text;
	const struct place **devices; /* that are found on the way, each a block of its own */
	size_t device_count;
};

static int add_path(struct writing *writing, const char *path) {
	return disguise_text(writing->disguise, path, strlen(path), writing->text);
}

static int add_place(struct writing *writing, const struct place *place) {
	char path[PLACE_PATH_MAX];
	int r = place_path(place, path, sizeof(path));

	return r < 0 ? r : add_path(writing, path);
}

/* The bytes behind a capability's header are the device's serial number (keep_config). */
static int add_config(struct writing *writing, const struct place *place, struct text *ret) {
	size_t number, serial = place->length - 8;
	char id[20];
	int r;

	for (size_t i = 0; i < 8; i++) {
		snprintf(id + 2 * i, 3, "%02x", (unsigned char)place->data[serial + i]);
	}
	r = disguise_id(writing->disguise, id, &number);
	r = r < 0 ? r : text_append(ret, place->data, serial);
	for (size_t i = 0; i < 8 && r == 0; i++) {
		char byte = (char)(i < 4 ? number >> 8 * i & 0xff : 0);

		r = text_append(ret, &byte, 1);
	}
	return r;
}

static int add_id(struct writing *writing, const struct place *place, struct text *ret) {
	const char *begin = place->data + strspn(place->data, " \t\n");
	AUTO_FREE char *id = strndup(begin, strcspn(begin, "\n"));
	bool is_blank = begin == place->data + place->length;
	size_t number;
	struct address address;
	int r = id ? 0 : -ENOMEM;

	if (r == 0 && (is_blank || address_parse(id, &address) == 0)) {
		return text_append(ret, place->data, place->length);
	}
	r = r < 0 ? r : disguise_id(writing->disguise, id, &number);
	return r < 0 ? r : text_add(ret, "serial%zu\n", number);
}

/* Which columns have addresses in them. */
static const struct table {
	const char *pattern;
	unsigned int columns;
	bool words;
} tables[] = {
	{"/proc/*net/route", 1U << 1 | 1U << 2, true},
	{"/proc/*net/ipv6_route", 1U << 0 | 1U << 2 | 1U << 4, false},
	{"/proc/*net/if_inet6", 1U << 0, false},
	{"/proc/*net/tcp*", 1U << 1 | 1U << 2, true},
};

/* Versions look like addresses; but the kernel's is also the name of a directory, and may have its
 * builder's in it. */
static bool is_public(const char *path) {
	return fnmatch("*/lib/modules/*", path, 0) == 0 ||
	       fnmatch("/sys/*/version", path, 0) == 0 || fnmatch("*/pci.ids", path, 0) == 0 ||
	       fnmatch("*/modalias", path, 0) == 0;
}

static int disguised(struct writing *writing, const struct place *place, struct text *ret) {
	char path[PLACE_PATH_MAX];
	int r = place_path(place, path, sizeof(path));

	r = r < 0 ? r : text_append(ret, "", 0);
	if (r < 0 || !place->data) {
		return r;
	}
	if (writing->disguise->off || is_public(path)) {
		return text_append(ret, place->data, place->length);
	}
	if (fnmatch("/sys/*/config", path, 0) == 0 && place->length > 8) {
		return add_config(writing, place, ret);
	}
	if (strcmp(place->name, "edid") == 0) {
		return disguise_edid(place->data, place->length, ret);
	}
	if (secret_is_file(place->name)) {
		return add_id(writing, place, ret);
	}
	for (size_t i = 0; i < COUNT(tables); i++) {
		if (fnmatch(tables[i].pattern, path, 0) == 0) {
			return disguise_table(writing->disguise, place->data, tables[i].columns,
				tables[i].words, ret);
		}
	}
	return memchr(place->data, '\0', place->length)
		       ? text_append(ret, place->data, place->length)
		       : disguise_text(writing->disguise, place->data, place->length, ret);
}

static int add_hex(struct writing *writing, const struct text *bytes) {
	int r = 0;

	for (size_t i = 0; i < bytes->length && r == 0; i++) {
		r = text_add(writing->text, "%02x", (unsigned char)bytes->data[i]);
	}
	return r < 0 ? r : text_add(writing->text, "\n");
}

static int add_escaped(struct writing *writing, const struct text *value) {
	int r = 0;

	for (size_t i = 0; i < value->length && r == 0; i++) {
		unsigned char c = (unsigned char)value->data[i];

		if (c == '\\' || c == '\n' || c == '\t') {
			r = text_add(writing->text, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : c);
		} else if (c < ' ') {
			r = text_add(writing->text, "\\%03o", c);
		} else {
			r = text_append(writing->text, (const char *)&c, 1);
		}
	}
	return r < 0 ? r : text_add(writing->text, "\n");
}

static int add_lines(struct writing *writing, const struct text *value) {
	int r = 0;

	for (const char *line = value->data; *line && r == 0; line = text_next_line(line)) {
		int length = (int)strcspn(line, "\n");

		r = text_add(writing->text, "|%s%.*s\n", length ? " " : "", length, line);
	}
	return r;
}

static bool is_bytes(const struct text *value) {
	return value->length && memchr(value->data, '\0', value->length);
}

/* Whose permissions are the same everywhere. */
static bool is_kernels(const struct place *place) {
	char path[PLACE_PATH_MAX];

	return place_path(place, path, sizeof(path)) < 0 || text_starts(path, "/sys/") ||
	       text_starts(path, "/proc/");
}

/* A file that was not read has nothing but that it is there, and whether it is empty. */
static int add_file(struct writing *writing, const struct place *place) {
	AUTO_TEXT struct text value = {0};
	unsigned int mode = place->mode & 0777;
	int r = disguised(writing, place, &value);

	if (r == 0 && !place->wanted && place->filled) {
		r = text_add(&value, "\n");
	}
	r = r < 0 ? r : text_add(writing->text, is_bytes(&value) ? "B: " : "\nF: ");
	r = r < 0 ? r : add_place(writing, place);
	r = r < 0 ? r : text_add(writing->text, is_bytes(&value) ? "=" : "\n");
	r = r < 0 ? r : is_bytes(&value) ? add_hex(writing, &value) : add_lines(writing, &value);
	r = r < 0 || is_bytes(&value) ? r : text_add(writing->text, "\n");
	if (r == 0 && mode & 0133 && !is_kernels(place)) {
		r = text_add(writing->text, "M: ");
		r = r < 0 ? r : add_place(writing, place);
		r = r < 0 ? r : text_add(writing->text, "=%04o\n", mode);
	}
	return r;
}

static int add_link(struct writing *writing, const struct place *place) {
	int r = text_add(writing->text, "X: ");

	r = r < 0 ? r : add_place(writing, place);
	r = r < 0 ? r : text_add(writing->text, "=");
	r = r < 0 ? r : add_path(writing, place->target);
	return r < 0 ? r : text_add(writing->text, "\n");
}

/* "A: power/control=auto\n": the name from the device on. */
static int add_attribute(struct writing *writing, const struct place *place, const char *name) {
	AUTO_TEXT struct text value = {0};
	int r = disguised(writing, place, &value);
	bool bytes = is_bytes(&value);

	r = r < 0 ? r : text_add(writing->text, bytes ? "H: " : "A: ");
	r = r < 0 ? r : add_path(writing, name);
	r = r < 0 ? r : text_add(writing->text, "=");
	return r < 0 ? r : bytes ? add_hex(writing, &value) : add_escaped(writing, &value);
}

/* Those of which the kernel keeps the other end. All others are made as they stand. */
static int add_device_link(struct writing *writing, const struct place *place, const char *name) {
	int r;

	if (strchr(name, '/') || !text_starts(place->target, "../") ||
		(strcmp(name, "driver") != 0 && strcmp(name, "iommu_group") != 0)) {
		return add_link(writing, place);
	}
	r = text_add(writing->text, "L: %s=", name);
	r = r < 0 ? r : add_path(writing, place->target);
	return r < 0 ? r : text_add(writing->text, "\n");
}

static int add_device_later(struct writing *writing, const struct place *place) {
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what is in it */
	if (!ARRAY_ROOM(writing->devices, writing->device_count)) {
		return -ENOMEM;
	}
	writing->devices[writing->device_count++] = place;
	return 0;
}

static bool is_only_there(const struct place *place) {
	return place->type == PLACE_FILE && !place->wanted;
}

/* Attributes of which somebody saw the names alone. */
static int add_names(struct writing *writing, const struct place *directory) {
	bool first = true;
	int r = 0;

	for (size_t i = 0; i < directory->count && r == 0; i++) {
		const struct place *place = directory->places[i];

		if (is_only_there(place) && !strchr(place->name, ' ')) {
			r = text_add(writing->text, "%s %s", first ? "T:" : "", place->name);
			first = false;
		}
	}
	return r < 0 || first ? r : text_add(writing->text, "\n");
}

/* What is in a device's directory, and in those below it that are no devices. */
static int add_inside(struct writing *writing, const struct place *directory, const char *prefix) {
	int r = 0;

	for (size_t i = 0; i < directory->count && r == 0; i++) {
		const struct place *place = directory->places[i];
		char name[PLACE_PATH_MAX];

		r = name_format(name, sizeof(name), "%s%s", prefix, place->name);
		if (r < 0) {
			return r;
		}
		if (is_only_there(place) && !*prefix) {
			continue;
		}
		if (place->type == PLACE_FILE) {
			r = add_attribute(writing, place, name);
		} else if (place->type == PLACE_LINK) {
			r = add_device_link(writing, place, name);
		} else if (place->is_device) {
			r = add_device_later(writing, place);
		} else if (place->count == 0) {
			r = text_add(writing->text, "D: ");
			r = r < 0 ? r : add_place(writing, place);
			r = r < 0 ? r : text_add(writing->text, "\n");
		} else {
			r = name_format(name, sizeof(name), "%s%s/", prefix, place->name);
			r = r < 0 ? r : add_inside(writing, place, name);
		}
	}
	return r;
}

static int add_device(struct writing *writing, const struct place *place) {
	char path[PLACE_PATH_MAX];
	int r = place_path(place, path, sizeof(path));

	r = r < 0 ? r : text_add(writing->text, "\nP: ");
	r = r < 0 ? r : add_path(writing, path + strlen("/sys"));
	r = r < 0 ? r : text_add(writing->text, "\n");
	r = r < 0 ? r : add_inside(writing, place, "");
	return r < 0 ? r : add_names(writing, place);
}

/* Files, directories and links; a directory with something in it is made by that. */
static int add_all(struct writing *writing, const struct place *directory) {
	int r = 0;

	for (size_t i = 0; i < directory->count && r == 0; i++) {
		const struct place *place = directory->places[i];

		if (place->is_device) {
			r = add_device_later(writing, place);
		} else if (place->type == PLACE_FILE) {
			r = add_file(writing, place);
		} else if (place->type == PLACE_LINK) {
			r = add_link(writing, place);
		} else if (place->count > 0) {
			r = add_all(writing, place);
		} else {
			r = text_add(writing->text, "D: ");
			r = r < 0 ? r : add_place(writing, place);
			r = r < 0 ? r : text_add(writing->text, "\n");
		}
	}
	return r;
}

int write_places(const struct place *top, struct disguise *disguise, struct text *ret) {
	struct writing writing = {.disguise = disguise, .text = ret};
	int r = add_all(&writing, top);

	for (size_t i = 0; i < writing.device_count && r == 0; i++) {
		r = add_device(&writing, writing.devices[i]);
	}
	free(writing.devices);
	return r;
}
