/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/text.h"
#include "request/request.h"

#include <stdbool.h>
#include <stddef.h>

/* The guests that the hypervisors of this machine have definitions of, running or not. */

/* Where libvirt has those of its own. */
#define ROSTER_LIBVIRT "/etc/libvirt/qemu"

struct roster_guest {
	char key[GUEST_SIZE];   /* as journals have it: "libvirt:UUID"; empty: not known */
	char title[TITLE_SIZE]; /* "libvirt:win11", "proxmox:100 (win11)" */
	char name[TITLE_SIZE];  /* "win11"; empty: none */
	bool proxmox;
	unsigned int vmid;    /* of Proxmox's */
	char hookscript[512]; /* of Proxmox's: a volume; empty: none */
	struct text devices;  /* "0000:01:00.0 0000:01:00.1", "0000:01:00", "mapping=gpu"; empty */
	struct text problem;  /* why the definition cannot be read; empty: it can */
};

struct roster {
	struct roster_guest *guests;
	size_t count;
};

/*
 * /etc/libvirt/qemu/NAME.xml and /etc/pve/qemu-server/VMID.conf below root, in the order of their
 * names. Templates are left out: they never start. -EACCES, -ENOMEM and what reading directories
 * gives; a definition that is not right is a guest with a problem.
 */
int roster_read(int root, struct roster *ret, struct error *error) MUST_CHECK;
void roster_free(struct roster *roster);

#define AUTO_ROSTER CLEANUP(roster_free)

/*
 * By "100", "proxmox:100", "libvirt:win11" or "win11". -ENOENT: none is called so, -EINVAL: more
 * than one is, and the sentence says how to tell them apart.
 */
int roster_find(const struct roster *roster, const char *word, const struct roster_guest **ret,
	struct error *error) MUST_CHECK;

/* The hookscript in the configuration of one guest of Proxmox, as struct setup asks for it. */
int roster_hookscript(int root, unsigned int vmid, char ret[512], struct error *error) MUST_CHECK;
