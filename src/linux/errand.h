/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/errand.h"

/*
 * Begins an errand. It has nothing of ours open but standard error, where everything that it prints
 * goes, and also what keeps a program from being executed or a unit from starting.
 */
int errand_begin(const struct errand *errand, struct errand_child *ret, struct error *error)
	MUST_CHECK;

/*
 * Has it ended? Its exit code, or 128 and the number of the signal that it died of; 127 if it could
 * not be executed, 1 for a unit's job that failed. -EAGAIN: it is still at it. After an answer
 * there is no errand any more.
 */
int errand_end(struct errand_child *child) MUST_CHECK;
