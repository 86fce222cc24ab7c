/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"

/*
 * The journals' files: GUEST.journal in the state directory, which is made with mode 0700 by
 * whoever needs it first. Never follows a symbolic link there, and uses no directory that somebody
 * else owns or may write.
 */

/* 3 bytes for each of the guest's, and ".journal". */
#define STORE_NAME_SIZE 256

/* The file's name: the guest as a token (base/text.h), '/' encoded too. -ENAMETOOLONG. */
int store_name(const char *guest, char ret[STORE_NAME_SIZE]) MUST_CHECK;

/* The guest whose journal that file is: -EINVAL if it is no journal of ours. */
int store_guest(const char *name, char *ret, size_t size) MUST_CHECK;

/* The same for a file of another kind. */
int store_file_name(const char *guest, const char *suffix, char ret[STORE_NAME_SIZE]) MUST_CHECK;

/* -EPERM: somebody else owns the directory, or may write it. */
int store_check_directory(int fd, const char *path, struct error *error) MUST_CHECK;

/* The state directory's fd. create: make it if it is not there; otherwise -ENOENT. */
int store_open(struct machine *machine, bool create, struct error *error) MUST_CHECK;

/* As the ops of the same names. */
int store_list(struct ops *ops, struct names *ret, struct error *error) MUST_CHECK;
int store_read(struct ops *ops, const char *guest, char **ret, size_t *ret_length,
	struct error *error) MUST_CHECK;
int store_create(struct ops *ops, const char *guest, size_t reserve, struct error *error)
	MUST_CHECK;
int store_append(struct ops *ops, const char *guest, const char *data, size_t length,
	struct error *error) MUST_CHECK;
int store_remove(struct ops *ops, const char *guest, struct error *error) MUST_CHECK;

/* When the journal's last line was written, in seconds since 1970. -ENOENT. */
int store_written(struct ops *ops, const char *guest, int64_t *ret_s) MUST_CHECK;
