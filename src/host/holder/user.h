/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Users by the text of /etc/passwd alone: whom only a directory service knows is a number, because
 * asking it could take for ever.
 */

#define USER_SIZE 32 /* as useradd has it: 31 characters */

/* The name of a user. -ENOENT: it is not there, or longer than USER_SIZE. */
int user_name_parse(const char *passwd, uint32_t uid, char ret[USER_SIZE]) MUST_CHECK;

/* Who runs a process, from the text of its /proc/PID/status: the real user. -EINVAL. */
int status_uid_parse(const char *status, uint32_t *ret) MUST_CHECK;
