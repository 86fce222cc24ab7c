// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/display/framebuffer.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"

#define DEVICES "sys/bus/platform/devices"

static int framebuffer_read(int root, const char *name, struct framebuffer *ret) {
	char path[sizeof(DEVICES "//driver") + LABEL_SIZE];
	struct framebuffer framebuffer = {0};
	int r = name_set(framebuffer.name, sizeof(framebuffer.name), name);

	if (r < 0) {
		return r;
	}
	r = name_format(path, sizeof(path), DEVICES "/%s/driver", name);
	if (r < 0) {
		return r;
	}
	if (link_read_name(root, path, framebuffer.driver, sizeof(framebuffer.driver)) < 0) {
		framebuffer.driver[0] = '\0';
	}
	*ret = framebuffer;
	return 0;
}

int framebuffers_read(int root, struct framebuffer **ret, size_t *ret_count) {
	AUTO_NAMES struct names names = {0};
	AUTO_FREE struct framebuffer *framebuffers = NULL;
	size_t count = 0;
	int r = names_read(root, DEVICES, &names);

	if (r == -ENOMEM) {
		return r;
	}
	for (size_t i = 0; i < names.count; i++) {
		/* simple-, efi-, vesa-, vga-, platform-, coreboot-: whatever the kernel calls it
		 * (contracts.md C3). */
		if (!strstr(names.names[i], "framebuffer")) {
			continue;
		}
		if (!ARRAY_ROOM(framebuffers, count)) {
			return -ENOMEM;
		}
		count += framebuffer_read(root, names.names[i], &framebuffers[count]) == 0;
	}
	*ret = TAKE(framebuffers);
	*ret_count = count;
	return 0;
}
