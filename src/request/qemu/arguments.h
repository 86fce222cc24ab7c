/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/address.h"
#include "base/error.h"
#include "request/request.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What a QEMU command line wants, of the host's PCI devices above all:
 *
 *     -device vfio-pci,host=0000:01:00.0         also vfio-pci-nohotplug, and 01:00.0
 *     -device vfio-pci,sysfsdev=/sys/bus/pci/devices/0000:01:00.0
 *     -device '{"driver": "vfio-pci", "host": "0000:01:00.0"}'
 *     -readconfig FILE                           the same as [device "ID"] in a file
 *
 * As in QEMU (qemu_init in system/vl.c, util/qemu-option.c, util/qemu-config.c): "--device" is
 * "-device", the value is the next word whatever it looks like, ",," in a value is a comma, the
 * first part may be the driver without "driver=", the last of equal keys counts, and sysfsdev
 * counts before host. sysfsdev is any path whose last part is an address; if that is the UUID of a
 * mediated device, no PCI device is handed over. A device without either (one that comes as a file
 * descriptor, or by a later device_add) wants nothing.
 *
 * An option that we do not know counts as one without a value: QEMU refuses it, or is newer, and
 * then its value is taken for the name of a disk image and so for nothing.
 *
 * -set and -global can change which device a -device means. They are refused if they name host,
 * sysfsdev or driver: what they would change is written better where it belongs.
 *
 * Not looked at: QEMU's own configuration file, what is plugged in later, and controllers of the
 * block layer's NVMe driver (nvme://).
 */

#define QEMU_ARGUMENTS_MAX 16384
#define QEMU_ARGUMENT_MAX  ((size_t)128 << 10) /* bytes; the kernel passes no longer word on */
#define QEMU_NAME_SIZE     256                 /* as long as a file's name */
#define QEMU_CONFIGS_MAX   8                   /* -readconfig */
#define QEMU_CONFIG_MAX    ((size_t)1 << 20)   /* bytes in one of them */

struct qemu_arguments {
	struct address devices[REQUEST_DEVICES_MAX]; /* each once, in the order given */
	size_t device_count;
	char name[QEMU_NAME_SIZE]; /* -name; empty: none */
	const char *pidfile;       /* -pidfile, or NULL */
	bool daemonize;            /* -daemonize */

	/* -readconfig: the caller gives the text of each to qemu_config_parse. */
	const char *configs[QEMU_CONFIGS_MAX];
	size_t config_count;
};

/*
 * Reads the words that follow the program's name. pidfile and configs point into them. Bad input is
 * -EINVAL and names the word, too much of something is -E2BIG. *ret is untouched on failure.
 */
int qemu_arguments_parse(const char *const *arguments, size_t count, struct qemu_arguments *ret,
	struct error *error) MUST_CHECK;

/*
 * Adds what a file of -readconfig wants to *arguments: its devices behind those of the command
 * line, its [name] if the command line gives none. data needs no zero at its end; name is for
 * messages. -EINVAL with "NAME:LINE: ...", -EFBIG above QEMU_CONFIG_MAX, -E2BIG for too many
 * devices. *arguments is untouched on failure.
 */
int qemu_config_parse(const char *name, const char *data, size_t length,
	struct qemu_arguments *arguments, struct error *error) MUST_CHECK;
