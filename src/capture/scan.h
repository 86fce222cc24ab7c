/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* What in a text is an id or an address, by what it looks like. */

enum scanned_kind {
	SCANNED_UUID,      /* 8-4-4-4-12 digits */
	SCANNED_ID,        /* 32 digits, as /etc/machine-id */
	SCANNED_HARDWARE,  /* six or eight pairs with ':' or '-' */
	SCANNED_INTERFACE, /* "enx001122334455": named after its hardware address */
	SCANNED_INET,      /* an address of the internet, one that leads out of the machine */
};

struct scanned {
	enum scanned_kind kind;
	size_t length;
	char id[40]; /* lower case, and for an interface the hardware address */
	char separator;
	const char *dash; /* between the parts of a UUID, as it is or escaped */
	char prefix[4];   /* "enx" */
	uint8_t inet[16];
	unsigned int bits, kept; /* what stays says of which kind it is */
};

/* Does one begin at `at`, where no word goes on? before: what stands in front of it, or a zero. */
bool scan(char before, const char *at, const char *end, struct scanned *ret);

/* How many letters and digits there are. */
size_t scan_word(const char *at, const char *end);

/* One that looks like what was found, for a number; the other address of the internet. */
int scan_write(const struct scanned *found, size_t number, struct text *ret) MUST_CHECK;
int scan_write_inet(const struct scanned *found, struct text *ret) MUST_CHECK;
