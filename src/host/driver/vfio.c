// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/vfio.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/driver/alias.h"
#include "host/driver/index.h"

#define PREFIX "vfio_pci:"
#define TYPE1  "vfio_iommu_type1"

static int add_found(void *context, const char *key, const char *value) {
	return aliases_add(context, key, value);
}

/* As index_search, of a file that depmod made. */
static int search(int root, const char *kernel, const char *file, const char *prefix,
	int (*found)(void *context, const char *key, const char *value), void *context) {
	char path[sizeof("lib/modules//modules.alias.bin") + LABEL_SIZE];
	AUTO_CLOSE int fd = -1;
	int r = name_format(path, sizeof(path), "lib/modules/%s/%s", kernel, file);

	if (r < 0) {
		return r;
	}
	fd = file_open(root, path);
	return fd < 0 ? fd : index_search(fd, prefix, found, context);
}

/* The index tells in a few reads what a search through the text does in a few hundred. */
static int read_variants(int root, const char *kernel, struct aliases *aliases) {
	AUTO_FREE char *data = NULL;
	size_t length = 0;
	int r = search(root, kernel, "modules.alias.bin", PREFIX, add_found, aliases);

	if (r == 0 || r == -ENOMEM) {
		return r;
	}
	aliases_free(aliases);
	r = module_file_read(root, kernel, "modules.alias", &data, &length);
	if (r == -ENOMEM) {
		return r;
	}
	return r < 0 ? 0 : aliases_parse(data, length, PREFIX, NULL, aliases);
}

/* Without an alias it is the general driver: kernels that have it built in list none. */
static int choose_module(const struct aliases *aliases, struct device *device) {
	char modalias[sizeof("vfio_") + LABEL_SIZE];
	const struct alias *best;
	int r = name_format(modalias, sizeof(modalias), "vfio_%s", device->modalias);

	if (r < 0) {
		return r;
	}
	best = aliases_best(aliases, modalias);
	return name_set(
		device->vfio_module, sizeof(device->vfio_module), best ? best->module : "vfio_pci");
}

static int is_type1(void *context, const char *key, const char *value) {
	(void)value;
	*(bool *)context |= strcmp(key, TYPE1) == 0;
	return 0;
}

/*
 * vfio asks for its IOMMU driver by a soft dependency, and modprobe passes over those of a
 * dependency: after `modprobe vfio-pci` it is not there, and no container can be opened. Where vfio
 * is not loaded yet, the plan loads all that is needed.
 */
static bool lacks_type1(int root, const struct host *host) {
	bool is_there = false;

	if (!host_module(host, "vfio") || host_module(host, TYPE1)) {
		return false;
	}
	return search(root, host->kernel, "modules.dep.bin", TYPE1, is_type1, &is_there) == 0 &&
	       is_there;
}

int vfio_read(int root, struct host *host) {
	AUTO_ALIASES struct aliases aliases = {0};
	int r = read_variants(root, host->kernel, &aliases);

	for (size_t i = 0; i < host->device_count && r == 0; i++) {
		struct device *device = &host->devices[i];
		const struct device *last = i > 0 ? device - 1 : NULL;

		r = choose_module(&aliases, device);
		if (r == 0 && last && strcmp(last->vfio_module, device->vfio_module) == 0) {
			memcpy(device->vfio_driver, last->vfio_driver, DRIVER_SIZE);
		} else if (r == 0) {
			r = host_module_driver(
				root, device->vfio_module, device->vfio_driver, DRIVER_SIZE);
		}
	}
	host->vfio = aliases.count > 0 || host_module(host, "vfio_pci");
	host->vfio_lacks_type1 = lacks_type1(root, host);
	return r;
}
