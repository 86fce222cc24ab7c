// SPDX-License-Identifier: GPL-2.0-or-later
#include "exception.h"

#include <fnmatch.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *line;
	const char *why;
} exceptions[] = {
	{"pci * */dev", "device numbers follow the numbers of cards and connectors"},
	{"pci * */uevent", "repeats device numbers; the PCI function's own is compared"},
	{"pci * sound/card#/number", "the number of a card"},
	{"pci * */devnum", "numbers of USB devices are handed out as they come"},
	{"pci * */busnum", "numbers of USB buses are handed out as they come"},
	{"pci * waiting_for_supplier", "is shown until a device has had a driver once"},
	{"pci * irq", "interrupts are numbered as they come"},
	{"pci * msi_irqs/*", "interrupts are numbered as they come"},
	{"pci * */urbnum", "counts traffic"},
	{"pci * pools", "statistics of memory"},
	{"pci * */statistics/*", "counts traffic"},
	{"pci * */diskseq", "numbers of disks are handed out as they come"},
	{"pci * */inflight", "counts traffic"},
	{"pci * */stat", "counts traffic"},
	{"pci * */byte_queue_limits/*", "follows traffic"},
	{"pci * */carrier_*", "counts"},
	{"pci * */power_o*_acct", "statistics of time"},
	{"pci *power/*_time", "statistics of time"},
	{"pci *power/*_duration", "statistics of time"},
	{"pci *power/*_time_ms", "statistics of time"},
	{"pci *power/*_count", "statistics of wake-ups"},
	{"pci *power/wakeup_active", "a wake-up is going on at this moment"},
	{"pci *power/runtime_usage", "counts users at this moment"},
	{"pci *power/runtime_active_kids", "counts children that are awake at this moment"},
	{"pci *power/runtime_status", "asleep or awake: changes by itself"},
	{"pci *power_state", "asleep or awake: changes by itself"},
	{"pci *wakeup/wakeup#/*", "statistics of wake-ups"},
	{"pci *resource[0-9]*", "the device's memory itself, and reading ports has effects"},
	{"pci * rom", "the device's memory itself"},
	{"pci * vpd", "reading it can take seconds; it is in the device"},
	{"pci */stat", "counts traffic"},
	{"pci */inflight", "counts traffic"},
	{"pci */timeleft", "a clock"},
	{"pci *drm/card#/*/dpms", "a screen is switched off by the clock"},
	{"pci *drm/card#/*/enabled", "a screen is switched off by the clock"},
	{"pci * config", "registers; what they mean is in the other attributes"},
	{"driver */vfio*", "VFIO's drivers stay registered"},
	{"driver virtio/*", "the test's own devices"},
	{"console * power/*_time", "statistics of time"},
	{"module vfio*", "VFIO's modules stay loaded"},
	{"module irqbypass *", "is loaded by VFIO's"},
	{"module iommufd *", "is loaded by VFIO's"},
	{"node vfio/vfio", "comes with VFIO's modules"},
	{"unit session-*.scope *", "what a closed session contained"},
	{"mount /run/user/*", "what a closed session contained"},
	{"unit virtlogd*", "libvirt starts it when it needs it"},
	{"unit systemd-oomd.service *", "is not there; systemd forgets that somebody asked"},
	{"unit user*", "what a closed session contained"},
	{"unit *.device *", "names have the numbers of cards"},
	{"unit run-*", "transient"},
	{"unit systemd-tmpfiles-clean.*", "comes by the clock"},
	{"unit apt-daily*", "comes by the clock"},
	{"unit *fstrim.service *", "comes by the clock"},
	{"unit dpkg-db-backup.service *", "comes by the clock"},
	{"unit e2scrub*", "comes by the clock"},
	{"unit logrotate.service *", "comes by the clock"},
	{"unit man-db.service *", "comes by the clock"},
};

/* Most lines differ from most patterns long before the first '*': fnmatch would take its time. */
static bool matches(const char *pattern, const char *name) {
	return strncmp(pattern, name, strcspn(pattern, "*[")) == 0 &&
	       fnmatch(pattern, name, 0) == 0;
}

bool exception_is(const char *name) {
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
		if (matches(exceptions[i].line, name)) {
			return true;
		}
	}
	return false;
}

void exceptions_print(void) {
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
		printf("%-34s %s\n", exceptions[i].line, exceptions[i].why);
	}
}
