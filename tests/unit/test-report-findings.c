// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/findings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static struct findings make(void) {
	struct findings findings = {0};

	findings_add(
		&findings, "iommu-off", FINDING_ERROR, "the IOMMU", "switch it on", "is %s", "off");
	findings_locate(&findings, "/proc/cmdline", 0, "iommu=off");
	findings_add(&findings, "boot-modules", FINDING_NOTE, "/etc/modules", "",
		"has VFIO\033[2J loaded");
	findings_locate(&findings, "/etc/modules", 3, "vfio");
	findings_add(&findings, "door-missing", FINDING_WARNING, "libvirt", "baton install",
		"does not call baton");
	assert_int_equal(findings_check(&findings), 0);
	return findings;
}

static void each_has_four_lines_at_most(void **state) {
	AUTO_FINDINGS struct findings findings = make();
	AUTO_TEXT struct text text = {0};

	assert_int_equal(report_findings(&findings, 90, false, &text), 0);
	assert_string_equal(text.data, "error    the IOMMU is off\n"
				       "         seen    /proc/cmdline: iommu=off\n"
				       "         remedy  switch it on\n"
				       "         more    baton check --explain iommu-off\n\n"
				       "note     /etc/modules has VFIO?[2J loaded\n"
				       "         seen    /etc/modules:3: vfio\n"
				       "         more    baton check --explain boot-modules\n\n"
				       "warning  libvirt does not call baton\n"
				       "         remedy  baton install\n"
				       "         more    baton check --explain door-missing\n\n"
				       "1 error, 1 warning, 1 note; 90 things were looked for\n");
}

static void those_of_one_kind_are_explained_once(void **state) {
	AUTO_FINDINGS struct findings findings = {0};
	AUTO_TEXT struct text text = {0};

	findings_add(&findings, "twice", FINDING_NOTE, "a", "", "is so");
	findings_add(&findings, "twice", FINDING_NOTE, "b", "", "is so");
	findings_add(&findings, "once", FINDING_NOTE, "c", "", "is so");
	assert_int_equal(report_findings(&findings, 9, false, &text), 0);
	assert_string_equal(text.data, "note     a is so\n"
				       "note     b is so\n"
				       "         more    baton check --explain twice\n\n"
				       "note     c is so\n"
				       "         more    baton check --explain once\n\n"
				       "3 notes; 9 things were looked for\n");
}

static void a_healthy_machine_has_one_line(void **state) {
	const struct findings none = {0};
	AUTO_TEXT struct text text = {0};

	assert_int_equal(report_findings(&none, 90, true, &text), 0);
	assert_string_equal(text.data, "nothing is wrong: 90 things were looked for\n");
}

static void the_level_alone_is_coloured(void **state) {
	AUTO_FINDINGS struct findings findings = make();
	AUTO_TEXT struct text text = {0};

	assert_int_equal(report_findings(&findings, 90, true, &text), 0);
	assert_int_equal(strncmp(text.data, "\033[1merror   \033[0m the", 20), 0);
	assert_non_null(strstr(text.data, "\nnote     /etc"));
}

static const char *text_of(json_t *object, const char *key) {
	return json_string_value(json_object_get(object, key));
}

static void json_has_all_of_it(void **state) {
	AUTO_FINDINGS struct findings findings = make();
	AUTO_TEXT struct text text = {0};
	struct error error;
	json_t *json, *all;

	assert_int_equal(report_findings_json(&findings, 90, &text, &error), 0);
	json = json_loads(text.data, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	assert_int_equal(json_integer_value(json_object_get(json, "looked_for")), 90);
	all = json_object_get(json, "findings");
	assert_int_equal(json_array_size(all), 3);
	assert_string_equal(text_of(json_array_get(all, 0), "id"), "iommu-off");
	assert_string_equal(text_of(json_array_get(all, 0), "level"), "error");
	assert_string_equal(text_of(json_array_get(all, 0), "subject"), "the IOMMU");
	assert_string_equal(text_of(json_array_get(all, 0), "reason"), "is off");
	assert_string_equal(text_of(json_array_get(all, 0), "value"), "iommu=off");
	assert_true(json_is_null(json_object_get(json_array_get(all, 0), "line")));
	assert_int_equal(json_integer_value(json_object_get(json_array_get(all, 1), "line")), 3);
	assert_true(json_is_null(json_object_get(json_array_get(all, 1), "remedy")));
	assert_true(json_is_null(json_object_get(json_array_get(all, 2), "file")));
	assert_true(json_is_null(json_object_get(json_array_get(all, 2), "value")));
	json_decref(json);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_four_lines_at_most),
		cmocka_unit_test(those_of_one_kind_are_explained_once),
		cmocka_unit_test(a_healthy_machine_has_one_line),
		cmocka_unit_test(the_level_alone_is_coloured),
		cmocka_unit_test(json_has_all_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
