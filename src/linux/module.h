/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"

/*
 * Loads what modprobe would load for the name (of a module or an alias), with the options of
 * modprobe.d and what it depends on. An alias may stand for several modules; they are loaded one
 * after the other until the PCI driver (NULL: none) is there. 0 if something was loaded or was
 * there already; -ENOENT if there is no such module; -EPERM if modprobe.d blacklists the alias. May
 * block: the worker calls it.
 */
int module_load(struct machine *machine, const char *name, const char *driver, struct error *error)
	MUST_CHECK;
