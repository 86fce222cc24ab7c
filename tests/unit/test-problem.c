// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/text.h"

/* A machine with one device, and whether it has the problem. */
struct example {
	const char *problem;
	bool has_it;
	uint16_t vendor, device;
	uint32_t class;
	const char *kernel, *driver, *release, *reset_methods;
	bool shared;
};

#define VGA   0x030000
#define AUDIO 0x040300

static const struct example examples[] = {
	{"nvidia-remove-early", true, 0x10de, 0x2204, VGA, "6.1.0-28-amd64", "nvidia", "535.183.01",
		"flr bus", true},
	{"nvidia-remove-early", true, 0x10de, 0x2204, VGA, "6.1.0", "nvidia", "580.95.05", "flr",
		true},
	{"nvidia-remove-early", true, 0x10de, 0x2204, VGA, "6.1.0", "nvidia", "", "flr", true},
	{"nvidia-remove-early", false, 0x10de, 0x2204, VGA, "6.1.0", "nvidia", "580.105.08", "flr",
		true},
	{"nvidia-remove-early", false, 0x10de, 0x2204, VGA, "6.1.0", "nvidia", "535.183.01", "flr",
		false},
	{"nvidia-remove-early", false, 0x10de, 0x2204, VGA, "6.1.0", "nouveau", "", "flr", true},
	{"nvidia-remove-late", true, 0x10de, 0x2204, VGA, "6.1.0", "nvidia", "595.45.04", "flr",
		true},
	{"nvidia-remove-late", true, 0x10de, 0x2204, VGA, "6.1.0", "nvidia", "610.57.04", "flr",
		true},
	{"nvidia-remove-late", false, 0x10de, 0x2204, VGA, "6.1.0", "nvidia", "590.48.01", "flr",
		true},
	{"nvidia-remove-late", false, 0x10de, 0x2204, VGA, "6.1.0", "nvidia", "595.45.04", "flr",
		false},
	{"nvidia-blackwell-reset", true, 0x10de, 0x2b85, VGA, "6.14.5", "nvidia", "570.144",
		"flr bus", false},
	{"nvidia-blackwell-reset", true, 0x10de, 0x2f04, VGA, "6.14.5", "vfio-pci", "", "flr bus",
		false},
	{"nvidia-blackwell-reset", false, 0x10de, 0x2901, 0x030200, "6.14.5", "nvidia", "570.144",
		"flr bus", false}, /* B200 */
	{"nvidia-blackwell-reset", false, 0x10de, 0x2684, VGA, "6.14.5", "nvidia", "570.144",
		"flr bus", false},
	{"nvidia-bus-reset", true, 0x10de, 0x1eb8, 0x030200, "6.1.20", "nvidia", "535.183.01",
		"flr bus", false},
	{"nvidia-bus-reset", true, 0x10de, 0x2342, 0x030200, "5.10.1", "", "", "bus", false},
	{"nvidia-bus-reset", false, 0x10de, 0x1eb8, 0x030200, "6.4", "nvidia", "535.183.01", "flr",
		false},
	{"nvidia-i2c-slow", true, 0x10de, 0x1ad9, 0x0c8000, "5.0.7", "nvidia-gpu", "", "pm", false},
	{"nvidia-i2c-slow", false, 0x10de, 0x1ad9, 0x0c8000, "6.1.0", "nvidia-gpu", "", "pm",
		false},
	{"nvidia-i2c-slow", false, 0x10de, 0x1ad9, 0x0c8000, "5.0.7", "", "", "pm", false},
	{"amd-reset-polaris", true, 0x1002, 0x67df, VGA, "6.1.0", "amdgpu", "", "bus", false},
	{"amd-reset-polaris", true, 0x1002, 0x6fdf, VGA, "6.1.0", "vfio-pci", "", "", false},
	{"amd-reset-polaris", false, 0x1002, 0x67df, VGA, "6.1.0", "amdgpu", "",
		"device_specific bus", false},
	{"amd-reset-polaris", false, 0x1002, 0xaaf0, AUDIO, "6.1.0", "snd_hda_intel", "", "",
		false},
	{"amd-reset-vega", true, 0x1002, 0x687f, VGA, "6.1.0", "amdgpu", "", "bus", false},
	{"amd-reset-vega", true, 0x1002, 0x66af, VGA, "6.1.0", "amdgpu", "", "", false},
	{"amd-reset-vega", false, 0x1002, 0x687f, VGA, "6.1.0", "amdgpu", "", "device_specific",
		false},
	{"amd-reset-navi-1x", true, 0x1002, 0x731f, VGA, "6.7.0", "amdgpu", "", "bus", false},
	{"amd-reset-navi-1x", true, 0x1002, 0x7340, VGA, "6.7.0", "amdgpu", "", "bus", false},
	{"amd-reset-navi-1x", false, 0x1002, 0x73bf, VGA, "6.7.0", "amdgpu", "", "pm", false},
	{"amd-reset-navi-23", true, 0x1002, 0x73ff, VGA, "6.7.0", "amdgpu", "", "pm", false},
	{"amd-reset-navi-23", false, 0x1002, 0x73df, VGA, "6.7.0", "amdgpu", "", "pm", false},
	{"amd-reset-rdna-3", true, 0x1002, 0x744c, VGA, "6.12.0", "amdgpu", "", "pm bus", false},
	{"amd-reset-rdna-3", false, 0x1002, 0x744c, VGA, "6.12.0", "amdgpu", "", "device_specific",
		false},
	{"amd-reset-rdna-4", true, 0x1002, 0x7550, VGA, "7.1.2-arch3-1", "amdgpu", "", "pm", false},
	{"amd-reset-rdna-4", false, 0x1002, 0x73bf, VGA, "7.1.2-arch3-1", "amdgpu", "", "pm",
		false},
	{"amd-reset-apu", true, 0x1002, 0x164e, VGA, "6.8.12-4-pve", "amdgpu", "", "pm", false},
	{"amd-reset-apu", false, 0x1002, 0x1640, AUDIO, "6.8.12-4-pve", "snd_hda_intel", "", "pm",
		false},
	{"amd-rdna-3-linux-6.15", true, 0x1002, 0x747e, VGA, "6.15.9_1", "amdgpu", "", "pm", false},
	{"amd-rdna-3-linux-6.15", true, 0x1002, 0x747e, VGA, "6.16.0", "amdgpu", "", "pm", false},
	{"amd-rdna-3-linux-6.15", false, 0x1002, 0x747e, VGA, "6.14.11_1", "amdgpu", "", "pm",
		false},
	{"amd-rdna-3-linux-6.15", false, 0x1002, 0x747e, VGA, "6.16.1", "amdgpu", "", "pm", false},
	{"amd-vfio-linux-7.2.2", true, 0x1002, 0x7550, VGA, "7.2.2-1-cachyos", "amdgpu", "", "pm",
		false},
	{"amd-vfio-linux-7.2.2", false, 0x1002, 0x7550, VGA, "7.2.3", "amdgpu", "", "pm", false},
	{"amd-vfio-linux-7.2.2", false, 0x1002, 0x7550, VGA, "7.2.1", "amdgpu", "", "pm", false},
	{"amd-vfio-linux-7.2.2", false, 0x1002, 0x73bf, VGA, "7.2.2", "amdgpu", "", "pm", false},
	{"intel-i915-linux-5.10", true, 0x8086, 0x3e98, VGA, "5.10.47", "i915", "", "flr", false},
	{"intel-i915-linux-5.10", false, 0x8086, 0x3e98, VGA, "6.1.0", "i915", "", "flr", false},
	{"intel-i915-linux-5.10", false, 0x8086, 0x3e98, VGA, "5.10.47", "vfio-pci", "", "flr",
		false},
	{"intel-igpu-flr", true, 0x8086, 0x5912, VGA, "5.15.0", "i915", "", "flr pm", false},
	{"intel-igpu-flr", true, 0x8086, 0x9bc8, VGA, "6.2.16", "i915", "", "flr", false},
	{"intel-igpu-flr", false, 0x8086, 0x5912, VGA, "5.15.0", "i915", "", "pm", false},
	{"intel-igpu-flr", false, 0x8086, 0xa780, VGA, "6.2.16", "i915", "", "flr", false},
	{"linux-no-bus-reset", true, 0x10de, 0x1b80, VGA, "6.14.2-zen1-1-zen", "nvidia", "570.133",
		"", false},
	{"linux-no-bus-reset", true, 0x1002, 0x687f, VGA, "6.12.23-1-lts", "amdgpu", "", "", false},
	{"linux-no-bus-reset", true, 0x1002, 0x687f, VGA, "6.6.87", "amdgpu", "", "", false},
	{"linux-no-bus-reset", true, 0x1002, 0x687f, VGA, "6.13.12", "amdgpu", "", "", false},
	{"linux-no-bus-reset", true, 0x1002, 0x687f, VGA, "6.1.134", "amdgpu", "", "", false},
	{"linux-no-bus-reset", false, 0x1002, 0x687f, VGA, "6.14.4", "amdgpu", "", "", false},
	{"linux-no-bus-reset", false, 0x1002, 0x687f, VGA, "6.12.25", "amdgpu", "", "", false},
	{"linux-no-bus-reset", false, 0x1002, 0x687f, VGA, "6.14.1", "amdgpu", "", "", false},
	{"linux-no-bus-reset", false, 0x1002, 0x687f, VGA, "6.14.2", "amdgpu", "", "pm", false},
	/* Nothing is known of a kernel that does not say which it is. */
	{"linux-no-bus-reset", false, 0x1002, 0x687f, VGA, "", "amdgpu", "", "", false},
};

