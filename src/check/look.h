/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/file.h"
#include "base/text.h"
#include "check/check.h"
#include "host/lines.h"
#include "inventory/boot/boot.h"

/*
 * What those who look have in common. Nobody is told of what cannot be read: what is not there to
 * be seen (below another root, or without root) is no finding.
 */
struct look {
	const struct checkup *on;
	int root; /* on->root */
	const struct host *host;
	struct findings findings;
	bool skipped;        /* the last finding was not asked for */
	struct boot boot;    /* what happens when the machine starts */
	struct text command; /* of look_command */
	int r;               /* -ENOMEM sticks */
};

/* A finding with the level that the table has for that id. */
void look_add(struct look *look, const char *id, const char *subject, const char *remedy,
	const char *reason, ...) PRINTF(5, 6);

/*
 * A command for people to copy: format with a word in the place of its only %s, quoted as far as a
 * shell asks for it. Valid until the next call; NULL: no memory, which sticks.
 */
const char *look_command(struct look *look, const char *format, const char *word);

/* Where the last one is to be seen. */
void look_at(struct look *look, const char *file, unsigned int line, const char *value);

/* Those of others (setup/door.h), as far as they are warnings or errors with an id. */
void look_take(struct look *look, const struct findings *findings);

/* Keeps -ENOMEM, and forgets everything else. */
void look_keep(struct look *look, int r);

/* Has the finding been told of that line already? One may fit every function of a card. */
bool look_has_told(const struct look *look, const char *id, const char *file, unsigned int line);

/* What follows "KEY=" on the kernel's command line (inventory/boot/command_line.h). */
const char *look_argument(const struct look *look, const char *key);

/* The word itself is there. */
bool look_has_argument(const struct look *look, const char *word);

/* The first line of a file; false: there is none, or it cannot be read. */
bool look_line(const struct look *look, const char *path, char *ret, size_t size);

/* Does the guest that is asked for run? Then it has its memory, and its devices, already. Only one
 * with a device can be seen to. */
bool look_runs(const struct look *look);

/* A directory that is there, so that what is not in it is not there. */
bool look_knows(const struct look *look, const char *directory);

/* Is it a file below one of these directories? */
bool look_find(const struct look *look, const char *const *paths, size_t count);

/* A function with a picture, but no virtual one: what stands for a card. */
bool is_graphics(const struct device *device);

/* Is the device part of a card with such a function? */
bool is_of_card(const struct host *host, const struct device *device);

/* Is it on its host driver, so neither free nor on VFIO? */
bool is_on_host_driver(const struct device *device);

#define KERNEL_COMMAND_LINE "/proc/cmdline"
