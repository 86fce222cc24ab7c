// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/display/console.h"

#include <errno.h>

#include "base/text.h"
#include "host/array.h"

#define CONSOLES "sys/class/vtconsole"

/* "(S) dummy device", "(M) frame buffer device": system or module, then the driver's own words
 * (drivers/tty/vt/vt.c, show_name). */
static const char *plain_name(const char *name) {
	bool marked = name[0] == '(' && name[1] && name[2] == ')' && name[3] == ' ';

	return marked ? name + 4 : name;
}

static int console_read(int root, const char *directory, struct console *ret) {
	char path[sizeof(CONSOLES "//name") + LABEL_SIZE], name[LABEL_SIZE];
	struct console console = {0};
	uint64_t bound = 0;
	int r = name_set(console.directory, sizeof(console.directory), directory);

	if (r < 0) {
		return r;
	}
	r = name_format(path, sizeof(path), CONSOLES "/%s/name", directory);
	if (r < 0) {
		return r;
	}
	r = file_read_line(root, path, name, sizeof(name));
	if (r < 0) {
		return r;
	}
	r = name_set(console.name, sizeof(console.name), plain_name(name));
	if (r < 0) {
		return r;
	}
	r = name_format(path, sizeof(path), CONSOLES "/%s/bind", directory);
	if (r < 0) {
		return r;
	}
	console.bound = file_read_number(root, path, 10, &bound) == 0 && bound != 0;
	*ret = console;
	return 0;
}

int consoles_read(int root, struct console **ret, size_t *ret_count) {
	AUTO_NAMES struct names names = {0};
	AUTO_FREE struct console *consoles = NULL;
	size_t count = 0;
	int r = names_read(root, CONSOLES, &names);

	if (r == -ENOMEM) {
		return r;
	}
	for (size_t i = 0; i < names.count; i++) {
		if (!ARRAY_ROOM(consoles, count)) {
			return -ENOMEM;
		}
		count += console_read(root, names.names[i], &consoles[count]) == 0;
	}
	*ret = TAKE(consoles);
	*ret_count = count;
	return 0;
}
