/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/*
 * libvirt's hooks for QEMU's guests, in the order in which libvirt runs them: first hooks/qemu,
 * then every executable file in hooks/qemu.d, ordered byte by byte (virHookCall in
 * src/util/virhook.c). Directories in qemu.d mean nothing to libvirt; where there is a hooks/qemu
 * they are usually a tree that it runs, qemu.d/GUEST/prepare/begin/..., so these files are listed
 * too, after the hooks.
 */
#define HOOK_DIRECTORY   "/etc/libvirt/hooks"
#define HOOK_FIRST       HOOK_DIRECTORY "/qemu"
#define HOOK_D           HOOK_DIRECTORY "/qemu.d"
#define HOOK_LOOKED_INTO ((size_t)64 << 10) /* bytes of a hook in which words are looked for */

struct hook {
	char *path;
	bool by_libvirt;   /* run by libvirt itself, not by hooks/qemu */
	struct stat stat;  /* of the file, links followed */
	long long since_s; /* when it came there: seconds since 1970 */
	long since_ns;
	const char
		*word; /* what says that it hands over devices itself: "/unbind"; NULL: nothing */
};

struct hooks {
	struct hook *items;
	size_t count;
};

/* No directory: no hooks. -ENOMEM, -E2BIG, and what reading directories gives. *ret is untouched on
 * failure. */
int hooks_read(int root, struct hooks *ret, struct error *error) MUST_CHECK;
void hooks_free(struct hooks *hooks);

#define AUTO_HOOKS CLEANUP(hooks_free)
