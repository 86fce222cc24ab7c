/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/text.h"
#include "plan/problem.h"
#include "plan/step.h"

/*
 * What may go wrong with a plan that can be carried out: data, like a refusal, and the same in text
 * and in JSON. It stops nothing.
 */
struct warning {
	char subject[SUBJECT_SIZE];    /* the address */
	const struct problem *problem; /* and what is known of it */
};

/* "0000:03:00.0 is a Vega card ...: REMEDY (known problem amd-reset-vega)". -ENOMEM */
int warning_format(const struct warning *warning, struct text *ret) MUST_CHECK;
