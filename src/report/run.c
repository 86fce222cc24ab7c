// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/run.h"

#include <errno.h>
#include <string.h>

#include "report/plan.h"

static const char *const results[] = {
	[RESULT_DONE] = "done",
	[RESULT_UNDONE] = "undone",
	[RESULT_USAGE] = "usage",
	[RESULT_REFUSED] = "refused",
	[RESULT_UNRESOLVED] = "unresolved",
};

int run_report_begin(struct run_report *ret, struct error *error) {
	AUTO_TEXT struct text nothing = {0};
	struct run_report report = {0};

	document_begin(&report.document);
	document_array(&report.document, "steps");
	if (report.document.r < 0) {
		return document_end(&report.document, &nothing, error);
	}
	*ret = report;
	return 0;
}

/* A failure sticks to the document, as any other in it. */
static void add_name(struct run_report *report, struct names *names, const char *name) {
	int r = names_add(names, name);

	if (r < 0 && report->document.r == 0) {
		report->document.r = r;
	}
}

void run_report_guest(struct run_report *report, const char *guest) {
	add_name(report, &report->guests, guest);
}

void run_report_error(struct run_report *report, const char *sentence) {
	add_name(report, &report->errors, sentence);
}

void run_report_step(struct run_report *report, const char *guest, const struct step *step) {
	struct document *document = &report->document;

	document_object(document, NULL);
	document_text(document, "guest", guest);
	report_step(document, step);
	document_close(document);
}

void run_report_event(struct run_report *report, const struct event *event) {
	struct document *document = &report->document;

	document_object(document, NULL);
	document_text(document, "guest", event->guest);
	if (event->step) {
		report_step(document, event->step);
	}
	document_text(document, "outcome", outcome_name(event->outcome));
	document_number(document, "duration_us", (long long)event->duration_us);
	document_name(document, "detail", event->detail ? event->detail : "");
	document_close(document);
}

int run_report_end(struct run_report *report, enum result result, const struct plan *plan,
	struct text *ret, struct error *error) {
	struct document *document = &report->document;
	int r;

	document_close(document);
	report_refusals(document, plan);
	report_warnings(document, plan);
	document_names(document, "errors", &report->errors);
	document_names(document, "guests", &report->guests);
	document_text(document, "result", results[result]);
	r = document_end(document, ret, error);
	names_free(&report->guests);
	names_free(&report->errors);
	return r;
}