static const struct problem *find(const char *id) {
	for (size_t i = 0; i < problem_count; i++) {
		if (strcmp(problems[i].id, id) == 0) {
			return &problems[i];
		}
	}
	fail_msg("there is no row \"%s\"", id);
	return NULL;
}

static bool judge(const struct example *example) {
	struct device device = {
		.identity = {.vendor = example->vendor, .device = example->device},
		.address = {.bus = 1},
		.class = example->class,
	};
	struct module module = {0};
	struct host host = {.devices = &device, .device_count = 1, .module_count = 1};

	strcpy(device.driver, example->driver);
	strcpy(device.module, example->driver);
	strcpy(device.reset_methods, example->reset_methods);
	strcpy(module.name, example->driver);
	strcpy(module.version, example->release);
	strcpy(host.kernel, example->kernel);
	host.modules = &module;
	return problem_is_of(find(example->problem), &host, &device, example->shared);
}

static void each_row_is_true_of_what_was_reported_and_not_of_its_neighbours(void **state) {
	for (size_t i = 0; i < COUNT(examples); i++) {
		if (judge(&examples[i]) != examples[i].has_it) {
			fail_msg("example %zu of %s", i, examples[i].problem);
		}
	}
}

static bool has_example(const struct problem *problem, bool has_it) {
	for (size_t i = 0; i < COUNT(examples); i++) {
		if (examples[i].has_it == has_it && strcmp(examples[i].problem, problem->id) == 0) {
			return true;
		}
	}
	return false;
}

