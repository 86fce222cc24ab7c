/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <limits.h>

#include "advise/proposal.h"
#include "front/select.h"
#include "setup/backup.h"

/* What `baton advise` has in hand. */
struct advise_session {
	const struct invocation *invocation;
	struct session session;
	struct host host;
	struct ground ground;
	struct definition guest;
	struct model *model;
	struct text definition;
	char path[PATH_MAX]; /* where it stands */
	struct address cards[REQUEST_DEVICES_MAX];
	struct wishes wishes;
	struct proposal proposal;
};

/* The same as data: session.root, host and guest are what it needs, and the model is somebody's to
 * be filled. -EINVAL and what reading files gives. (advise_read.c) */
int advise_read_definition(struct advise_session *advise, struct error *error) MUST_CHECK;

/* Reads the definition of advise->guest into text and model. RESULT_DONE, or a sentence has been
 * printed. (advise_read.c) */
enum result advise_read(struct advise_session *advise);

/* Has the hypervisor's own tool make the proposal's changes, once what was is kept.
 * (advise_apply.c)
 */
enum result advise_apply(struct advise_session *advise);
