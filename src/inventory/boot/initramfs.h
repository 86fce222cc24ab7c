/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/boot/line.h"

/* Who makes the initramfs, and which modules it is told to have (contracts.md E). */
enum initramfs_kind {
	INITRAMFS_TOOLS,
	INITRAMFS_DRACUT,
	INITRAMFS_MKINITCPIO,
	INITRAMFS_BOOSTER,
	INITRAMFS_UNKNOWN,
	INITRAMFS_KIND_COUNT,
};

struct initramfs {
	enum initramfs_kind kind;
	const char *name;
	const char *program;       /* is there where it is */
	const char *configuration; /* the same, where programs are not to be seen */
	const char *command;       /* makes all of them again */
	const char *make[4];       /* the same as the program's path and its words */
	bool tried; /* with baton, on a machine that then started: docs/HARDWARE.md */
};

extern const struct initramfs initramfses[INITRAMFS_KIND_COUNT];

/* The one that is here: of several, the first that has its program. */
const struct initramfs *initramfs_find(int root);

/* Appends the lines that name modules, as BOOT_LINE_EARLY, _INCLUDED and _IGNORED. -ENOMEM. */
int initramfs_read(int root, const struct initramfs *initramfs, struct boot_lines *ret) MUST_CHECK;
