/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/errand.h"

/*
 * Waits until somebody presses Enter on the terminal that is our standard input, SIGHUP,
 * SIGINT or SIGTERM comes, or the time is over. Without a terminal, or once it is gone, the other
 * two are left. From here on these signals do not end this process any more, so that what follows
 * is not cut short by an impatient person.
 */
int pause_wait(unsigned int timeout_ms, enum pause_end *ret, struct error *error) MUST_CHECK;
