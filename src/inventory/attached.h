/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * What hangs on a device, as a tree: a card has outputs with monitors, a USB controller its hubs
 * and what is plugged into them, a storage controller its disks, their partitions and where these
 * are mounted, a network card its interfaces and their addresses. What hangs on something that is
 * plugged in by USB (a disk, a sound card) stands below that. What stands on several devices (a
 * volume over two disks, a disk with two ways) is there several times, once below each.
 */
enum attached_kind {
	ATTACHED_OUTPUT,    /* a connector of a DRM card, and the monitor on it */
	ATTACHED_USB,       /* root hubs, hubs, devices */
	ATTACHED_DISK,      /* also optical drives */
	ATTACHED_PARTITION, /* of a disk */
	ATTACHED_VOLUME,    /* made of disks: LVM, encryption, RAID, a loop over a disk */
	ATTACHED_MOUNT,     /* each place where it is mounted */
	ATTACHED_SWAP,
	ATTACHED_INTERFACE, /* of the network; also a bridge or bond upon one */
	ATTACHED_ADDRESS,   /* that this machine has in the internet */
	ATTACHED_SOUND      /* a sound card as ALSA counts them */
};

enum secret_kind {
	SECRET_NONE,
	SECRET_SERIAL,   /* of a monitor, a USB device, a disk */
	SECRET_HARDWARE, /* of an interface: its MAC address */
	SECRET_INTERNET  /* "192.0.2.7/24", "2001:db8::7/64" */
};

#define ATTACHED_TOP SIZE_MAX /* as a parent: it hangs on the device itself */

/*
 * What the fields hold, by kind; everything else is empty, 0 or false.
 *
 *	           name         text                type         id         other than these
 *	OUTPUT     "DP-1"       the monitor's name  "3840x2160"  "DEL:a0f1" active: connected; its
 *	                                                         preferred mode; who made it
 *	USB        "1-4", "usb1" product or usb.ids "hub", "HID" "046d:c52b" speed, driver
 *	DISK       "nvme0n1"    model               "disk"                  size
 *	PARTITION  "sda1"       label               "ext4"                  size
 *	VOLUME     "dm-0"       "vg-root"           "LVM"                   size
 *	MOUNT      "/home"                          "ext4"
 *	SWAP       "swap"
 *	INTERFACE  "eno1"                           "ethernet"              speed; active: up and
 *	                                            "Wi-Fi", "bridge", ...  with a carrier; driver
 *	ADDRESS    "IPv4"                                                   secret
 *	SOUND      "card1"      "HDA NVidia"
 */
struct attached {
	enum attached_kind kind;
	struct address device; /* the nearest PCI function */
	size_t parent;         /* its index in attachments.attached, or ATTACHED_TOP */
	unsigned int depth;    /* 0: it hangs on the device itself */
	char name[LABEL_SIZE]; /* the kernel's name for it */
	char text[LABEL_SIZE]; /* what people call it; it may be cut, and is printable UTF-8 */
	char type[32];
	char id[16];
	char driver[DRIVER_SIZE];
	bool active;
	bool unsure;   /* whether an interface is active is not known */
	bool silent;   /* the kernel did not answer for it in time: somebody is at work on it, or
			  its driver does not come back. text, speed or secret may be missing */
	uint64_t size; /* bytes */
	unsigned int speed_mbit_s;
	enum secret_kind secret_kind;
	char secret[LABEL_SIZE]; /* not for what people post; empty: none, or not readable */
};

struct attachments {
	struct attached *attached; /* ordered by device; a parent stands before its children, and
				      these before its next sibling */
	size_t count;
	bool more; /* there are more than 65536: some are missing */
};

/* -ENOMEM, -EAGAIN */
int attachments_read(int root, const struct host *host, struct attachments *ret) MUST_CHECK;
void attachments_free(struct attachments *attachments);

#define AUTO_ATTACHMENTS CLEANUP(attachments_free)

/* The first of the device, and how many there are: they stand side by side. NULL and 0: none. */
const struct attached *attached_of(
	const struct attachments *attachments, struct address device, size_t *ret_count);

/* "output", "usb", "disk", "partition", "volume", "mount", "swap", "interface", "address",
 * "sound" */
const char *attached_kind_name(enum attached_kind kind);

/* "serial", "hardware_address", "internet_address" */
const char *secret_kind_name(enum secret_kind kind);
