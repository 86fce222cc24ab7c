// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/argument.h"

#include <string.h>

#include "base/text.h"
#include "inventory/boot/command_line.h"

/* Of those with the same key, the one with a value comes first. */
static const struct argument arguments[] = {
	{"intel_iommu", "on",
		"uses Intel's IOMMU for all devices: without an IOMMU no guest can have one",
		false},
	{"intel_iommu", "off", "switches Intel's IOMMU off: no guest can have a device", true},
	{"intel_iommu", NULL, "sets how Intel's IOMMU is used", false},
	{"amd_iommu", "on", "does nothing: it is no option, and AMD's IOMMU is on by itself",
		false},
	{"amd_iommu", "off", "switches AMD's IOMMU off: no guest can have a device", true},
	{"amd_iommu", NULL, "sets how AMD's IOMMU is used", false},
	{"iommu", "pt",
		"lets devices that stay with the host pass the IOMMU by: a little faster on old machines, less protected, and no matter to guests",
		false},
	{"iommu", "off", "switches the IOMMU off: no guest can have a device", true},
	{"iommu", NULL, "sets how the IOMMU is used for the host's own devices", false},
	{"vfio_pci.ids", NULL,
		"has vfio-pci take every device with these ids, twins too, as soon as it is loaded",
		true},
	{"pci_stub.ids", NULL,
		"has pci-stub take every device with these ids, twins too, so that nobody has it",
		true},
	{"vfio_pci.disable_vga", NULL, "keeps the card's VGA ports from guests, which few need",
		false},
	{"vfio_pci.disable_idle_d3", NULL, "keeps devices on vfio-pci awake when nobody uses them",
		false},
	{"vfio_pci.", NULL, "sets a parameter of vfio-pci", false},
	{"rd.driver.pre", NULL, "has dracut's initramfs load this module before all others", true},
	{"modules_load", NULL, "has systemd load these modules when the system starts", false},
	{"rd.modules_load", NULL, "has systemd's initramfs load these modules", false},
	{"earlymodules", NULL,
		"has old releases of mkinitcpio's initramfs load these modules first", false},
	{"nouveau.modeset", "0", "keeps nouveau from showing a picture on the card", true},
	{"rd.driver.blacklist", NULL, "keeps dracut's initramfs from loading these modules", true},
	{"modprobe.blacklist", NULL, "keeps these modules from being loaded for a device's sake",
		true},
	{"module_blacklist", NULL, "keeps the kernel from loading these modules at all", true},
	{"initcall_blacklist", "sysfb_init",
		"keeps the kernel from the firmware's framebuffer: no picture before a driver has the card",
		true},
	{"video", "efifb:off",
		"keeps efifb from the firmware's framebuffer: no picture before a driver has the card; baton takes the framebuffer away only when a guest starts",
		true},
	{"video", "vesafb:off", "keeps vesafb from the firmware's framebuffer, as efifb:off does",
		true},
	{"video", "simplefb:off",
		"keeps simplefb from the firmware's framebuffer, as efifb:off does", true},
	{"nomodeset", NULL,
		"keeps graphics drivers from driving cards: the host has no real picture", true},
	{"pcie_acs_override", NULL,
		"has a patched kernel take devices for isolated that are not: a guest may reach the others' memory; other kernels ignore it",
		false},
	{"kvm.ignore_msrs", NULL,
		"has KVM ignore a guest's accesses to registers that it does not know, which some Windows guests need, and hides real faults",
		false},
	{"kvm.report_ignored_msrs", NULL,
		"says whether the kernel's log tells of ignored registers", false},
	{"preempt", NULL,
		"sets when the kernel may interrupt its own work: no matter to passing devices through",
		false},
	{"pcie_aspm", NULL, "sets whether PCI Express links save power", false},
	{"pci", NULL, "sets how the kernel handles PCI", false},
	{"intremap", "off",
		"switches interrupt remapping off: VFIO takes no device then, or only at a guest's mercy",
		true},
	{"nointremap", NULL,
		"switches interrupt remapping off: VFIO takes no device then, or only at a guest's mercy",
		true},
	{"vfio_iommu_type1.allow_unsafe_interrupts", NULL,
		"lets guests have devices although they can send the host any interrupt", false},
	{"hugepagesz", NULL, "sets the size of the huge pages that are set aside at boot", false},
	{"hugepages", NULL, "sets huge pages aside at boot", false},
	{"default_hugepagesz", NULL, "sets which size huge pages have by themselves", false},
	{"isolcpus", NULL, "keeps the scheduler from these processors", false},
	{"nvidia_drm.modeset", NULL, "has NVIDIA's driver set the screen's mode", false},
	{"nvidia_drm.fbdev", NULL, "has NVIDIA's driver show the text console", false},
};

static char fold(char c) {
	return c == '-' ? '_' : c;
}

static bool fits(const struct argument *argument, const char *word) {
	const char *key = argument->key;
	size_t i = 0;

	while (key[i] && fold(word[i]) == key[i]) {
		i++;
	}
	if (key[i] || (i > 0 && key[i - 1] == '.')) {
		return !key[i];
	}
	if (word[i] && word[i] != '=') {
		return false;
	}
	return !argument->value || (word[i] == '=' && strcmp(word + i + 1, argument->value) == 0);
}

const struct argument *argument_find(const char *word) {
	for (size_t i = 0; i < COUNT(arguments); i++) {
		if (fits(&arguments[i], word)) {
			return &arguments[i];
		}
	}
	return NULL;
}
