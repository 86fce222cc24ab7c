/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/text.h"

#include <sys/types.h>

/*
 * A guest's definition as it was before advice was followed, and the one that its hypervisor's own
 * tool is to read: files beside the record of `baton install` (setup/record.h), for root alone,
 * because definitions may hold passwords. Nobody takes them away again but a person.
 */
#define BACKUP_PATH_SIZE 320

/*
 * Keeps the text as /var/lib/baton/KEY-DATE-TIME and writes that path to ret. key: of the
 * guest, its ':' become '-'. -EBUSY: an install is at work; and what making files gives.
 */
int backup_write(int root, uid_t owner, const char *key, const struct text *text,
	char ret[BACKUP_PATH_SIZE], struct error *error) MUST_CHECK;

/* Takes one away that has served its purpose. */
void backup_remove(int root, uid_t owner, const char *path);
