/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/* Every part at its longest. */
#define HOLDER_TEXT_SIZE 768

/*
 * What the holder does to its device, with all that names it; completes the sentence "DEVICE ...":
 * "is open in pipewire (process 812 of alice, user@1000.service, pipewire.service,
 * snd/controlC0)", "carries the file system mounted on /srv (sda1)". What makes it go is
 * holder_remedy's.
 */
void holder_format(const struct holder *holder, char ret[HOLDER_TEXT_SIZE]);

/* How a process holds a node, in a word for tables and JSON: "open", "mapped", "buffer",
 * "directory", "file". */
const char *holder_way_name(enum holder_way way);
