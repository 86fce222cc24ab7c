/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "front/session.h"
#include "plan/known.h"

/*
 * A guest's definition has addresses, and addresses move. So what stood there when the guest was
 * last given its devices is remembered, and the next time another device there is refused
 * (plan/former.c) until a person has decided.
 */

/*
 * detach() for a guest that has a definition. What cannot be remembered, or read, is complained
 * about and then does not matter.
 */
enum result session_hand_over(struct session *session, const struct request *request,
	const char *door, struct error *error);

/* Its first half, for whoever only plans: *ret, which must outlive the plan's making. */
void session_recall(struct session *session, const struct request *request, struct known *ret);
