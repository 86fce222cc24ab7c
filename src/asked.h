/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "plan/plan.h"
#include "run/ops.h"

/*
 * Asks the machine for what a plan has to know beyond the snapshot, but for what is known of the
 * guest. The caller frees *ret_up, which *ret points to.
 */
int asked_fill(struct ops *ops, const struct host *host, const struct request *request,
	struct asked *ret, struct names *ret_up, struct error *error) MUST_CHECK;
