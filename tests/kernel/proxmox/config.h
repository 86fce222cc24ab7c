/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * /etc/pve/qemu-server/VMID.conf, as much of it as the tests need (contracts.md A4): the main
 * section, [PENDING], and whatever else there is as text that is kept as it is.
 */

#define ENTRIES_MAX 64
#define KEY_SIZE    32
#define VALUE_SIZE  512
#define REST_SIZE   16384

struct entry {
	char key[KEY_SIZE];
	char value[VALUE_SIZE];
};

struct section {
	struct entry entries[ENTRIES_MAX];
	size_t count;
};

struct config {
	unsigned int vmid;
	struct section main, pending;
	char rest[REST_SIZE]; /* snapshots and other sections, with their headers */
};

bool config_exists(unsigned int vmid);
bool config_read(unsigned int vmid, struct config *ret);
bool config_write(const struct config *config);

/* Is this, in hexadecimal, the SHA-1 of the whole file? */
bool config_has_digest(unsigned int vmid, const char *digest);

/* The value of a key; NULL: it is not there. */
const char *section_get(const struct section *section, const char *key);

/* Sets a key, or with a NULL takes it away. */
bool section_set(struct section *section, const char *key, const char *value);

/* What is pending becomes the main section, and is written. */
bool config_apply_pending(struct config *config);
