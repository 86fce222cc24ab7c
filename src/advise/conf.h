/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

#include <stdbool.h>

/*
 * The lines "KEY: VALUE" of a configuration of Proxmox's, as text: only the main section, which
 * ends at the first [heading]. A key that is there twice has its last value.
 */

#define CONF_VALUE_SIZE 1024
#define CONF_KEY_SIZE   32

/* The value without blanks around it. false, and an empty text: no such key, or it does not fit. */
bool conf_get(const struct text *document, const char *key, char ret[CONF_VALUE_SIZE]);

/*
 * Gives the key that value, where it stands or else where Proxmox would write it (it sorts keys);
 * NULL: takes it away. All other lines stay. -ENOMEM.
 */
int conf_set(struct text *document, const char *key, const char *value) MUST_CHECK;

/* The next key of the main section: 1, or 0 at the end. *at starts at 0. */
int conf_next(const struct text *document, size_t *at, char ret[CONF_KEY_SIZE]);

/* A part of a property string, "host,hidden=1": of the key, or of the part that has none (NULL). */
bool property_get(const char *properties, const char *key, char ret[CONF_VALUE_SIZE]);

/*
 * The same with that value for the key, or, if value is NULL, without it. A part without a key
 * (key NULL) comes first. -ENAMETOOLONG.
 */
int property_set(const char *properties, const char *key, const char *value,
	char ret[CONF_VALUE_SIZE]) MUST_CHECK;
