// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/udev.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

#define FILE_MAX_SIZE (64U << 10)

int udev_read(int root, char kind, uint32_t major, uint32_t minor, char **ret) {
	char path[64];
	int r = name_format(path, sizeof(path), "run/udev/data/%c%u:%u", kind, major, minor);

	return r < 0 ? r : file_read(root, path, FILE_MAX_SIZE, ret, NULL);
}

int udev_property(const char *data, const char *key, char *ret, size_t size) {
	for (; *data; data = text_next_line(data)) {
		const char *value = data + strlen("E:") + strlen(key) + 1;
		size_t length;

		if (!text_starts(data, "E:") || !text_starts(data + strlen("E:"), key) ||
			value[-1] != '=') {
			continue;
		}
		length = strcspn(value, "\n");
		if (length >= size) {
			return -ENAMETOOLONG;
		}
		memcpy(ret, value, length);
		ret[length] = '\0';
		return 0;
	}
	return -ENOENT;
}
