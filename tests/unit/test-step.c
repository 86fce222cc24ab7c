// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/step.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct step make(const char *text) {
	struct step step;

	assert_int_equal(step_parse(text, &step), 0);
	return step;
}

static void a_step_is_the_same_text_everywhere(void **state) {
	static const char *const lines[] = {
		"driver 0000:01:00.0 nvidia -",
		"override 10000:e1:00.1 - vfio-pci",
		"service display-manager.service up down",
		"console frame%20buffer%20device bound -",
		"module nvidia_drm loaded -",
		"framebuffer efi-framebuffer.0 efi-framebuffer -",
		"power 0000:01:00.0 auto on",
		"d3cold 0000:01:00.0 allowed -",
		"reset-method 0000:01:00.0 flr%20bus device_specific",
		"bar-size 0000:01:00.0 0=16G,2=256M 0=16G,2=8M",
		"vf-count 0000:3b:00.0 2 0",
		"service 1000/pipewire.service up down",
		"process 812.44711 a%20b -",
	};
	char text[STEP_TEXT_SIZE];

	for (size_t i = 0; i < COUNT(lines); i++) {
		struct step step = make(lines[i]);

		assert_string_equal(step_format(&step, text), lines[i]);
	}
}

static void the_undo_is_the_step_turned_round(void **state) {
	struct step step = make("driver 0000:01:00.0 nvidia -");
	struct step reverse = step_reverse(&step), again = step_reverse(&reverse);
	char text[STEP_TEXT_SIZE];

	assert_string_equal(step_format(&reverse, text), "driver 0000:01:00.0 - nvidia");
	assert_string_equal(step_format(&again, text), "driver 0000:01:00.0 nvidia -");
}

static void what_is_no_step_is_refused(void **state) {
	static const char *const wrong[] = {
		"",
		"driver",
		"driver 0000:01:00.0 nvidia",
		"driver 0000:01:00.0 nvidia - ",
		"driver 0000:01:00.0 nvidia - x",
		" driver 0000:01:00.0 nvidia -",
		"driver  0000:01:00.0 nvidia",
		"sleep 5 - -",
		"driver a%20%zz b c",
	};
	struct step step = make("module a loaded -"), before = step;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_int_equal(step_parse(wrong[i], &step), -EINVAL);
	}
	assert_memory_equal(&step, &before, sizeof(step));
}

static void names_that_do_not_fit_are_refused(void **state) {
	char longer[SUBJECT_SIZE + 1];
	struct step step;

	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(step_make(FACT_MODULE, longer, "-", "-", &step), -ENAMETOOLONG);
	assert_int_equal(step_make(FACT_MODULE, "a", longer, "-", &step), -ENAMETOOLONG);
}

static void a_module_waits_for_the_devices_of_its_driver(void **state) {
	struct step module = make("module nvidia_drm loaded -");
	struct step device = make("driver 0000:01:00.0 nvidia -");
	struct step home = make("driver 0000:01:00.0 - vfio-pci");
	struct step sound = make("driver 0000:01:00.1 snd_hda_intel -");
	struct step override = make("override 0000:01:00.0 - vfio-pci");

	assert_true(step_depends(&module, &device));
	assert_true(step_depends(&device, &home));
	assert_true(step_depends(&device, &override));
	assert_false(step_depends(&module, &sound));
	assert_false(step_depends(&device, &sound));
	assert_false(step_depends(&module, &home));
}

static void only_loading_vfio_stays(void **state) {
	struct step load = make("module vfio_pci - loaded");
	struct step variant = make("module nvgrace_gpu_vfio_pci - loaded");
	struct step unload = make("module vfio_pci loaded -");
	struct step other = make("module nvidia - loaded");

	assert_true(step_stays(&load));
	assert_true(step_stays(&variant));
	assert_false(step_stays(&unload));
	assert_false(step_stays(&other));
}

static void a_setting_is_of_a_device_and_is_no_reason_to_keep_it(void **state) {
	struct step power = make("power 0000:01:00.0 auto on");
	struct step bars = make("bar-size 0000:01:00.0 0=16G 0=16G");
	struct step driver = make("driver 0000:01:00.0 amdgpu -");

	assert_true(step_is_of_device(&power) && step_is_of_device(&bars));
	assert_true(step_depends(&power, &driver));
	assert_true(step_is_setting(&power));
	assert_false(step_is_setting(&bars));
	assert_true(step_is_guests(&bars) && step_only_records(&bars));
	assert_false(step_is_guests(&power) || step_only_records(&power));
}

static void a_process_that_was_ended_stays_so(void **state) {
	struct step step = make("process 812.44711 ollama -");

	assert_true(step_stays(&step));
	assert_false(step_is_of_device(&step));
}

static void a_process_is_named_by_its_pid_and_its_start(void **state) {
	char subject[SUBJECT_SIZE];
	uint64_t start = 0;
	int pid = 0;

	assert_int_equal(step_write_process(812, UINT64_MAX, subject), 0);
	assert_string_equal(subject, "812.18446744073709551615");
	assert_int_equal(step_read_process(subject, &pid, &start), 0);
	assert_int_equal(pid, 812);
	assert_true(start == UINT64_MAX);
	assert_int_equal(step_read_process("812", &pid, &start), -EINVAL);
	assert_int_equal(step_read_process("a.1", &pid, &start), -EINVAL);
}

static void a_unit_may_be_one_of_a_users_own_manager(void **state) {
	char subject[SUBJECT_SIZE], longer[SUBJECT_SIZE];
	const char *unit = NULL;
	uint32_t uid = 0;
	bool of_user = false;

	assert_int_equal(step_write_user_unit("user@1000.service", "pipewire.service", subject), 0);
	assert_string_equal(subject, "1000/pipewire.service");
	assert_int_equal(step_read_unit(subject, &of_user, &uid, &unit), 0);
	assert_true(of_user);
	assert_int_equal(uid, 1000);
	assert_string_equal(unit, "pipewire.service");
	assert_int_equal(step_read_unit("lightdm.service", &of_user, &uid, &unit), 0);
	assert_false(of_user);
	assert_string_equal(unit, "lightdm.service");
	assert_int_equal(step_read_unit("a/b.service", &of_user, &uid, &unit), -EINVAL);
	assert_int_equal(step_read_unit("/b.service", &of_user, &uid, &unit), -EINVAL);
	assert_int_equal(step_read_unit("4294967296/b.service", &of_user, &uid, &unit), -EINVAL);
	assert_int_equal(step_write_user_unit("session-1.scope", "a.service", subject), -EINVAL);
	assert_int_equal(step_write_user_unit("user@.service", "a.service", subject), -EINVAL);
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(step_write_user_unit("user@1000.service", longer, subject), -ENAMETOOLONG);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_is_the_same_text_everywhere),
		cmocka_unit_test(the_undo_is_the_step_turned_round),
		cmocka_unit_test(what_is_no_step_is_refused),
		cmocka_unit_test(names_that_do_not_fit_are_refused),
		cmocka_unit_test(a_module_waits_for_the_devices_of_its_driver),
		cmocka_unit_test(only_loading_vfio_stays),
		cmocka_unit_test(a_setting_is_of_a_device_and_is_no_reason_to_keep_it),
		cmocka_unit_test(a_process_that_was_ended_stays_so),
		cmocka_unit_test(a_process_is_named_by_its_pid_and_its_start),
		cmocka_unit_test(a_unit_may_be_one_of_a_users_own_manager),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
