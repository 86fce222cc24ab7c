/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "strike.h"

/* What baton promises at the end of each of its processes (strike.h). What is broken goes to
 * strike->wrong; strike->clean says whether it is as before to the last line. */

/* As before; final: nothing fails any more, so that not even a journal without steps may stay. */
void promise_as_before(struct strike *strike, const struct cards *cards, bool final);

/* The journal names every device that is not as before. */
void promise_named(struct strike *strike, const struct cards *cards);

/* A QEMU that starts now could have all of them. */
void promise_guest_starts(struct strike *strike, const struct cards *cards);
