/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The address of one PCI function, as the kernel writes it: 0000:01:00.0. */
struct address {
	uint32_t domain;
	uint8_t bus;
	uint8_t slot;
	uint8_t function;
};

/* Eight digits of domain at most (the kernel's domains are ints; VMD uses 10000), and a zero. */
#define ADDRESS_SIZE 20

/* "0000:01:00.0", or "01:00.0" for domain 0000; upper or lower case. -EINVAL. ret untouched then.
 */
int address_parse(const char *text, struct address *ret) MUST_CHECK;

/* Writes the kernel's form into ret and returns ret. */
const char *address_format(struct address address, char ret[ADDRESS_SIZE]);

/* Orders like the numbers: negative, 0, positive. */
int address_compare(struct address a, struct address b);

/* Do the two belong to one slot, that is, to one card? */
bool address_same_slot(struct address a, struct address b);

/* In ascending order. */
void address_sort(struct address *addresses, size_t count);
