/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * Aliases: which module fits which device, as depmod gathered it in modules.alias ("alias
 * pci:v000010DEd*sv*sd*bc03sc*i* nouveau") and the kernel's build in modules.builtin.modinfo.
 */
struct alias {
	char pattern[LABEL_SIZE];
	char module[MODULE_SIZE];
};

struct aliases {
	struct alias *aliases;
	size_t count;
};

/*
 * Adds those aliases of a modules.alias whose pattern begins with prefix ("vfio_pci:") and matches
 * modalias, which has the same prefix; modalias NULL: all with the prefix. -ENOMEM. Lines that are
 * no aliases are passed over.
 */
int aliases_parse(const char *data, size_t length, const char *prefix, const char *modalias,
	struct aliases *aliases) MUST_CHECK;

/* The same for a modules.builtin.modinfo: "MODULE.alias=PATTERN", separated by zeros. */
int aliases_parse_builtin(const char *data, size_t length, const char *prefix, const char *modalias,
	struct aliases *aliases) MUST_CHECK;

/* Adds one, unless a part of it is empty or too long to be one. -ENOMEM. */
int aliases_add(struct aliases *aliases, const char *pattern, const char *module) MUST_CHECK;
void aliases_free(struct aliases *aliases);

#define AUTO_ALIASES CLEANUP(aliases_free)

/*
 * The alias that fits best: the fewest wildcards, of equals the first
 * (libvirt: virPCIDeviceFindBestVFIOVariant). NULL if none fits.
 */
const struct alias *aliases_best(const struct aliases *aliases, const char *modalias);

/* "lib/modules/KERNEL/NAME" whole; -ENOENT. */
int module_file_read(int root, const char *kernel, const char *name, char **ret, size_t *ret_length)
	MUST_CHECK;
