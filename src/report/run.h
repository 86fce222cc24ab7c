/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "report/document.h"
#include "run/run.h"

/*
 * What a hand-over did, there or back, as JSON that is written while it happens: the steps taken
 * with their outcome, and in the end the result, the refusals and what went wrong.
 */
struct run_report {
	struct document document;
	struct names guests;
	struct names errors;
};

/* Fails, before anything has been tried, if there is no JSON to be had. */
int run_report_begin(struct run_report *ret, struct error *error) MUST_CHECK;

void run_report_guest(struct run_report *report, const char *guest);
/* A step that would be taken: there is no outcome of it. */
void run_report_step(struct run_report *report, const char *guest, const struct step *step);
void run_report_event(struct run_report *report, const struct event *event);
void run_report_error(struct run_report *report, const char *sentence);

/* plan may be NULL. Appends the report and a newline to *ret, and frees it in any case. */
int run_report_end(struct run_report *report, enum result result, const struct plan *plan,
	struct text *ret, struct error *error) MUST_CHECK;
