/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/file.h"
#include "base/text.h"
#include "host/lines.h"

/*
 * Takes out of a configuration file's text what others' set-ups have left in it: whole lines and
 * whole words of lists, with the blanks that would be too many. All else stays, to the byte. Each
 * writes the new text into *ret, which is empty. -EINVAL: it is not there, or not so that one could
 * be certain of what would be left; -ENOMEM.
 */

/* A file of single lines, and one line of it. */
struct take_place {
	const char *data;
	size_t length;
	struct source_line line;
	bool wrapped; /* joined by backslashes also through comments: modprobe's */
	bool single;  /* its readers know of no lines that are joined */
};

int take_line(const struct take_place *place, struct text *ret) MUST_CHECK;

/* "options vfio-pci ids=a,b": these ids. With the last one its word goes, and the line with that.
 */
int take_ids(const struct take_place *place, const struct names *ids, struct text *ret) MUST_CHECK;

/* "options nouveau modeset=0 runpm=0": these words; without any the line goes. */
int take_parameters(const struct take_place *place, const struct names *words, struct text *ret)
	MUST_CHECK;

/* "softdep nvidia pre: vfio-pci": what begins with "vfio" of what comes before. */
int take_softdep(const struct take_place *place, struct text *ret) MUST_CHECK;

/* "modules_force_load: vfio_pci,vfio" in YAML: these words. */
int take_from_yaml(const struct take_place *place, const struct names *words, struct text *ret)
	MUST_CHECK;

/*
 * MODULES=(vfio_pci vfio), force_drivers+=" vfio_pci " and their like (inventory/boot/shell.h):
 * these words of the assignment in that line. One that adds nothing any more goes with its line.
 */
int take_from_list(const struct take_place *place, const char *variable, const struct names *words,
	struct text *ret) MUST_CHECK;
