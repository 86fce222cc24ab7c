// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/ground.h"

#include <string.h>

#include "base/text.h"
#include "host/resource.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"

static void read_kvm(int root, struct ground *ret) {
	static const char *const modules[] = {"kvm_amd", "kvm_intel"};

	for (size_t i = 0; i < COUNT(modules); i++) {
		char path[64], value[8];

		if (name_format(path, sizeof(path), "/sys/module/%s", modules[i]) < 0 ||
			!file_exists(root, path)) {
			continue;
		}
		ret->kvm_module = modules[i];
		/* "N" of kvm_intel and newer ones of kvm_amd, "0" of older ones. */
		ret->nested_off = name_format(path, sizeof(path),
					  "/sys/module/%s/parameters/nested", modules[i]) == 0 &&
				  file_read_line(root, path, value, sizeof(value)) == 0 &&
				  (strcmp(value, "N") == 0 || strcmp(value, "0") == 0);
	}
}

int ground_read(int root, const struct host *host, struct ground *ret) {
	AUTO_GROUND struct ground ground = {.host = host, .root = root};
	char clocksource[32];
	int r = topology_read(root, &ground.topology);

	r = r < 0 ? r : numa_read(root, &ground.numa);
	if (r < 0) {
		return r;
	}
	read_kvm(root, &ground);
	ground.tsc = file_read_line(root, CLOCKSOURCE, clocksource, sizeof(clocksource)) == 0 &&
		     strcmp(clocksource, "tsc") == 0;
	*ret = ground;
	ground = (struct ground){0};
	return 0;
}

void ground_free(struct ground *ground) {
	topology_free(&ground->topology);
	numa_free(&ground->numa);
	*ground = (struct ground){0};
}

bool ground_shadows(const struct ground *ground, const struct device *device) {
	struct resource rom;

	return resource_read(ground->root, device->name, RESOURCE_ROM, &rom) == 0 &&
	       (rom.flags & RESOURCE_ROM_SHADOW);
}
