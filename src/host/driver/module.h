/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/* Every module that the kernel has, built in or loaded, ordered by name. */
int modules_read(int root, struct module **ret, size_t *ret_count, struct error *error) MUST_CHECK;
void modules_free(struct module *modules, size_t count);

/*
 * Fills in counts and holders of the modules, which are ordered by name, from a /proc/modules:
 * "NAME SIZE REFERENCES HOLDER,HOLDER, STATE ADDRESS (TAINTS)". Lines of others are passed over.
 * from_outside[i] is set for modules that are not of the kernel's tree.
 */
int modules_parse(char *data, struct module *modules, size_t count, bool *ret_from_outside)
	MUST_CHECK;

/* '-' and '_' are alike in names of modules; the kernel writes '_'. */
void module_name_normalize(char *name);
