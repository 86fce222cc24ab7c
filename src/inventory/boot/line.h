/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/lines.h"

/* A line of a configuration file that has a say in what happens at boot, and which say. */
enum boot_line_kind {
	BOOT_LINE_WORD,      /* a word that the kernel's command line is to have */
	BOOT_LINE_UNKNOWN,   /* sets the command line, but to what only a shell could say */
	BOOT_LINE_EARLY,     /* loads a module in the initramfs, before the devices' own */
	BOOT_LINE_INCLUDED,  /* puts a module into the initramfs */
	BOOT_LINE_LOADED,    /* loads a module when the system starts */
	BOOT_LINE_OPTIONS,   /* gives a module parameters */
	BOOT_LINE_BEFORE,    /* has modprobe load VFIO before this module */
	BOOT_LINE_ALIAS,     /* has VFIO loaded for devices in the place of their own module */
	BOOT_LINE_BLACKLIST, /* keeps a module from being loaded for a device's sake */
	BOOT_LINE_INSTALL,   /* runs a command in the place of loading a module */
	BOOT_LINE_ASSIGNED,  /* gives a function to VFIO in the initramfs: baton's own */
	BOOT_LINE_IGNORED,   /* does nothing here, whatever its author meant */
};

struct boot_line {
	enum boot_line_kind kind;
	char *path;          /* absolute */
	unsigned int number; /* 0: the whole file */
	char *text;          /* the word; the line */
	char *module;        /* with '_' for '-'; NULL: none */
};

/* Starts as {0}. */
struct boot_lines {
	struct boot_line *all;
	size_t count;
};

#define BOOT_LINES_MAX 4096

/* Copies what it is given. -ENOMEM; more than BOOT_LINES_MAX are dropped. */
int boot_lines_add(struct boot_lines *lines, const struct boot_line *line) MUST_CHECK;
void boot_lines_free(struct boot_lines *lines);

#define AUTO_BOOT_LINES CLEANUP(boot_lines_free)

const char *boot_line_kind_name(enum boot_line_kind kind); /* "early": in JSON */

/* The first of that kind for that module, or NULL. */
const struct boot_line *boot_lines_find(
	const struct boot_lines *lines, enum boot_line_kind kind, const char *module);

/* Is the line, of the kind BOOT_LINE_ALIAS, for the device of that modalias? */
bool boot_line_fits(const struct boot_line *line, const char *modalias);

/* Does a line of this kind keep its module from being loaded, and do nothing else? */
bool boot_line_keeps_away(const struct boot_line *line);
