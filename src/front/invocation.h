/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "front/command.h"

/* What stands on a command line behind the command, for command.c: the options that all commands
 * choose from, with their help, and the words after them. */

/* Reads argv, of which the command is the first. -1: go on; otherwise the exit code, after --help
 * or a complaint. */
int invocation_read(
	struct invocation *invocation, const struct command *command, int argc, char **argv);
