/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "front/definition.h"
#include "front/session.h"

/* The devices that words on a command line mean. */

/*
 * Adds the devices of the words to the request: a slot or a card stands for all of its functions
 * that are there, a guest for what its definition asks for. host tells which.
 */
enum result select_words(const struct session *session, const struct host *host, char **words,
	size_t word_count, struct request *request);

/* Adds a device, or every function of a slot that host has; of none, the address as it stands. */
int select_add(const struct host *host, const struct selection *selection, struct request *request,
	struct error *error) MUST_CHECK;

/*
 * A whole request, with the policy of the guest if there is one guest alone. door: by which door it
 * is asked for, "hand" or "rehearsal", and then it is named after that and its first device, of
 * which there has to be one; NULL: as the guest's own door would, or by hand.
 */
enum result select_request(struct session *session, const struct host *host,
	const struct invocation *invocation, const char *door, struct request *ret);

/*
 * What acts begins with: the same on the machine as it is now, whose steps are told from here on,
 * and of which the report speaks. ret_host: what was there.
 */
enum result select_here(struct session *session, const struct invocation *invocation,
	const char *door, struct host *ret_host, struct request *ret);

/* Is the word written with a door, so that it can be nothing but a guest? */
bool select_is_guest(const char *word);

/*
 * The guest that a word of a command line names: 1 and *ret, or 0: it is an address, a card or
 * nothing that is known. -EINVAL: it could be a card or a guest; and as definition_find, but a word
 * that could be a card does not have to be a guest (-ENOENT, -EACCES; of a card, all but -EINVAL).
 */
int select_guest(const struct session *session, const char *word, struct definition *ret,
	struct error *error) MUST_CHECK;

/* The key of the guest that has a journal and is meant: as journals have it, or as it is
 * configured. -ENOENT: none. */
int select_journal(const struct session *session, const char *word, char ret[GUEST_SIZE],
	struct error *error) MUST_CHECK;

/* The plan for a request: on the machine as it is, or, of a captured one and without root, from
 * files alone. It is handover.plan then. -EBUSY as in preview (handover.h). */
int plan_for(struct session *session, struct host *host, const struct request *request,
	bool captured, struct error *error) MUST_CHECK;

/* baton plan, and what --dry-run shows of others: the plan for such a request. */
int plan_show(const struct invocation *invocation, const char *door);
