/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "request/proxmox/set.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * /etc/pve/qemu-server/VMID.conf, what of it concerns a hand-over (contracts.md A4; parse_vm_config
 * in PVE::QemuServer, $hostpci_fmt in PVE::QemuServer::PCI, PVE::QemuServer::USB). Only the main
 * section, which ends at the first [heading]: what follows are pending changes, snapshots and
 * Proxmox's own notes, and snapshots repeat hostpciN with what it was then.
 *
 * Proxmox warns of a line that it does not take and starts the guest without it, so without the
 * device. Here it is an error, and the guest is better not started. Keys of no concern to us are
 * passed over, and so are those inside hostpciN that we do not know: a newer Proxmox may.
 */

#define PROXMOX_CONF_MAX     ((size_t)4 << 20) /* bytes; descriptions of 1 MB have been seen */
#define PROXMOX_HOSTPCI_MAX  16                /* hostpci0 to hostpci15 */
#define PROXMOX_USB_MAX      14                /* usb0 to usb13 */
#define PROXMOX_NAME_SIZE    240               /* far more than a DNS name's parts may have */
#define PROXMOX_LOCK_SIZE    32
#define PROXMOX_MAPPING_SIZE 128

struct proxmox_hostpci {
	unsigned int line;      /* where it stands; 0: there is none */
	struct proxmox_set set; /* host=; empty: see mapping */
	char mapping[PROXMOX_MAPPING_SIZE];
	bool mediated; /* mdev=: the guest gets a share of the device, which stays the host's */
	bool keep;     /* driver=keep: Proxmox binds nothing to VFIO and resets nothing */
};

enum proxmox_usb_kind {
	PROXMOX_USB_ID,      /* "046d:c52b" */
	PROXMOX_USB_PORT,    /* "3-1.4": bus and ports */
	PROXMOX_USB_SPICE,   /* from whoever looks at the guest, none of the host's */
	PROXMOX_USB_MAPPING, /* a name in /etc/pve/mapping/usb.cfg */
};

struct proxmox_usb {
	unsigned int line; /* 0: there is none */
	enum proxmox_usb_kind kind;
	char value[PROXMOX_MAPPING_SIZE];
};

struct proxmox_conf {
	char name[PROXMOX_NAME_SIZE]; /* for people; empty: none */
	char lock[PROXMOX_LOCK_SIZE]; /* "backup", "migrate" ...; empty: none */
	char hookscript[512];         /* a volume: "local:snippets/baton"; empty: none */
	bool template;                /* Proxmox gives a template no hostpciN */
	struct proxmox_hostpci hostpci[PROXMOX_HOSTPCI_MAX];
	struct proxmox_usb usb[PROXMOX_USB_MAX];
	const char *args;   /* words for QEMU as they stand, a part of data; NULL: none */
	size_t args_length; /* no zero ends them, and none is in them */
	unsigned int args_line;
};

/*
 * Parses the text, which needs no zero at its end; file is for messages. A key that is there twice
 * has its last value. -EINVAL with "FILE:LINE: ...", -EFBIG. *ret is untouched on failure.
 */
int proxmox_conf_parse(const char *file, const char *data, size_t length, struct proxmox_conf *ret,
	struct error *error) MUST_CHECK;

/*
 * Is it a name that Proxmox allows for a mapping (pve-configid)? A letter, then letters, digits,
 * '-' and '_', two characters at least.
 */
bool proxmox_mapping_name_is_sound(const char *name);
