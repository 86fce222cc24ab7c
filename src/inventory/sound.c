// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/sound.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/link.h"
#include "inventory/clean.h"

#define CLASS "sys/class/sound"

/* "card0", and no node of one ("controlC0"). The short name in its id asks for no lock. */
static int add(int root, int class, const char *name, const struct usb_places *usb,
	struct growing *growing) {
	struct attached sound = {.kind = ATTACHED_SOUND};
	char link[LINK_SIZE], path[sizeof(CLASS "//id") + LABEL_SIZE], id[64];
	size_t index;

	if (!text_starts(name, "card") || name_set(sound.name, sizeof(sound.name), name) < 0 ||
		link_read(class, name, link, sizeof(link)) < 0 ||
		usb_places_find(usb, growing, link, &sound) < 0) {
		return 0;
	}
	if (name_format(path, sizeof(path), CLASS "/%s/id", name) == 0 &&
		file_read_line(root, path, id, sizeof(id)) == 0) {
		clean_set(sound.text, sizeof(sound.text), id);
	}
	return growing_add(growing, &sound, &index);
}

int sounds_read(int root, const struct usb_places *usb, struct growing *growing) {
	AUTO_CLOSE int class = dir_open(root, CLASS);
	AUTO_NAMES struct names names = {0};
	int r = class < 0 ? 0 : names_read(class, ".", &names);

	r = r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < names.count && r == 0; i++) {
		r = add(root, class, names.names[i], usb, growing);
	}
	return r;
}
