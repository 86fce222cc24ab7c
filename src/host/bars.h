/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * The sizes of a device's resizable BARs (PCI Express Base Specification, Resizable BAR; Linux 6.1
 * and newer), in one text: "0=16G,2=256M". What a size may be changed by is resourceN_resize: it is
 * there for those alone that can be, and reading it wakes the device, so it is not read. The sizes
 * themselves stand in `resource`, which asks nobody.
 */

#define BARS_MAX 6

/* Of a name in the device's directory: the BAR's bit if it is "resourceN_resize", otherwise 0. */
unsigned int bars_look(const char *name);

/* Those whose bits are set, of the device whose directory is open; empty: none, or not readable. */
void bars_read(int device, unsigned int resizable, char ret[BARS_SIZE]);

/* The same with one look at the names first. */
void bars_find(int device, char ret[BARS_SIZE]);

/*
 * Takes "2=256M" off the front of *text, and the comma behind it: false at its end, or if that is
 * not what stands there. *ret_size is a power of two from 1M on.
 */
bool bars_take(const char **text, unsigned int *ret_bar, uint64_t *ret_size);

/* The first text with the sizes that the second gives to some of its BARs. -EINVAL: the second has
 * one that the first has not. */
int bars_merge(const char *all, const char *some, char ret[BARS_SIZE]) MUST_CHECK;
