// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/plan.h"

void report_step(struct document *document, const struct step *step) {
	document_text(document, "fact", fact_name(step->fact));
	document_text(document, "subject", step->subject);
	document_text(document, "from", step->from);
	document_text(document, "to", step->to);
}

static void add_step(struct document *document, const struct planned *planned) {
	document_object(document, NULL);
	report_step(document, &planned->step);
	document_array(document, "effects");
	for (size_t i = 0; i < planned->effect_count; i++) {
		document_object(document, NULL);
		report_step(document, &planned->effects[i].change);
		document_bool(document, "lost", planned->effects[i].lost);
		document_close(document);
	}
	document_close(document);
	document_bool(document, "shared", planned->shared);
	document_bool(document, "adopted", planned->adopted);
	document_name(document, "loss", planned->loss);
	document_close(document);
}

void report_refusal(struct document *document, const struct refusal *refusal) {
	AUTO_TEXT struct text reason = {0};

	/* Without memory for it, document_end says so too. */
	(void)!refusal_format_reason(refusal, &reason);
	document_object(document, NULL);
	document_text(document, "kind", refusal_name(refusal->kind));
	document_name(document, "problem", refusal->problem ? refusal->problem->id : "");
	document_text(document, "subject", refusal->subject);
	document_text(document, "reason", reason.data ? reason.data : refusal->reason);
	document_text(document, "remedy", refusal->remedy);
	document_close(document);
}

void report_refusals(struct document *document, const struct plan *plan) {
	document_array(document, "refusals");
	for (size_t i = 0; plan && i < plan->refusal_count; i++) {
		report_refusal(document, &plan->refusals[i]);
	}
	document_close(document);
}

void report_warning(struct document *document, const struct warning *warning) {
	document_object(document, NULL);
	document_text(document, "problem", warning->problem->id);
	document_text(document, "subject", warning->subject);
	document_text(document, "reason", warning->problem->reason);
	document_text(document, "remedy", warning->problem->remedy);
	document_close(document);
}

void report_warnings(struct document *document, const struct plan *plan) {
	document_array(document, "warnings");
	for (size_t i = 0; plan && i < plan->warning_count; i++) {
		report_warning(document, &plan->warnings[i]);
	}
	document_close(document);
}

int report_plan_json(const struct plan *plan, struct text *ret, struct error *error) {
	struct document document;

	document_begin(&document);
	document_array(&document, "devices");
	for (size_t i = 0; i < plan->device_count; i++) {
		document_object(&document, NULL);
		document_text(&document, "address", plan->devices[i].name);
		document_bool(&document, "listed", plan->devices[i].listed);
		document_close(&document);
	}
	document_close(&document);
	document_array(&document, "steps");
	for (size_t i = 0; i < plan->step_count; i++) {
		add_step(&document, &plan->steps[i]);
	}
	document_close(&document);
	report_refusals(&document, plan);
	report_warnings(&document, plan);
	document_number(&document, "hidden_processes", (long long)plan->hidden_processes);
	return document_end(&document, ret, error);
}
