/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"

/*
 * Leaves the login session that we were called in, because what we are going to do may end it: from
 * here on a child goes on, in a scope of its own and without the terminal; we only wait for it,
 * pass on what people send, and end as it does, or with the session. Returns 0 in that child;
 * -errno, also there, if there can be no such scope: nothing should be tried then.
 */
int aside_step(struct error *error) MUST_CHECK;