static void every_row_has_examples_for_and_against_it(void **state) {
	for (size_t i = 0; i < problem_count; i++) {
		if (!has_example(&problems[i], true) || !has_example(&problems[i], false)) {
			fail_msg("%s has no example", problems[i].id);
		}
	}
}

static void every_row_can_be_named_and_fits_into_a_sentence(void **state) {
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";

	for (size_t i = 0; i < problem_count; i++) {
		const struct problem *problem = &problems[i];

		assert_ptr_equal(find(problem->id), problem); /* the first of that name */
		assert_int_equal(strspn(problem->id, plain), strlen(problem->id));
		assert_true(strlen(problem->id) < PROBLEM_ID_SIZE);
		assert_true(strlen(problem->reason) <= PROBLEM_SENTENCE_MAX);
		assert_true(strlen(problem->remedy) <= PROBLEM_SENTENCE_MAX);
		assert_non_null(strstr(problem->source, "https://"));
	}
}

static void a_slot_is_judged_by_all_of_its_functions(void **state) {
	struct device devices[] = {
		{.address = {.bus = 1}, .class = VGA, .reset_methods = "pm"},
		{.address = {.bus = 1, .function = 1}, .class = AUDIO},
		{.address = {.bus = 2}, .class = VGA, .reset_methods = "pm"},
	};
	struct host host = {.kernel = "6.14.3", .devices = devices, .device_count = COUNT(devices)};
	const struct problem *problem = find("linux-no-bus-reset");

	assert_true(problem_is_of(problem, &host, &devices[0], false));
	assert_false(problem_is_of(problem, &host, &devices[2], false));
	strcpy(devices[1].reset_methods, "flr");
	assert_false(problem_is_of(problem, &host, &devices[0], false));
}

static void a_driver_is_shared_with_another_card_if_modules_stand_on_it(void **state) {
	struct device devices[] = {
		{.address = {.bus = 1}, .module = "nvidia"},
		{.address = {.bus = 1, .function = 3}, .module = "i2c_nvidia_gpu"},
		{.address = {.bus = 2}, .module = "nvidia"},
	};
	struct module module = {.name = "nvidia"};
	struct host host = {
		.devices = devices,
		.device_count = COUNT(devices),
		.modules = &module,
		.module_count = 1,
	};

	assert_false(problem_may_share(&host, &devices[0]));
	assert_int_equal(names_add(&module.holders, "gdrdrv"), 0); /* somebody else's */
	assert_false(problem_may_share(&host, &devices[0]));
	assert_int_equal(names_add(&module.holders, "nvidia_uvm"), 0);
	assert_true(problem_may_share(&host, &devices[0]));
	assert_false(problem_may_share(&host, &devices[1]));
	host.device_count = 2;
	assert_false(problem_may_share(&host, &devices[0]));
	names_free(&module.holders);
}

