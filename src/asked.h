/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "plan/plan.h"
#include "run/ops.h"

/* What the names stand in that *asked points to. */
struct answers {
	struct names up, silent;
};

void answers_free(struct answers *answers);

#define AUTO_ANSWERS CLEANUP(answers_free)

/*
 * Asks the machine for what a plan has to know beyond the snapshot, but for what is known of the
 * guest. A user's manager that does not answer is data for the plan, and no error. The caller frees
 * *ret_answers, which *ret points to.
 */
int asked_fill(struct ops *ops, const struct host *host, const struct request *request,
	struct asked *ret, struct answers *ret_answers, struct error *error) MUST_CHECK;
