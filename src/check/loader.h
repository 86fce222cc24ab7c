/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "check/look.h"

/* The longest command line (COMMAND_LINE_SIZE), and a sentence around it. */
#define LOADER_WORDS_SIZE  2048
#define LOADER_REMEDY_SIZE (LOADER_WORDS_SIZE + 512)

/*
 * What a person does to add words to the kernel's command line, or to take them away, with this
 * machine's boot loader (inventory/boot/loader.h). Writes into ret and returns it.
 */
const char *loader_add(const struct look *look, const char *words, char ret[LOADER_REMEDY_SIZE]);
const char *loader_remove(const struct look *look, const char *words, char ret[LOADER_REMEDY_SIZE]);

/* The command that makes the initramfs again. */
const char *initramfs_command(const struct look *look);
