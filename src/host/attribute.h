/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Attributes of a device whose directory in sysfs is open. The kernel gives an attribute whole in
 * one read, so each is one open and one read: a snapshot reads several hundred. The name is a plain
 * one, and no link is followed.
 */

/* The first line without blanks around it. -ENAMETOOLONG if it does not fit. */
int attribute_read(int device, const char *name, char *ret, size_t size) MUST_CHECK;

/* All that one read gives, terminated: of an attribute that has more, the beginning. */
int attribute_read_whole(int device, const char *name, char *ret, size_t size) MUST_CHECK;

/* The same of one whose directory is not open: for who wants no other of that device. */
int attribute_read_alone(int root, const char *path, char *ret, size_t size) MUST_CHECK;

/* For what may well not be there, or not be for us: then it is empty. */
void attribute_read_if_any(int device, const char *name, char *ret, size_t size);

/* A number, 0x in front or not; 0 if there is none. */
uint64_t attribute_number(int device, const char *name, int base);
