/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/* May a process with that name (comm) be a QEMU? "qemu-system-x86", "kvm": as distributions have
 * it. */
bool qemu_is(const char *comm);

/*
 * What a QEMU calls its guest, by its command line, whose words end with a zero byte each: Proxmox
 * VE's number ("-id 100"), or else its name ("-name guest=win11,debug-threads=on"). -ENOENT: it
 * says nothing, or too much for ret.
 */
int qemu_guest_parse(const char *command_line, size_t length, char ret[LABEL_SIZE]) MUST_CHECK;
