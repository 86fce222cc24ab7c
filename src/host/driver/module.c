// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/module.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"

#define PROC_MODULES_MAX (8U << 20)

void module_name_normalize(char *name) {
	for (; *name; name++) {
		*name = *name == '-' ? '_' : *name;
	}
}

static int compare(const void *name, const void *module) {
	return strcmp(name, ((const struct module *)module)->name);
}

static struct module *find(struct module *modules, size_t count, const char *name) {
	return count ? bsearch(name, modules, count, sizeof(*modules), compare) : NULL;
}

const struct module *host_module(const struct host *host, const char *name) {
	return find(host->modules, host->module_count, name);
}

/* "HOLDER,HOLDER," or "-"; "[permanent]," is the kernel's word for a module without exit. */
static int parse_holders(char *list, struct names *holders) {
	char *name;

	while ((name = strsep(&list, ","))) {
		int r = 0;

		if (*name && *name != '-' && *name != '[') {
			r = names_add(holders, name);
		}
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

static int parse_line(char *line, struct module *modules, size_t count, bool *from_outside) {
	char *name = strsep(&line, " "), *references, *holders;
	const char *taints = line ? strrchr(line, '(') : NULL;
	struct module *module = find(modules, count, name);
	unsigned long long number;

	strsep(&line, " "); /* the size */
	references = strsep(&line, " ");
	holders = strsep(&line, " ");
	if (!module || !holders) {
		return 0;
	}
	if (number_parse(references, INT_MAX, &number) == 0) {
		module->references = (int64_t)number;
	}
	from_outside[module - modules] = taints && strpbrk(taints, "OP");
	return parse_holders(holders, &module->holders);
}

int modules_parse(char *data, struct module *modules, size_t count, bool *ret_from_outside) {
	char *line;

	while ((line = strsep(&data, "\n"))) {
		int r = parse_line(line, modules, count, ret_from_outside);

		if (r < 0) {
			return r;
		}
	}
	return 0;
}

/* One file tells of all what /sys/module spreads over three for each. */
static int read_states(int root, struct module *modules, size_t count) {
	AUTO_FREE char *data = NULL;
	AUTO_FREE bool *from_outside = calloc(count + 1, sizeof(*from_outside));
	int r;

	if (!from_outside) {
		return -ENOMEM;
	}
	r = file_read(root, "proc/modules", PROC_MODULES_MAX, &data, NULL);
	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	r = modules_parse(data, modules, count, from_outside);
	for (size_t i = 0; i < count && r == 0; i++) {
		char path[sizeof("sys/module//version") + MODULE_SIZE];

		/* Those of the kernel's tree go by the kernel's version. */
		if (from_outside[i] && (name_format(path, sizeof(path), "sys/module/%s/version",
						modules[i].name) < 0 ||
					       file_read_line(root, path, modules[i].version,
						       sizeof(modules[i].version)) < 0)) {
			modules[i].version[0] = '\0';
		}
	}
	return r;
}

static int read_all(int root, const struct names *names, struct module **modules, size_t *count) {
	for (size_t i = 0; i < names->count; i++) {
		struct module module = {.references = -1};

		if (!ARRAY_ROOM(*modules, *count)) {
			return -ENOMEM;
		}
		if (name_set(module.name, sizeof(module.name), names->names[i]) == 0) {
			(*modules)[(*count)++] = module;
		}
	}
	return read_states(root, *modules, *count);
}

int modules_read(int root, struct module **ret, size_t *ret_count, struct error *error) {
	AUTO_NAMES struct names names = {0};
	struct module *modules = NULL;
	size_t count = 0;
	int r = names_read(root, "sys/module", &names);

	if (r == 0) {
		r = read_all(root, &names, &modules, &count);
	}
	if (r == -ENOMEM) {
		modules_free(modules, count);
		return error_set(error, r, "cannot read the list of modules: %s", strerror(-r));
	}
	*ret = modules;
	*ret_count = count;
	return 0;
}

void modules_free(struct module *modules, size_t count) {
	for (size_t i = 0; i < count; i++) {
		names_free(&modules[i].holders);
	}
	free(modules);
}

/* Drivers that do not bear their module's name, for modules that are not loaded: once they are,
 * sysfs tells. '-' and '_' are kept apart in names of drivers. */
static const struct {
	const char *module;
	const char *driver;
} renamed[] = {
	{"vfio_pci", "vfio-pci"},
	{"xe_vfio_pci", "xe-vfio-pci"},
	{"bochs", "bochs-drm"},
	{"i2c_nvidia_gpu", "nvidia-gpu"},
	{"virtio_pci", "virtio-pci"},
	{"xhci_pci", "xhci_hcd"},
};

int host_driver_module(int root, const char *driver, char *ret, size_t size) {
	char path[sizeof("sys/bus/pci/drivers//module") + DRIVER_SIZE];
	int r;

	if (name_format(path, sizeof(path), "sys/bus/pci/drivers/%s/module", driver) == 0 &&
		link_read_name(root, path, ret, size) == 0) {
		return 0;
	}
	for (size_t i = 0; i < COUNT(renamed); i++) {
		if (strcmp(renamed[i].driver, driver) == 0) {
			return name_set(ret, size, renamed[i].module);
		}
	}
	r = name_set(ret, size, driver);
	if (r == 0) {
		module_name_normalize(ret);
	}
	return r;
}

int host_module_driver(int root, const char *module, char *ret, size_t size) {
	char path[sizeof("sys/module//drivers") + MODULE_SIZE];
	AUTO_NAMES struct names links = {0};

	if (name_format(path, sizeof(path), "sys/module/%s/drivers", module) == 0 &&
		names_read(root, path, &links) == 0) {
		for (size_t i = 0; i < links.count; i++) {
			if (text_starts(links.names[i], "pci:")) {
				return name_set(ret, size, links.names[i] + strlen("pci:"));
			}
		}
	}
	for (size_t i = 0; i < COUNT(renamed); i++) {
		if (strcmp(renamed[i].module, module) == 0) {
			return name_set(ret, size, renamed[i].driver);
		}
	}
	return name_set(ret, size, module);
}
