/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"

/* As the op. One look serves the whole group, as long as nobody opens anything (vigil.h). */
int prove_free(struct ops *ops, const char *address, struct error *error) MUST_CHECK;

/* A look at the whole machine, which a vigil preceded, found what is in host. */
void proof_note(struct machine *machine, const struct host *host);