static int add_range(struct text *text, const char *what, const struct version_range *range) {
	if (range->from && range->below) {
		return text_add(text, "%s %s to before %s", what, range->from, range->below);
	}
	return range->from ? text_add(text, "%s %s and newer", what, range->from)
			   : text_add(text, "%s before %s", what, range->below);
}

static int add_hardware(struct text *text, const struct problem *problem) {
	int r = problem->devices[0].last ? 0
		: problem->vendor        ? text_add(text, "%04x:*", problem->vendor)
					 : text_add(text, "all hardware");

	for (size_t i = 0; r == 0 && i < PROBLEM_DEVICES_MAX && problem->devices[i].last; i++) {
		const struct id_range *range = &problem->devices[i];

		r = text_add(text, "%s%04x:%04x", i ? ", " : "", problem->vendor, range->first);
		if (r == 0 && range->last != range->first) {
			r = text_add(text, "-%04x", range->last);
		}
	}
	return r == 0 && problem->class ? text_add(text, " of class %02x", problem->class) : r;
}

static int add_software(struct text *text, const struct problem *problem) {
	int r = problem->driver ? text_add(text, "; on %s", problem->driver) : 0;

	if (r == 0 && (problem->releases.from || problem->releases.below)) {
		r = add_range(text, "", &problem->releases);
	}
	for (size_t i = 0; r == 0 && i < PROBLEM_KERNELS_MAX; i++) {
		const struct version_range *range = &problem->kernels[i];

		if (range->from || range->below) {
			r = add_range(text, i ? "," : "; Linux", range);
		}
	}
	return r;
}

/* What docs/HARDWARE.md says of a row, word for word. */
static void describe(const struct problem *problem, struct text *ret) {
	static const char *const conditions[] = {
		[PROBLEM_ALWAYS] = "",
		[PROBLEM_SHARED_DRIVER] = "; while its driver stays, with modules on top",
		[PROBLEM_NO_VENDOR_RESET] =
			"; not where vendor-reset is loaded and knows it, or `reset_method` has device_specific",
		[PROBLEM_BUS_RESET] = "; where `reset_method` has bus",
		[PROBLEM_FUNCTION_RESET] = "; where `reset_method` has flr",
		[PROBLEM_RESET_INCOMPLETE] = "; where a function of the slot has no `reset_method`",
	};
	int r = text_add(ret, "### %s\n\n", problem->id);

	r = r < 0 ? r : add_hardware(ret, problem);
	r = r < 0 ? r : add_software(ret, problem);
	r = r < 0 ? r
		  : text_add(ret, "%s. **%s**\n\n", conditions[problem->condition],
			    problem->verdict == PROBLEM_REFUSE ? "Refused." : "A warning.");
	r = r < 0 ? r : text_add(ret, "It %s. Remedy: %s.\n\n", problem->reason, problem->remedy);
	r = r < 0 ? r : text_add(ret, "%s\n", problem->source);
	assert_int_equal(r, 0);
}

static void the_document_says_what_the_table_says(void **state) {
	AUTO_CLOSE int docs = root_open(DOCS);
	AUTO_FREE char *text = NULL;
	size_t headings = 0;

	assert_true(docs >= 0);
	assert_int_equal(file_read(docs, "HARDWARE.md", 1 << 20, &text, NULL), 0);
	for (size_t i = 0; i < problem_count; i++) {
		AUTO_TEXT struct text wanted = {0};

		describe(&problems[i], &wanted);
		if (!strstr(text, wanted.data)) {
			fail_msg("docs/HARDWARE.md lacks:\n%s", wanted.data);
		}
	}
	for (const char *at = text; (at = strstr(at, "\n### ")); at++) {
		headings++;
	}
	assert_int_equal(headings, problem_count); /* and nothing else */
}

/* `test-problem --print` writes what docs/HARDWARE.md has to say of the rows. */
static int print(void) {
	for (size_t i = 0; i < problem_count; i++) {
		AUTO_TEXT struct text text = {0};

		describe(&problems[i], &text);
		puts(text.data);
	}
	return 0;
}

int main(int argc, char **argv) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_true_of_what_was_reported_and_not_of_its_neighbours),
		cmocka_unit_test(every_row_has_examples_for_and_against_it),
		cmocka_unit_test(every_row_can_be_named_and_fits_into_a_sentence),
		cmocka_unit_test(a_slot_is_judged_by_all_of_its_functions),
		cmocka_unit_test(a_driver_is_shared_with_another_card_if_modules_stand_on_it),
		cmocka_unit_test(the_document_says_what_the_table_says),
	};

	return argc > 1 && strcmp(argv[1], "--print") == 0
		       ? print()
		       : cmocka_run_group_tests(tests, NULL, NULL);
}
