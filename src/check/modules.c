// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "check/area.h"
#include "check/loader.h"
#include "host/driver/modprobe.h"
#include "host/driver/module.h"

/* What is loaded or not loaded at boot: modprobe.d, modules-load.d and the initramfs. */

#define INITRAMFS_MODULES "/etc/initramfs-tools/modules"
#define WRONG_DIRECTORY   "/etc/initram-fs"

struct reading {
	struct look *look;
	bool initramfs; /* of initramfs-tools, where a line is a module and its parameters */
};

static void add_lines_remedy(struct look *look, const char *path, char ret[LOADER_REMEDY_SIZE]) {
	snprintf(ret, LOADER_REMEDY_SIZE, "take that line out of %s, then %s", path,
		initramfs_command(look));
}

/* The word without what a shell's list has around it. */
static bool names_vfio(const char *text) {
	return strstr(text, "vfio_pci") || strstr(text, "vfio-pci") || strcmp(text, "vfio") == 0 ||
	       strstr(text, "vfio_iommu_type1");
}

static int look_at_module(void *context, const struct source_line *line) {
	const struct reading *reading = context;
	struct look *look = reading->look;
	bool directive = text_starts(line->text, "options ") ||
			 text_starts(line->text, "softdep ") ||
			 text_starts(line->text, "blacklist ");
	char remedy[LOADER_REMEDY_SIZE];

	add_lines_remedy(look, line->path, remedy);
	if (strstr(line->text, "vfio_virqfd") && host_kernel_at_least(look->host, 6, 2)) {
		look_add(look, "boot-virqfd", "vfio_virqfd", remedy,
			"is no module any more since Linux 6.2, so this fails at each start");
		look_at(look, line->path, line->number, line->text);
	} else if (reading->initramfs && directive) {
		look_add(look, "boot-initramfs-options", line->path, remedy,
			"takes modules and their parameters alone: such a line belongs into a file of /etc/modprobe.d, and does nothing here");
		look_at(look, line->path, line->number, line->text);
	} else if (names_vfio(line->text)) {
		look_add(look, "boot-modules", line->path, remedy,
			"has VFIO loaded at boot, before the host's drivers, which is of use only to a card that the host never has");
		look_at(look, line->path, line->number, line->text);
	}
	return 0;
}

/* force_drivers+=" vfio_pci ", MODULES=(vfio_pci ...), modules_force_load: vfio_pci,... */
static int look_at_setting(void *context, const struct source_line *line) {
	return strstr(line->text, "vfio") ? look_at_module(context, line) : 0;
}

static void look_modules(struct look *look) {
	static const char *const load[] = {
		"/etc/modules-load.d", "/run/modules-load.d", "/usr/lib/modules-load.d"};
	static const char *const dracut[] = {"/etc/dracut.conf.d"};
	static const char *const mkinitcpio[] = {"/etc/mkinitcpio.conf.d"};
	static const struct drop_ins loaded = {load, COUNT(load), ".conf"};
	static const struct drop_ins dracuts = {dracut, COUNT(dracut), ".conf"};
	static const struct drop_ins mkinitcpios = {mkinitcpio, COUNT(mkinitcpio), ".conf"};
	struct reading plain = {look, false}, initramfs = {look, true};
	const struct line_reader module = {look_at_module, &plain};
	const struct line_reader boot = {look_at_module, &initramfs};
	const struct line_reader setting = {look_at_setting, &plain};

	look_keep(look, lines_read(look->root, "/etc/modules", &module));
	look_keep(look, lines_read_all(look->root, &loaded, &module));
	look_keep(look, lines_read(look->root, INITRAMFS_MODULES, &boot));
	look_keep(look, lines_read(look->root, "/etc/dracut.conf", &setting));
	look_keep(look, lines_read_all(look->root, &dracuts, &setting));
	look_keep(look, lines_read(look->root, "/etc/mkinitcpio.conf", &setting));
	look_keep(look, lines_read_all(look->root, &mkinitcpios, &setting));
	look_keep(look, lines_read(look->root, "/etc/booster.yaml", &setting));
}

static void look_wrong_path(struct look *look) {
	if (look_knows(look, WRONG_DIRECTORY)) {
		look_add(look, "boot-initramfs-path", WRONG_DIRECTORY, "rm -r " WRONG_DIRECTORY,
			"is read by nobody: the directory is called /etc/initramfs-tools");
		look_at(look, WRONG_DIRECTORY, 0, NULL);
	}
}

