/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/growing.h"

/* Where each USB device stands in the tree, by its name: things that are plugged in hang there. */
struct usb_place {
	char name[32]; /* "1-4.2", "usb1" */
	size_t index;
};

struct usb_places {
	struct usb_place *places; /* ordered by name */
	size_t count;
};

/*
 * Adds every USB device behind a PCI function, root hubs included, without its strings, which the
 * kernel has under the device's lock. -ENOMEM.
 */
int usb_read(int root, struct growing *growing, struct usb_places *ret) MUST_CHECK;
void usb_places_free(struct usb_places *places);

#define AUTO_USB_PLACES CLEANUP(usb_places_free)

/*
 * Sets device and parent of a thing to where the link to it in sysfs leads: on a USB device, or on
 * a PCI function. -ENOENT: on neither.
 */
int usb_places_find(const struct usb_places *places, const struct growing *growing,
	const char *link, struct attached *thing) MUST_CHECK;
