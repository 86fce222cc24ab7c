/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The functions that vfio-pci gets in the initramfs, by address and identity: one line each in
 * /etc/baton/assigned, "0000:01:00.0 10de:2204 1043:87b3 030000": address, vendor and device, those
 * of the subsystem, class; lower-case and with single blanks, as `baton boot assign` writes it.
 * Lines that begin with '#', and empty ones, say nothing. A line without its end may be one of
 * which a part is missing, so it counts as broken.
 *
 * The C library is all that this needs: it is part of what runs in the initramfs.
 */
#define ASSIGNED_FILE         "/etc/baton/assigned"
#define ASSIGNED_MAX          256
#define ASSIGNED_SIZE_MAX     (64U << 10) /* of the file */
#define ASSIGNED_LINE_SIZE    64
#define ASSIGNED_ADDRESS_SIZE 20

struct assigned {
	char address[ASSIGNED_ADDRESS_SIZE];
	uint16_t vendor, device, subsystem_vendor, subsystem_device;
	uint32_t class; /* 24 bits */
};

/* Where a reader is. Starts as {.data, .length}. */
struct assigned_reader {
	const char *data;
	size_t length;
	size_t at;
	unsigned int line; /* of what was found last, from 1 */
};

enum assigned_found {
	ASSIGNED_END,
	ASSIGNED_FOUND,
	ASSIGNED_BROKEN, /* this line is none; those behind it may be */
};

/* *ret is touched only if one is found. */
enum assigned_found assigned_next(struct assigned_reader *reader, struct assigned *ret);

/* The line, with its newline. */
void assigned_format(const struct assigned *assigned, char ret[ASSIGNED_LINE_SIZE]);
