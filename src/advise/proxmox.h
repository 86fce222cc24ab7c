/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "advise/advice.h"
#include "base/file.h"
#include "base/text.h"
#include "request/proxmox/guest.h"

/*
 * A guest of Proxmox VE: the main section of /etc/pve/qemu-server/VMID.conf. What is pending there
 * and in snapshots is not looked at.
 */

/* Disks that could have an I/O thread, as model.disks counts them. */
#define PROXMOX_SCSI_DISKS 100

/* guest: what it gets (request/proxmox/guest.h). -EINVAL, -EFBIG; *ret is untouched then. */
int proxmox_model(const struct host *host, const struct proxmox_guest *guest,
	const struct text *document, struct model *ret, struct error *error) MUST_CHECK;

/* Makes the change in the document. What Proxmox has no option for changes nothing. -EINVAL,
 * -ENOMEM. */
int proxmox_change(const struct change *change, struct text *document, struct error *error)
	MUST_CHECK;

/*
 * The words of the one `qm set` that makes `after` of `before`, the program's name first; none if
 * nothing differs. -ENOMEM.
 */
int proxmox_words(const char *vmid, const struct text *before, const struct text *after,
	struct names *ret) MUST_CHECK;

/*
 * More words for it: a configuration that is not `before` any more when qm has the guest's lock is
 * refused then; qemu-server takes the SHA-1 of the whole file for that (parse_vm_config). Not for
 * words that a person is to copy: the first of them would spoil the others. -ENOMEM.
 */
int proxmox_only_if(const struct text *before, struct names *words) MUST_CHECK;
