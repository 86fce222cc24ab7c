// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/driver/alias.h"
#include "host/driver/blacklist.h"
#include "host/driver/module.h"

/* modalias NULL: the aliases of every PCI device. */
static int gather(
	int root, const struct host *host, const char *modalias, struct aliases *aliases) {
	AUTO_FREE char *data = NULL, *builtin = NULL;
	size_t length = 0;
	int r = module_file_read(root, host->kernel, "modules.alias", &data, &length);

	if (r == 0) {
		r = aliases_parse(data, length, "pci:", modalias, aliases);
	}
	if (r == -ENOMEM) {
		return r;
	}
	/* kmod 27 and later; what is built in cannot be blacklisted, and is there. */
	r = module_file_read(root, host->kernel, "modules.builtin.modinfo", &builtin, &length);
	if (r == 0) {
		r = aliases_parse_builtin(builtin, length, "pci:", modalias, aliases);
	}
	return r == -ENOMEM ? r : 0;
}

/* Removes the aliases whose module is blacklisted, or not loaded while another's is. */
static void sift(const struct host *host, const struct names *blacklist, struct aliases *aliases) {
	size_t kept = 0, loaded = 0;

	for (size_t i = 0; i < aliases->count; i++) {
		struct alias *alias = &aliases->aliases[i];
		bool is_loaded;

		module_name_normalize(alias->module);
		is_loaded = host_module(host, alias->module) != NULL;
		if (!is_loaded && blacklist_has(blacklist, alias->module)) {
			continue;
		}
		if (is_loaded) {
			/* Those in front of `loaded` are loaded, in their order. */
			struct alias moved = *alias;

			memmove(&aliases->aliases[loaded + 1], &aliases->aliases[loaded],
				(kept - loaded) * sizeof(moved));
			aliases->aliases[loaded++] = moved;
		} else {
			aliases->aliases[kept] = *alias;
		}
		kept++;
	}
	aliases->count = loaded ? loaded : kept;
}

int host_natural_module(
	int root, const struct host *host, const struct device *device, char *ret, size_t size) {
	AUTO_ALIASES struct aliases aliases = {0};
	AUTO_NAMES struct names blacklist = {0};
	const struct alias *best;
	int r = gather(root, host, device->modalias, &aliases);

	if (r < 0) {
		return r;
	}
	r = blacklist_read(root, &blacklist);
	if (r < 0) {
		return r;
	}
	sift(host, &blacklist, &aliases);
	best = aliases_best(&aliases, device->modalias);
	return best ? name_set(ret, size, best->module) : -ENOENT;
}

static bool has_module(const struct aliases *aliases, const char *module) {
	for (size_t i = 0; i < aliases->count; i++) {
		module_name_normalize(aliases->aliases[i].module);
		if (strcmp(aliases->aliases[i].module, module) == 0) {
			return true;
		}
	}
	return false;
}

int host_driver_fits(
	int root, const struct host *host, const struct device *device, const char *driver) {
	AUTO_ALIASES struct aliases fitting = {0}, all = {0};
	char path[sizeof("sys/bus/pci/drivers/") + DRIVER_SIZE], module[MODULE_SIZE];
	bool registered;
	int r = name_format(path, sizeof(path), "sys/bus/pci/drivers/%s", driver);

	r = r < 0 ? r : host_driver_module(root, driver, module, sizeof(module));
	r = r < 0 ? r : gather(root, host, device->modalias, &fitting);
	if (r < 0 || has_module(&fitting, module)) {
		return r;
	}
	r = gather(root, host, NULL, &all);
	if (r < 0) {
		return r;
	}
	registered = file_exists(root, path);
	if (has_module(&all, module)) {
		return -ENODEV;
	}
	return registered ? 0 : -ENOENT;
}
