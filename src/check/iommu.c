// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "check/area.h"
#include "check/loader.h"

#define TABLES "/sys/firmware/acpi/tables"

static const char *name_table(const struct cause *cause) {
	return cause->maker == MAKER_INTEL ? TABLES "/DMAR" : TABLES "/IVRS";
}

/* Where nobody can tell whether the firmware or the kernel has switched it off. */
static void tell_off(struct look *look) {
	look_add(look, "iommu-off", "the IOMMU",
		"switch it on in the firmware (VT-d, AMD-Vi) and, with an Intel processor, boot with intel_iommu=on",
		"is off, so no device can be handed over");
	look_at(look, "/sys/class/iommu", 0, "has nothing in it");
}

static void tell_firmware(struct look *look, const struct cause *cause) {
	look_add(look, "iommu-off-firmware", "the IOMMU",
		cause->maker == MAKER_INTEL
			? "switch VT-d on in the firmware's settings"
			: "switch IOMMU, or AMD-Vi, on in the firmware's settings",
		"is switched off in the firmware, or the machine has none, so no device can be handed over");
	look_at(look, name_table(cause), 0, "is not there");
}

static void tell_kernel(struct look *look, const struct cause *cause, const char *remedy,
	const char *reason, const char *file, const char *value) {
	look_add(look, "iommu-off-kernel", "the IOMMU", remedy, "%s", reason);
	look_at(look, file ? file : name_table(cause), 0, value);
}

/* Why it is off has been found out (inventory/boot/cause.h). */
static void look_off(struct look *look) {
	const struct cause *cause = &look->boot.cause;
	const char *missing = cause_missing(cause);
	bool seen = cause->table == TABLE_THERE;
	char remedy[LOADER_REMEDY_SIZE];

	if (look->host->iommu) {
		return;
	}
	if (cause->verdict == IOMMU_LACKS_FIRMWARE) {
		tell_firmware(look, cause);
	} else if (cause->verdict == IOMMU_SWITCHED_OFF) {
		tell_kernel(look, cause, loader_remove(look, cause->off, remedy),
			"is switched off on the kernel's command line, so no device can be handed over",
			KERNEL_COMMAND_LINE, cause->off);
	} else if (cause->verdict == IOMMU_LACKS_BOOT) {
		tell_kernel(look, cause, "restart the machine",
			"is off, and what switches it on is configured since this kernel was started",
			NULL, NULL);
	} else if (cause->verdict == IOMMU_LACKS_DRIVER) {
		tell_kernel(look, cause, "boot another kernel",
			"is there, and this kernel has no driver for it", cause->configuration,
			NULL);
	} else if (missing && seen) {
		tell_kernel(look, cause, loader_add(look, missing, remedy),
			"is there and not used: this kernel leaves Intel's alone unless it is told to use it",
			NULL, NULL);
	} else if (seen) {
		tell_kernel(look, cause, "read dmesg | grep -i -e iommu -e AMD-Vi -e DMAR",
			"is there and not used, although nobody has switched it off", NULL, NULL);
	} else {
		tell_off(look);
	}
}

/* Debian's kernels leave Intel's own graphics alone (INTEL_IOMMU_DEFAULT_ON_INTGPU_OFF). */
static const char *find_remedy(const struct look *look, char ret[LOADER_REMEDY_SIZE]) {
	const struct cause *cause = &look->boot.cause;
	const char *missing = cause_missing(cause);

	if (cause->verdict == IOMMU_LACKS_BOOT) {
		return "restart the machine";
	}
	return cause->verdict == IOMMU_LACKS_GRAPHICS
		       ? loader_add(look, missing, ret)
		       : "read dmesg | grep -i -e iommu -e AMD-Vi -e DMAR";
}

static void look_without_group(struct look *look) {
	char remedy[LOADER_REMEDY_SIZE];

	for (size_t i = 0; look->host->iommu && i < look->host->device_count; i++) {
		const struct device *device = &look->host->devices[i];

		if (is_graphics(device) && device->group == GROUP_NONE) {
			look_add(look, "card-without-group", device->name,
				find_remedy(look, remedy),
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
	char remedy[LOADER_REMEDY_SIZE], word[LOADER_WORDS_SIZE];

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
