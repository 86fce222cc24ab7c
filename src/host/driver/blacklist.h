/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/file.h"

/*
 * Modules that are not loaded for a device's sake: "blacklist NAME" in the files of modprobe.d, and
 * modprobe.blacklist= on the kernel's command line (modprobe.d(5)). Names are kept with '_'.
 */
int blacklist_read(int root, struct names *ret) MUST_CHECK;

/* Adds what one file of modprobe.d says. */
int blacklist_parse(char *data, struct names *names) MUST_CHECK;

/* Adds what a command line says. */
int blacklist_parse_command_line(char *data, struct names *names) MUST_CHECK;

bool blacklist_has(const struct names *names, const char *module);
