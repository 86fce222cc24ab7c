// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static void tell(
	struct run_report *report, const char *text, enum outcome outcome, const char *detail) {
	struct step step;
	const struct event event = {
		.guest = "libvirt:win11",
		.step = text ? &step : NULL,
		.outcome = outcome,
		.duration_us = 1234,
		.detail = detail,
	};

	if (text) {
		assert_int_equal(step_parse(text, &step), 0);
	}
	run_report_event(report, &event);
}

static json_t *end(struct run_report *report, enum result result, const struct plan *plan) {
	AUTO_TEXT struct text text = {0};
	struct error error;
	json_t *json;

	assert_int_equal(run_report_end(report, result, plan, &text, &error), 0);
	json = json_loads(text.data, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	return json;
}

static const char *text_of(json_t *object, const char *key) {
	return json_string_value(json_object_get(object, key));
}

static void what_was_done_is_told_step_by_step(void **state) {
	struct run_report report;
	struct error error;
	json_t *json, *steps, *step;

	assert_int_equal(run_report_begin(&report, &error), 0);
	run_report_guest(&report, "libvirt:1234");
	tell(&report, "driver 0000:01:00.0 nvidia -", OUTCOME_DONE, NULL);
	tell(&report, "module vfio_pci - loaded", OUTCOME_LEFT_ALONE, "somebody else");
	tell(&report, NULL, OUTCOME_FAILED, "no guard");
	json = end(&report, RESULT_DONE, NULL);
	assert_string_equal(text_of(json, "result"), "done");
	assert_string_equal(json_string_value(json_array_get(json_object_get(json, "guests"), 0)),
		"libvirt:1234");
	assert_int_equal(json_array_size(json_object_get(json, "errors")), 0);
	assert_int_equal(json_array_size(json_object_get(json, "refusals")), 0);
	steps = json_object_get(json, "steps");
	assert_int_equal(json_array_size(steps), 3);
	step = json_array_get(steps, 0);
	assert_string_equal(text_of(step, "guest"), "libvirt:win11");
	assert_string_equal(text_of(step, "fact"), "driver");
	assert_string_equal(text_of(step, "subject"), "0000:01:00.0");
	assert_string_equal(text_of(step, "from"), "nvidia");
	assert_string_equal(text_of(step, "to"), "-");
	assert_string_equal(text_of(step, "outcome"), "done");
	assert_int_equal(json_integer_value(json_object_get(step, "duration_us")), 1234);
	assert_true(json_is_null(json_object_get(step, "detail")));
	step = json_array_get(steps, 1);
	assert_string_equal(text_of(step, "outcome"), "left-alone");
	assert_string_equal(text_of(step, "detail"), "somebody else");
	/* About the hand-over as a whole. */
	step = json_array_get(steps, 2);
	assert_null(json_object_get(step, "fact"));
	assert_string_equal(text_of(step, "detail"), "no guard");
	json_decref(json);
}

static void why_nothing_was_done_is_told(void **state) {
	AUTO_PLAN struct plan *plan = calloc(1, sizeof(*plan));
	struct run_report report;
	struct error error;
	json_t *json, *refusal;

	assert_non_null(plan);
	plan->refusals[plan->refusal_count++] = (struct refusal){.kind = REFUSAL_NO_IOMMU,
		.subject = "0000:01:00.0",
		.reason = "why",
		.remedy = "do"};
	assert_int_equal(run_report_begin(&report, &error), 0);
	run_report_error(&report, "a guest's name with \xff in it");
	json = end(&report, RESULT_REFUSED, plan);
	assert_string_equal(text_of(json, "result"), "refused");
	refusal = json_array_get(json_object_get(json, "refusals"), 0);
	assert_string_equal(text_of(refusal, "kind"), "no-iommu");
	assert_string_equal(text_of(refusal, "remedy"), "do");
	assert_string_equal(json_string_value(json_array_get(json_object_get(json, "errors"), 0)),
		"a guest's name with ? in it");
	json_decref(json);
}

static void a_warning_is_told_of_what_was_done(void **state) {
	AUTO_PLAN struct plan *plan = calloc(1, sizeof(*plan));
	struct run_report report;
	struct error error;
	json_t *json, *warning;

	assert_non_null(plan);
	plan->warnings[plan->warning_count++] = (struct warning){"0000:01:00.0", &problems[0]};
	assert_int_equal(run_report_begin(&report, &error), 0);
	json = end(&report, RESULT_DONE, plan);
	warning = json_array_get(json_object_get(json, "warnings"), 0);
	assert_string_equal(text_of(warning, "problem"), problems[0].id);
	assert_string_equal(text_of(warning, "subject"), "0000:01:00.0");
	assert_string_equal(text_of(warning, "reason"), problems[0].reason);
	assert_string_equal(text_of(warning, "remedy"), problems[0].remedy);
	json_decref(json);
}

static void every_result_has_a_name(void **state) {
	static const char *const names[] = {"done", "undone", "usage", "refused", "unresolved"};

	for (size_t i = 0; i < COUNT(names); i++) {
		struct run_report report;
		struct error error;
		json_t *json;

		assert_int_equal(run_report_begin(&report, &error), 0);
		json = end(&report, (enum result)i, NULL);
		assert_string_equal(text_of(json, "result"), names[i]);
		json_decref(json);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_done_is_told_step_by_step),
		cmocka_unit_test(why_nothing_was_done_is_told),
		cmocka_unit_test(a_warning_is_told_of_what_was_done),
		cmocka_unit_test(every_result_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
