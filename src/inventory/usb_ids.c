// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/usb_ids.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "inventory/clean.h"

#define FILE_MAX_SIZE (16U << 20) /* it has 700 kiB */
#define ID_LENGTH     4

/* The rest of the line behind the id and the blanks. */
static int add_name(struct text *ret, const char *line) {
	const char *name = line + ID_LENGTH + strspn(line + ID_LENGTH, " ");

	return text_add(ret, "%s%.*s", ret->length ? " " : "", (int)strcspn(name, "\n"), name);
}

/* "046d  Logitech, Inc." at the beginning of a line. */
static const char *find_maker(const char *data, const char *id) {
	for (; *data; data = text_next_line(data)) {
		if (strncmp(data, id, ID_LENGTH) == 0 && data[ID_LENGTH] == ' ') {
			return data;
		}
	}
	return NULL;
}

/* "\tc52b  Unifying Receiver" below it; two tabs are an interface's. */
static const char *find_product(const char *maker, const char *id) {
	for (const char *line = text_next_line(maker); *line == '\t' || *line == '#';
		line = text_next_line(line)) {
		if (*line == '\t' && strncmp(line + 1, id, ID_LENGTH) == 0 &&
			line[1 + ID_LENGTH] == ' ') {
			return line + 1;
		}
	}
	return NULL;
}

bool usb_ids_find(const char *data, const char *id, char ret[LABEL_SIZE]) {
	AUTO_TEXT struct text name = {0};
	const char *maker = strlen(id) == 2 * ID_LENGTH + 1 ? find_maker(data, id) : NULL;
	const char *found = maker ? find_product(maker, id + ID_LENGTH + 1) : NULL;

	if (!maker || add_name(&name, maker) < 0 || (found && add_name(&name, found) < 0)) {
		return false;
	}
	clean_set(ret, LABEL_SIZE, name.data);
	return true;
}

int usb_ids_read(int root, char **ret) {
	static const char *const paths[] = {"usr/share/misc/usb.ids", "usr/share/hwdata/usb.ids",
		"usr/share/usb.ids", "var/lib/usbutils/usb.ids"};
	int r = -ENOENT;

	for (size_t i = 0; i < COUNT(paths) && r != 0 && r != -ENOMEM; i++) {
		r = file_read(root, paths[i], FILE_MAX_SIZE, ret, NULL);
	}
	return r;
}
