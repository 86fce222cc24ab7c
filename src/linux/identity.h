/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"

/* What stands at an address, and the ids by which vfio-pci was told to take it. As the ops. */
int identity_find(struct ops *ops, const char *address, struct identity *ret, struct error *error)
	MUST_CHECK;
int identity_forget(struct ops *ops, const char *address, struct error *error) MUST_CHECK;
