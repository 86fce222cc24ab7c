/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "plan/plan.h"

/* The plan or its refusals as JSON. */
int report_plan_json(const struct plan *plan, struct text *ret, struct error *error) MUST_CHECK;
