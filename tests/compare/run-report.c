// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints the JSON of a hand-over that has everything that one can have, for test_schemas.py. */
#include <stdio.h>
#include <string.h>

#include "plan/problem.h"
#include "report/run.h"

static void add_step(struct run_report *report, enum outcome outcome, const char *detail) {
	struct step step;
	struct event event = {.guest = "libvirt:6f1d4a52-0000-4000-8000-000000000001",
		.step = &step,
		.outcome = outcome,
		.duration_us = 1234,
		.detail = detail};

	if (step_make(FACT_DRIVER, "0000:01:00.0", "nvidia", "-", &step) == 0) {
		run_report_event(report, &event);
		run_report_step(report, event.guest, &step);
	}
}

static void fill(struct plan *plan) {
	plan->refusals[0] = (struct refusal){.kind = REFUSAL_HELD,
		.subject = "0000:01:00.0",
		.reason = "is open in Xorg",
		.remedy = "end it"};
	plan->refusals[1] = (struct refusal){.kind = REFUSAL_PROBLEM,
		.problem = &problems[0],
		.subject = "0000:01:00.0",
		.reason = "may hang",
		.remedy = "boot another kernel"};
	plan->refusal_count = 2;
	plan->warnings[0] = (struct warning){.problem = &problems[0], .subject = "0000:01:00.0"};
	plan->warning_count = 1;
}

int main(void) {
	static struct plan plan; /* too large for a stack */
	struct run_report report;
	AUTO_TEXT struct text text = {0};
	struct error error = {0};

	fill(&plan);
	if (run_report_begin(&report, &error) < 0) {
		return 1;
	}
	run_report_guest(&report, "libvirt:6f1d4a52-0000-4000-8000-000000000001");
	run_report_error(&report, "it did not work");
	add_step(&report, OUTCOME_DONE, NULL);
	add_step(&report, OUTCOME_FAILED, "the device did not let go");
	if (run_report_end(&report, RESULT_UNRESOLVED, &plan, &text, &error) < 0) {
		return 1;
	}
	fputs(text.data, stdout);
	return 0;
}
