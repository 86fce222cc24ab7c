/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/finding.h"

/*
 * What keeps libvirt's daemon from executing a hook although root could.
 *
 * AppArmor (usr.sbin.libvirtd, usr.sbin.virtqemud): programs in /bin, /sbin, /usr/bin and /usr/sbin
 * and files that stand in /etc/libvirt/hooks; what a link there leads to counts by its own path.
 *
 * SELinux (Fedora's policy, virt.fc and virt_hooks_unconfined): what is below /etc/libvirt/hooks
 * has the type virt_hook_t, and the daemons of libvirt's modular form may run it only while the
 * boolean virt_hooks_unconfined is on. Whether that is enough depends on the policy's version, so
 * on a machine that enforces there is always a warning.
 *
 * path: the program itself, at the end of all links.
 */
void confinement_look(int root, const char *path, struct findings *findings);