/* Whose driver it is that is not to be loaded, or that is to come after VFIO. */
static const struct {
	const char *module;
	uint16_t vendor; /* of a graphics function; 0: it drives what hosts have besides cards */
} drivers[] = {
	{"amdgpu", 0x1002},
	{"radeon", 0x1002},
	{"i915", 0x8086},
	{"xe", 0x8086},
	{"nouveau", VENDOR_NVIDIA},
	{"nvidia", VENDOR_NVIDIA},
	{"nvidia_drm", VENDOR_NVIDIA},
	{"snd_hda_intel", 0},
	{"xhci_hcd", 0},
	{"xhci_pci", 0},
};

/* A graphics function of that maker that the host has no driver for, or that VFIO has. */
static const struct device *find_idle(const struct host *host, uint16_t vendor) {
	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *device = &host->devices[i];

		if (is_graphics(device) && device->identity.vendor == vendor &&
			!is_on_host_driver(device)) {
			return device;
		}
	}
	return NULL;
}

/* Another driver of that maker's that is loaded: nouveau is kept away where NVIDIA's is. */
static bool has_other(const struct host *host, size_t index) {
	for (size_t i = 0; i < COUNT(drivers); i++) {
		if (i != index && drivers[i].vendor == drivers[index].vendor &&
			host_module(host, drivers[i].module)) {
			return true;
		}
	}
	return false;
}

static void tell_blacklist(struct look *look, const struct source_line *line, const char *module) {
	const struct device *idle;
	char remedy[LOADER_REMEDY_SIZE];
	size_t i = 0;

	while (i < COUNT(drivers) && strcmp(drivers[i].module, module) != 0) {
		i++;
	}
	add_lines_remedy(look, line->path, remedy);
	if (i == COUNT(drivers)) {
		return;
	}
	if (drivers[i].vendor == 0) {
		look_add(look, "boot-blacklist-shared", module, remedy,
			"is not loaded by this, and so is missing to all of the host's devices, not only to the card's");
		look_at(look, line->path, line->number, line->text);
		return;
	}
	idle = find_idle(look->host, drivers[i].vendor);
	if (idle && !has_other(look->host, i)) {
		look_add(look, "boot-blacklist", idle->name, remedy,
			"has no driver on the host, because %s is not to be loaded: no picture comes back to it",
			module);
		look_at(look, line->path, line->number, line->text);
	}
}

/* blacklist nouveau; install nouveau /bin/false; softdep amdgpu pre: vfio-pci */
static int look_at_modprobe(void *context, const struct source_line *line) {
	struct look *look = context;
	char copy[512], remedy[LOADER_REMEDY_SIZE];
	char *rest = NULL, *word, *module;

	if (name_set(copy, sizeof(copy), line->text) < 0) {
		return 0;
	}
	word = strtok_r(copy, " \t", &rest);
	module = word ? strtok_r(NULL, " \t", &rest) : NULL;
	if (!module) {
		return 0;
	}
	module_name_normalize(module);
	if (strcmp(word, "blacklist") == 0 ||
		(strcmp(word, "install") == 0 && rest &&
			(strstr(rest, "/bin/false") || strstr(rest, "/bin/true")))) {
		tell_blacklist(look, line, module);
	} else if (strcmp(word, "softdep") == 0 && rest && strstr(rest, "vfio")) {
		add_lines_remedy(look, line->path, remedy);
		look_add(look, "boot-softdep", module, remedy,
			"is loaded after VFIO by this, which is of use only to a card that the host never has");
		look_at(look, line->path, line->number, line->text);
	}
	return 0;
}

static void look_modprobe(struct look *look) {
	const struct line_reader reader = {look_at_modprobe, look};

	look_keep(look, modprobe_read(look->root, &reader));
}

static const struct check checks[] = {
	{"boot-blacklist", FINDING_WARNING, look_modprobe},
	{"boot-blacklist-shared", FINDING_WARNING, NULL},
	{"boot-softdep", FINDING_NOTE, NULL},
	{"boot-modules", FINDING_NOTE, look_modules},
	{"boot-virqfd", FINDING_WARNING, NULL},
	{"boot-initramfs-options", FINDING_WARNING, NULL},
	{"boot-initramfs-path", FINDING_NOTE, look_wrong_path},
};
const struct check_area modules_area = {checks, COUNT(checks)};
