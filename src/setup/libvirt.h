/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"
#include "host/hook.h"

/*
 * Which libvirt is here, and does it know of its hooks?
 */

/* libvirt reads qemu.d since 6.5.0 (docs/hooks.rst). */
#define LIBVIRT_QEMU_D 6005

/*
 * 1000 times the major plus the minor version of the library below root: libvirt.so.0 is a link to
 * libvirt.so.0.9000.0 where libvirt is 9.0.0 (LIBVIRT_VERSION_INFO in its meson.build). 0: not
 * found.
 */
unsigned int libvirt_version(int root);

/*
 * libvirt looks whether there are hooks when it starts, and calls none if there was none
 * (virHookInitialize). The name of the unit of a daemon that runs and has seen none of these, or
 * NULL. When it started is when its file in /run was written.
 */
const char *libvirt_unaware(int root, const struct hooks *hooks);
