// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/usb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"
#include "host/attribute.h"
#include "host/link.h"

#define DEVICES "sys/bus/usb/devices"

/* USB-IF's list of classes, as far as people have words for them. */
static const struct {
	unsigned int class;
	int protocol; /* -1: any */
	const char *name;
} classes[] = {
	{0x01, -1, "audio"},
	{0x02, -1, "communication"},
	{0x03, 1, "keyboard"},
	{0x03, 2, "mouse"},
	{0x03, -1, "HID"},
	{0x06, -1, "imaging"},
	{0x07, -1, "printer"},
	{0x08, -1, "storage"},
	{0x09, -1, "hub"},
	{0x0b, -1, "smart card"},
	{0x0e, -1, "video"},
	{0x10, -1, "audio/video"},
	{0xe0, -1, "wireless"},
	{0xff, -1, "vendor"},
};

void usb_places_free(struct usb_places *places) {
	free(places->places);
	*places = (struct usb_places){0};
}

static const char *class_name(unsigned int class, unsigned int protocol) {
	for (size_t i = 0; i < COUNT(classes); i++) {
		if (classes[i].class == class &&
			(classes[i].protocol < 0 ||
				(unsigned int)classes[i].protocol == protocol)) {
			return classes[i].name;
		}
	}
	return "";
}

/* Appends the word unless it is there already, or has no room. */
static void add_word(char *words, size_t size, const char *word) {
	size_t length = strlen(words), added = strlen(word);

	if (added == 0 || strstr(words, word) || length + added + strlen(", ") >= size) {
		return;
	}
	snprintf(words + length, size - length, "%s%s", length ? ", " : "", word);
}

static int compare(const void *a, const void *b) {
	return strcmp(((const struct usb_place *)a)->name, ((const struct usb_place *)b)->name);
}

static const struct usb_place *find(
	const struct usb_places *places, const char *name, size_t length) {
	struct usb_place key;

	if (length >= sizeof(key.name)) {
		return NULL;
	}
	memcpy(key.name, name, length);
	key.name[length] = '\0';
	return places->count ? bsearch(&key, places->places, places->count, sizeof(key), compare)
			     : NULL;
}

int usb_places_find(const struct usb_places *places, const struct growing *growing,
	const char *link, struct attached *thing) {
	const char *below = link_below_device(link);

	if (link_device(link, &thing->device) < 0) {
		return -ENOENT;
	}
	thing->parent = ATTACHED_TOP;
	while (*below) {
		size_t length = strcspn(below, "/");
		const struct usb_place *place = find(places, below, length);

		if (place && address_compare(
				     growing->attached[place->index].device, thing->device) == 0) {
			thing->parent = place->index;
		}
		below += length;
		below += *below == '/';
	}
	return 0;
}

/* Speeds of USB are whole, but for that of mice: "1.5". */
static unsigned int read_speed(int dir) {
	char text[16];
	unsigned int speed;

	attribute_read_if_any(dir, "speed", text, sizeof(text));
	return sscanf(text, "%9u", &speed) == 1 ? speed : 0;
}

static void describe(int dir, struct attached *usb) {
	unsigned int class = (unsigned int)attribute_number(dir, "bDeviceClass", 16);
	uint16_t vendor = (uint16_t)attribute_number(dir, "idVendor", 16);

	if (vendor) {
		snprintf(usb->id, sizeof(usb->id), "%04x:%04x", vendor,
			(uint16_t)attribute_number(dir, "idProduct", 16));
	}
	usb->speed_mbit_s = read_speed(dir);
	/* 0 and ef: each interface has its own. */
	snprintf(usb->type, sizeof(usb->type), "%s", class_name(class, 0));
}

struct reading {
	int root;
	int bus; /* /sys/bus/usb/devices */
	struct growing *growing;
	struct usb_places *places;
};

/* A device stands below its hub; its place is put where the names' order has it. */
static int add(const struct reading *reading, const char *name) {
	struct usb_places *places = reading->places;
	struct attached usb = {.kind = ATTACHED_USB};
	struct usb_place place = {.index = 0};
	char link[LINK_SIZE], path[sizeof(DEVICES "/") + LABEL_SIZE];
	AUTO_CLOSE int dir = -1;
	size_t at = places->count;
	int r;

	if (name_set(place.name, sizeof(place.name), name) < 0 ||
		name_set(usb.name, sizeof(usb.name), name) < 0 ||
		name_format(path, sizeof(path), DEVICES "/%s", name) < 0 ||
		link_read(reading->bus, name, link, sizeof(link)) < 0 ||
		usb_places_find(places, reading->growing, link, &usb) < 0) {
		return 0;
	}
	dir = dir_open(reading->root, path);
	if (dir < 0) {
		return 0;
	}
	describe(dir, &usb);
	if (!ARRAY_ROOM(places->places, places->count)) {
		return -ENOMEM;
	}
	r = growing_add(reading->growing, &usb, &place.index);
	if (r < 0) {
		return r;
	}
	for (; at > 0 && compare(&places->places[at - 1], &place) > 0; at--) {
		places->places[at] = places->places[at - 1];
	}
	places->places[at] = place;
	places->count++;
	return 0;
}

/* "1-4:1.0": what kind of thing its device is, and who drives it. */
static void read_interface(const struct reading *reading, const char *name) {
	const struct usb_place *place = find(reading->places, name, strcspn(name, ":"));
	char path[sizeof(DEVICES "//driver") + LABEL_SIZE], driver[DRIVER_SIZE];
	struct attached *usb;
	AUTO_CLOSE int dir = -1;

	if (!place || name_format(path, sizeof(path), DEVICES "/%s", name) < 0) {
		return;
	}
	dir = dir_open(reading->root, path);
	usb = &reading->growing->attached[place->index];
	if (dir >= 0) {
		add_word(usb->type, sizeof(usb->type),
			class_name((unsigned int)attribute_number(dir, "bInterfaceClass", 16),
				(unsigned int)attribute_number(dir, "bInterfaceProtocol", 16)));
	}
	if (name_format(path, sizeof(path), DEVICES "/%s/driver", name) == 0 &&
		link_read_name(reading->root, path, driver, sizeof(driver)) == 0) {
		add_word(usb->driver, sizeof(usb->driver), driver);
	}
}

/* A hub's name is the front of those behind it, and so comes before them; root hubs come first. */
static int read_all(const struct reading *reading, const struct names *names) {
	int r = 0;

	for (size_t i = 0; i < names->count && r == 0; i++) {
		r = text_starts(names->names[i], "usb") ? add(reading, names->names[i]) : 0;
	}
	for (size_t i = 0; i < names->count && r == 0; i++) {
		if (!text_starts(names->names[i], "usb") && !strchr(names->names[i], ':')) {
			r = add(reading, names->names[i]);
		}
	}
	for (size_t i = 0; i < names->count && r == 0; i++) {
		if (strchr(names->names[i], ':')) {
			read_interface(reading, names->names[i]);
		}
	}
	return r;
}

int usb_read(int root, struct growing *growing, struct usb_places *ret) {
	AUTO_CLOSE int bus = dir_open(root, DEVICES);
	AUTO_USB_PLACES struct usb_places places = {0};
	AUTO_NAMES struct names names = {0};
	struct reading reading = {.root = root, .bus = bus, .growing = growing, .places = &places};
	int r = bus < 0 ? 0 : names_read(bus, ".", &names);

	r = r == -ENOMEM ? r : read_all(&reading, &names);
	if (r < 0) {
		return r;
	}
	*ret = places;
	places = (struct usb_places){0};
	return 0;
}
