/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"

/*
 * As the op: who has one of a device's virtual functions. All kinds of holders count, network
 * interfaces among them, and nobody is waited for: what is to let go of a device does not help
 * here, since a plan stops nobody for their sake.
 */
int functions_prove_free(struct ops *ops, const char *address, struct error *error) MUST_CHECK;
