// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/resource.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/file.h"
#include "base/text.h"

#define FILE_MAX_SIZE 4096

/* "0x00000000fd000000 0x00000000fdffffff 0x0000000000042208", a line for each range */
int resource_parse(const char *data, unsigned int index, struct resource *ret) {
	struct resource resource;

	for (; index > 0; index--) {
		data = strchr(data, '\n');
		if (!data) {
			return -ENOENT;
		}
		data++;
	}
	if (!*data) {
		return -ENOENT;
	}
	if (sscanf(data, "0x%16" SCNx64 " 0x%16" SCNx64 " 0x%16" SCNx64, &resource.start,
		    &resource.end, &resource.flags) != 3) {
		return -EINVAL;
	}
	*ret = resource;
	return 0;
}

int resource_read(int root, const char *name, unsigned int index, struct resource *ret) {
	char path[sizeof("sys/bus/pci/devices//resource") + ADDRESS_SIZE];
	AUTO_FREE char *data = NULL;
	int r = name_format(path, sizeof(path), "sys/bus/pci/devices/%s/resource", name);

	r = r < 0 ? r : file_read(root, path, FILE_MAX_SIZE, &data, NULL);
	return r < 0 ? r : resource_parse(data, index, ret);
}
