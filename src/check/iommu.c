// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "check/area.h"
#include "check/loader.h"

#define TABLES "/sys/firmware/acpi/tables"

/* What the processor calls its IOMMU, and the firmware's table of it. */
struct maker {
	const char *vendor; /* in /proc/cpuinfo */
	const char *table;
	const char *setting; /* in the firmware */
	const char *argument;
};

static const struct maker makers[] = {
	{"GenuineIntel", TABLES "/DMAR", "VT-d", "intel_iommu"},
	{"AuthenticAMD", TABLES "/IVRS", "IOMMU (AMD-Vi)", "amd_iommu"},
};

/* NULL: another maker's, or it is not to be seen. */
static const struct maker *find_maker(const struct look *look) {
	AUTO_FREE char *data = NULL;

	if (file_read(look->root, "/proc/cpuinfo", 16U << 20, &data, NULL) < 0) {
		return NULL;
	}
	for (size_t i = 0; i < COUNT(makers); i++) {
		if (strstr(data, makers[i].vendor)) {
			return &makers[i];
		}
	}
	return NULL;
}

/* The word by which somebody has switched it off, or NULL. */
static const char *find_off(const struct look *look) {
	static const char *const words[] = {
		"iommu=off", "intel_iommu=off", "amd_iommu=off", "iommu=noforce"};

	for (size_t i = 0; i < COUNT(words); i++) {
		if (look_has_argument(look, words[i])) {
			return words[i];
		}
	}
	return NULL;
}

static void tell_kernel(struct look *look, const struct maker *maker) {
	const char *off = find_off(look);
	char remedy[LOADER_REMEDY_SIZE];

	if (off) {
		look_add(look, "iommu-off-kernel", "the IOMMU", loader_remove(look, off, remedy),
			"is there and switched off on the kernel's command line, so no device can be handed over");
		look_at(look, KERNEL_COMMAND_LINE, 0, off);
	} else if (strcmp(maker->argument, "intel_iommu") == 0) {
		look_add(look, "iommu-off-kernel", "the IOMMU",
			loader_add(look, "intel_iommu=on", remedy),
			"is there and not used: this kernel leaves Intel's alone unless it is told to use it");
		look_at(look, maker->table, 0, NULL);
	} else {
		look_add(look, "iommu-off-kernel", "the IOMMU",
			"read dmesg | grep -i -e iommu -e AMD-Vi",
			"is there and not used, although nobody has switched it off");
		look_at(look, maker->table, 0, NULL);
	}
}

/* The firmware's tables can be listed by everybody, and read by root alone. */
static void look_off(struct look *look) {
	const struct maker *maker = find_maker(look);
	const char *off = find_off(look);
	char remedy[LOADER_REMEDY_SIZE];

	if (look->host->iommu) {
		return;
	}
	if (maker && file_exists(look->root, maker->table)) {
		tell_kernel(look, maker);
	} else if (maker && look_knows(look, TABLES)) {
		snprintf(remedy, sizeof(remedy), "switch %s on in the firmware's settings",
			maker->setting);
		look_add(look, "iommu-off-firmware", "the IOMMU", remedy,
			"is switched off in the firmware, or the machine has none, so no device can be handed over");
		look_at(look, maker->table, 0, "is not there");
	} else {
		look_add(look, "iommu-off", "the IOMMU",
			off ? loader_remove(look, off, remedy)
			    : "switch it on in the firmware (VT-d, AMD-Vi) and, with an Intel processor, boot with intel_iommu=on",
			"is off, so no device can be handed over");
		look_at(look, off ? KERNEL_COMMAND_LINE : "/sys/class/iommu", 0,
			off ? off : "has nothing in it");
	}
}

/* Debian's kernels leave Intel's own graphics alone (INTEL_IOMMU_DEFAULT_ON_INTGPU_OFF). */
static void look_without_group(struct look *look) {
	char remedy[LOADER_REMEDY_SIZE];

	for (size_t i = 0; look->host->iommu && i < look->host->device_count; i++) {
		const struct device *device = &look->host->devices[i];

		if (is_graphics(device) && device->group == GROUP_NONE) {
			look_add(look, "card-without-group", device->name,
				loader_add(look, "intel_iommu=on", remedy),
				"is in no IOMMU group, though others are: it cannot be handed over");
		}
	}
}

static void look_unsafe_interrupts(struct look *look) {
	static const char path[] =
		"/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts";
	static const char *const words[] = {"intremap=off", "nointremap"};
	char remedy[LOADER_REMEDY_SIZE], line[16];

	if (look_line(look, path, line, sizeof(line)) && line[0] == 'Y') {
		look_add(look, "unsafe-interrupts", "VFIO",
			"take allow_unsafe_interrupts out of /etc/modprobe.d and the command line",
			"takes devices whose interrupts are not kept apart: a guest can send the host any");
		look_at(look, path, 0, line);
	}
	for (size_t i = 0; i < COUNT(words); i++) {
		if (look_has_argument(look, words[i])) {
			look_add(look, "unsafe-interrupts", "interrupt remapping",
				loader_remove(look, words[i], remedy),
				"is switched off: VFIO takes no device then, or gives guests any interrupt");
			look_at(look, KERNEL_COMMAND_LINE, 0, words[i]);
		}
	}
}

static void look_argument_unknown(struct look *look) {
	char remedy[LOADER_REMEDY_SIZE];

	if (look_has_argument(look, "amd_iommu=on")) {
		look_add(look, "amd-iommu-on", "amd_iommu=on",
			loader_remove(look, "amd_iommu=on", remedy),
			"is no option: AMD's IOMMU is on by itself, and the kernel says \"Unknown option\"");
		look_at(look, KERNEL_COMMAND_LINE, 0, "amd_iommu=on");
	}
}

static void look_acs(struct look *look) {
	const char *value = look_argument(look, "pcie_acs_override");
	char remedy[LOADER_REMEDY_SIZE], word[128];

	if (value) {
		snprintf(word, sizeof(word), "pcie_acs_override=%s", value);
		look_add(look, "acs-override", "pcie_acs_override",
			loader_remove(look, word, remedy),
			"makes the kernel take devices for isolated that are not: IOMMU groups prove nothing here, and a guest may reach the others' memory");
		look_at(look, KERNEL_COMMAND_LINE, 0, word);
	}
}

static const struct check checks[] = {
	{"iommu-off", FINDING_ERROR, look_off},
	{"iommu-off-firmware", FINDING_ERROR, NULL},
	{"iommu-off-kernel", FINDING_ERROR, NULL},
	{"card-without-group", FINDING_WARNING, look_without_group},
	{"unsafe-interrupts", FINDING_WARNING, look_unsafe_interrupts},
	{"acs-override", FINDING_WARNING, look_acs},
	{"amd-iommu-on", FINDING_NOTE, look_argument_unknown},
};
const struct check_area iommu_area = {checks, COUNT(checks)};
