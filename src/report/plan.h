/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "plan/plan.h"
#include "report/document.h"

/* The plan or its refusals as JSON. */
int report_plan_json(const struct plan *plan, struct text *ret, struct error *error) MUST_CHECK;

/* Parts of it that other reports have too: a step's members, for the object that is open; an object
 * of a refusal or a warning; and the arrays of them (plan may be NULL: none). */
void report_step(struct document *document, const struct step *step);
void report_refusal(struct document *document, const struct refusal *refusal);
void report_refusals(struct document *document, const struct plan *plan);
void report_warning(struct document *document, const struct warning *warning);
void report_warnings(struct document *document, const struct plan *plan);
