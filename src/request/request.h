/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/address.h"
#include "base/error.h"
#include "request/policy.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What a guest wants. Made from a domain XML (request/domain_xml.h) or from words on a command line
 * (request/selection.h); policy comes from the configuration (request/configuration.h).
 */

#define GUEST_SIZE          96  /* "libvirt:" and a UUID; also the journal's file name */
#define TITLE_SIZE          264 /* "libvirt:" and as much as a file name can hold */
#define REQUEST_DRIVER_SIZE 64  /* the kernel's longest driver name is far shorter */
#define REQUEST_DEVICES_MAX 64

struct request_device {
	struct address address;
	char driver[REQUEST_DRIVER_SIZE]; /* the VFIO driver that the guest's definition names
					     (<driver model=>); empty: the best one */
};

struct request {
	char guest[GUEST_SIZE]; /* the key: "libvirt:UUID", "proxmox:VMID", "hand" */
	char title[TITLE_SIZE]; /* the name for people: "libvirt:win11" */
	struct request_device devices[REQUEST_DEVICES_MAX];
	size_t device_count;
	bool later; /* a device whose address is not known yet is wanted too (a pool's virtual
		       function) */
	struct policy policy;
};

/*
 * Adds a device once: a second time the same, it changes nothing, or brings the driver that the
 * first left open. driver may be NULL. -E2BIG above the limit, -EINVAL for two different drivers or
 * for what cannot be a driver's name; *request is untouched then.
 */
int request_add(struct request *request, struct address address, const char *driver,
	struct error *error) MUST_CHECK;

/*
 * A hand-over that no hypervisor asked for is a guest of its own, named after its first device
 * ("hand:0000:01:00.0"), so that several cards can be out at the same time.
 */
void request_name(struct request *request, const char *door);

/*
 * Can this be a driver's name? It ends up as a part of a path below /sys/bus/pci/drivers: printable
 * ASCII that begins with a letter or a digit, no '/', and it fits REQUEST_DRIVER_SIZE.
 */
bool driver_name_is_sound(const char *name);
