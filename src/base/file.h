/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reading below a directory. Paths are relative to the directory fd `dir` (a captured machine's
 * root or the real one) and symbolic links never lead out of it (openat2, RESOLVE_IN_ROOT).
 * Everything read has a limit.
 */

/*
 * Opens a path below dir with these flags of open(2), and O_CLOEXEC. "/etc" and "etc" are the same
 * place. Returns the fd or -errno.
 */
int path_open(int dir, const char *path, int flags) MUST_CHECK;

/* Opens a directory for reading below dir. Returns the fd or -errno. */
int dir_open(int dir, const char *path) MUST_CHECK;

/* The same, to be gone through with readdir(3). -errno. */
int dir_stream(int dir, const char *path, DIR **ret) MUST_CHECK;
void dir_close(DIR **stream);

/*
 * Calls found with the name of each entry of an open directory, in the kernel's order, without "."
 * and "..", until it returns other than 0; returns that, or -errno. For a directory with few
 * entries, of which there are thousands: a stream costs as much again as going through it.
 */
int dir_each(int fd, int (*found)(void *context, const char *name), void *context) MUST_CHECK;

#define AUTO_DIR CLEANUP(dir_close)

/*
 * Opens a root that a person named: "/" or the top of a captured machine.
 * Returns the fd or -errno.
 */
int root_open(const char *path) MUST_CHECK;

/* The whole file, terminated; -EFBIG above limit bytes. The caller frees *ret. */
int file_read(int dir, const char *path, size_t limit, char **ret, size_t *ret_length) MUST_CHECK;

/* The same in two halves, for a file that is looked at before it is read. A FIFO or a device in a
 * file's place does not block the opening. */
int file_open(int dir, const char *path) MUST_CHECK;

/* An entry of the directory itself, which is not a link: no other is opened. The fd or -errno. */
int entry_open(int dir, const char *name) MUST_CHECK;

/* What comes from an open file or pipe until its end, terminated; -EFBIG above limit bytes. */
int stream_read(int fd, size_t limit, char **ret, size_t *ret_length) MUST_CHECK;

/* The first line without its newline and blanks around it; -ENAMETOOLONG if it does not fit. */
int file_read_line(int dir, const char *path, char *ret, size_t size) MUST_CHECK;

/* A number in the given base (0: 0x and 0 prefixes decide). */
int file_read_number(int dir, const char *path, int base, uint64_t *ret) MUST_CHECK;
int file_read_signed(int dir, const char *path, int64_t *ret) MUST_CHECK;

/* Where the symbolic link leads to; -EINVAL if it is none, -ENAMETOOLONG. */
int link_read(int dir, const char *name, char *ret, size_t size) MUST_CHECK;

/* The same of a path below the directory: neither a link nor a mount point on the way to it is
 * followed, so nothing on another machine is asked. */
int link_read_near(int dir, const char *path, char *ret, size_t size) MUST_CHECK;

/* The last component of what the symbolic link points to: how sysfs names drivers and groups. */
int link_read_name(int dir, const char *path, char *ret, size_t size) MUST_CHECK;

bool file_exists(int dir, const char *path);

/* Names, or words. names_read: those in a directory, sorted, without "." and "..". */
struct names {
	char **names;
	size_t count;
};

int names_read(int dir, const char *path, struct names *ret) MUST_CHECK;
int names_add(struct names *names, const char *name) MUST_CHECK;
void names_sort(struct names *names);
bool names_has(const struct names *names, const char *name);
void names_free(struct names *names);

#define AUTO_NAMES CLEANUP(names_free)
