/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/text.h"
#include "host/host.h"

/*
 * What on this machine may take a device from its host driver again (seed 001b): a hypervisor's or
 * an administrator's settings, found by file and line. baton's own files are none.
 */
enum rebinder_kind {
	REBINDER_MODPROBE,     /* options vfio-pci ids= */
	REBINDER_COMMAND_LINE, /* vfio-pci.ids= */
	REBINDER_UDEV,
	REBINDER_DRIVERCTL,
	REBINDER_HOOK, /* of libvirt */
	REBINDER_UNIT,
};

struct rebinder {
	enum rebinder_kind kind;
	char *path;        /* absolute */
	unsigned int line; /* 0: the whole file */
	char *text;        /* that line */
	bool ids; /* it gives vfio-pci ids; otherwise it may name the driver for the device, too */
	bool enabled; /* a unit that systemctl(1) can disable */
};

struct rebinders {
	struct rebinder *all;
	size_t count;
};

#define REBINDERS_MAX 64 /* more are not looked for */

/*
 * Those that match the device, or of which that cannot be told: ids first, then what is for this
 * device alone. -ENOMEM. *ret is untouched on failure.
 */
int rebinders_read(int root, const struct device *device, struct rebinders *ret) MUST_CHECK;
void rebinders_free(struct rebinders *rebinders);

#define AUTO_REBINDERS CLEANUP(rebinders_free)

/* "modprobe", "udev": in JSON. */
const char *rebinder_kind_name(enum rebinder_kind kind);

/* "the udev rule /etc/udev/rules.d/10-vfio.rules:3" */
int rebinder_format(const struct rebinder *rebinder, struct text *ret) MUST_CHECK;

/* For the files that these are read by: -ENOMEM; more than REBINDERS_MAX are dropped. */
int rebinders_add(struct rebinders *rebinders, const struct rebinder *rebinder) MUST_CHECK;

/*
 * Does a list like "10de:2484,10de:228b:1458" (vfio-pci's parameter ids: vendor, device, subsystem
 * vendor and device, class, mask; what is left out fits all) have the device?
 */
bool rebinder_ids_match(const char *list, const struct device *device);

/*
 * Is one of these words "KEY=LIST", with such a list that has the device? key with '_' for '-':
 * "vfio_pci.ids" on the kernel's command line, "ids" in modprobe.d.
 */
bool rebinder_words_match(const char *words, const char *key, const struct device *device);

/* One source each. */
int rebinders_read_ids(int root, const struct device *device, struct rebinders *ret) MUST_CHECK;
int rebinders_read_udev(int root, const struct device *device, struct rebinders *ret) MUST_CHECK;
int rebinders_read_units(int root, struct rebinders *ret) MUST_CHECK;

/* Hooks and units: for which device they are cannot be told. */
int rebinders_read_scripts(int root, struct rebinders *ret) MUST_CHECK;
