/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "check/look.h"

#define LOADER_REMEDY_SIZE 384

/*
 * The command that adds words to the kernel's command line, or takes them away, with this machine's
 * boot loader (contracts.md E, A7). Writes into ret and returns it.
 */
const char *loader_add(const struct look *look, const char *words, char ret[LOADER_REMEDY_SIZE]);
const char *loader_remove(const struct look *look, const char *words, char ret[LOADER_REMEDY_SIZE]);

/* The file that the command line is written in; NULL: it is not known. */
const char *loader_file(const struct look *look);

/* The command that makes the initramfs again. */
const char *initramfs_command(const struct look *look);
