/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/finding.h"
#include "setup/change.h"

#include <sys/stat.h>
#include <sys/types.h>

/*
 * A door is a link to one of baton's programs, at the place where a hypervisor looks for hooks:
 * libvirt in qemu.d, Proxmox among the snippets of the storage "local", where a guest's option
 * hookscript names it.
 */

#define PROXMOX_VOLUME "local:snippets/baton"

struct door {
	const char *name;           /* of its hypervisor: "libvirt" */
	const char *hypervisor;     /* a directory that is there where the hypervisor is */
	const char *directories[2]; /* those on the way to the link that may have to be made */
	const char *link;
	const char *program;
};

extern const struct door door_libvirt_place, door_proxmox_place;

bool door_is_here(int root, const struct door *door); /* the hypervisor, that is */

/* Does the link lead to the program? */
bool door_is_installed(int root, const struct door *door);

/*
 * Adds what has to be changed for the door to be there, which is nothing if it is, and what there
 * is to say about it. Whatever would make it useless or dangerous is a finding that is an error:
 * the program is not there or cannot be executed, others than the owner can write it or the place
 * of the link, or something else stands there. -errno only if it could not be looked at.
 */
int door_look(int root, uid_t owner, const struct door *door, struct changes *changes,
	struct findings *findings, struct error *error) MUST_CHECK;

/*
 * Of libvirt's other hooks, warnings and errors: those that seem to hand over devices too, and a
 * daemon that was started before there was one. program: baton's own, whose door may be installed
 * twice; NULL: it has none.
 */
int door_look_hooks(int root, const struct stat *program, struct findings *findings,
	struct error *error) MUST_CHECK;

/* The same for baton's configuration: who can write it decides what is handed over. */
void door_look_configuration(int root, uid_t owner, struct findings *findings);
