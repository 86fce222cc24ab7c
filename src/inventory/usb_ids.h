/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * The names of USB devices, from the file that lsusb uses: for those that do not say their own. The
 * file is as pci.ids is.
 */

/* "Logitech, Inc. Unifying Receiver"; false: it has no name for that id ("046d:c52b"), not even of
 * its maker. */
bool usb_ids_find(const char *data, const char *id, char ret[LABEL_SIZE]);

/* The whole file; the caller frees *ret. -ENOENT: there is none. */
int usb_ids_read(int root, char **ret) MUST_CHECK;
