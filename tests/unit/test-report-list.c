// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/list.h"

#include <errno.h>

#include <jansson.h>

#include "looked.h"

static void report(const struct snapshot *snapshot, struct text *ret) {
	AUTO_LOOKED struct looked looked = {0};

	look(snapshot, &looked);
	assert_int_equal(report_list(&looked.listing, ret), 0);
}

static json_t *parse(const struct listing *listing) {
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	json_t *json;

	assert_int_equal(report_list_json(listing, &text, &error), 0);
	json = json_loads(text.data, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	return json;
}

static json_t *report_json(const struct snapshot *snapshot) {
	AUTO_LOOKED struct looked looked = {0};

	look(snapshot, &looked);
	return parse(&looked.listing);
}

static void json_free(json_t **json) {
	json_decref(*json);
}

#define AUTO_JSON CLEANUP(json_free)

static json_t *find(json_t *json, const char *address) {
	size_t index;
	json_t *device;

	json_array_foreach(json_object_get(json, "devices"), index, device) {
		if (strcmp(json_string_value(json_object_get(device, "address")), address) == 0) {
			return device;
		}
	}
	return NULL;
}

/*
 * The list of each machine stands in tests/golden/list/. After a change that is meant, write them
 * anew with GOLDEN=write in the environment, and look at the difference.
 */
static void the_list_of_every_machine_is_as_expected(void **state) {
	AUTO_CLOSE int golden = root_open(GOLDEN "/list");
	const char *mode = getenv("GOLDEN");

	assert_true(golden >= 0);
	for (size_t i = 0; i < COUNT(machines); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take(machines[i]);
		struct machine directory = {.root = golden};
		AUTO_TEXT struct text text = {0};
		AUTO_FREE char *expected = NULL;
		char name[64];

		assert_int_equal(
			machine_write(&snapshot.machine, "/usr/share/misc/pci.ids", ids), 0);
		report(&snapshot, &text);
		snprintf(name, sizeof(name), "%s.txt", machines[i]);
		if (mode && strcmp(mode, "write") == 0) {
			assert_int_equal(machine_write(&directory, name, text.data), 0);
		}
		assert_int_equal(file_read(golden, name, 1 << 20, &expected, NULL), 0);
		assert_string_equal(text.data, expected);
	}
}

static void a_process_is_named_once_and_many_are_counted(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	AUTO_TEXT struct text text = {0};

	report(&snapshot, &text);
	assert_non_null(strstr(
		text.data, "systemd-logind (610), nvidia-persiste (702), Xorg (822) and 1 more\n"));
}

static void devices_without_a_group_come_last_with_the_reason_below(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("no-iommu");
	AUTO_TEXT struct text text = {0};

	report(&snapshot, &text);
	assert_non_null(strstr(text.data, "\n-      0000:01:00.0  VGA "));
	assert_non_null(strstr(text.data, "has no IOMMU, or it is off"));
	assert_null(strstr(text.data, "VFIO driver"));
}

static void what_could_not_be_seen_is_said(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("virtual-host");
	AUTO_TEXT struct text text = {0};

	snapshot.host.hidden_processes = 7;
	snapshot.host.vfio = false;
	snapshot.host.devices[1].in_flight = true;
	snapshot.host.devices[2].maybe_in_flight = true;
	report(&snapshot, &text);
	assert_non_null(strstr(text.data, "7 processes did not let us see"));
	assert_non_null(strstr(text.data, "has no VFIO driver"));
	assert_non_null(strstr(text.data, "pcieport (in flight)"));
	assert_non_null(strstr(text.data, " (in flight?)"));
}

static void json_has_everything_that_the_table_has(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	AUTO_JSON json_t *json = NULL;
	json_t *card, *holder;

	assert_int_equal(machine_write(&snapshot.machine, "/usr/share/misc/pci.ids",
				 "10de  NVIDIA Corporation\n\t1e84  TU104 [X]\n"
				 "C 03  Display controller\n\t00  VGA compatible controller\n"),
		0);
	json = report_json(&snapshot);
	card = find(json, "0000:0a:00.0");
	assert_non_null(card);
	assert_string_equal(json_string_value(json_object_get(card, "id")), "10de:1e84");
	assert_string_equal(json_string_value(json_object_get(card, "device_name")), "TU104 [X]");
	assert_string_equal(json_string_value(json_object_get(card, "class_name")),
		"VGA compatible controller");
	assert_string_equal(json_string_value(json_object_get(card, "driver")), "nvidia");
	assert_int_equal(json_integer_value(json_object_get(card, "group")), 14);
	assert_true(json_is_true(json_object_get(card, "boot_vga")));
	assert_true(json_is_null(json_object_get(card, "override")));
	assert_int_equal(json_array_size(json_object_get(card, "outputs")), 3);
	holder = json_array_get(json_object_get(card, "holders"), 0);
	assert_string_equal(json_string_value(json_object_get(holder, "kind")), "process");
	assert_int_equal(json_integer_value(json_object_get(holder, "pid")), 610);
	assert_true(json_is_true(json_object_get(holder, "of_display_manager")));
	assert_int_equal(json_array_size(json_object_get(json, "devices")), 12);
}

static void what_is_selected_is_all_that_is_told_of(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const struct address selected[] = {address_of("0000:0a:00.1"), address_of("0000:04:00.0")};
	AUTO_LOOKED struct looked looked = {0};
	AUTO_TEXT struct text text = {0};
	AUTO_JSON json_t *json = NULL;

	look(&snapshot, &looked);
	looked.listing.selected = selected;
	looked.listing.selected_count = COUNT(selected);
	assert_int_equal(report_list(&looked.listing, &text), 0);
	assert_non_null(strstr(text.data, "0000:0a:00.1  audio"));
	assert_null(strstr(text.data, "0000:0a:00.0  VGA"));
	assert_null(strstr(text.data, "0000:01:00.0"));
	/* A card whose function is asked for is told of as a whole. */
	assert_non_null(strstr(text.data, "0000:0a:00.0, .1, .2, .3  can be handed over"));
	json = parse(&looked.listing);
	assert_int_equal(json_array_size(json_object_get(json, "devices")), 2);
	assert_int_equal(json_array_size(json_object_get(json, "cards")), 2);
}

static void whose_it_is_and_what_could_not_be_read_is_said(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	struct claimed_device claimed = {
		.title = "libvirt:win11", .address = address_of("0000:0a:00.0"), .held = true};
	AUTO_LOOKED struct looked looked = {0};
	AUTO_TEXT struct text text = {0};
	AUTO_JSON json_t *json = NULL;

	look(&snapshot, &looked);
	looked.claims = (struct claims){.devices = &claimed, .device_count = 1};
	looked.listing.unread = "Not all could be read";
	json = parse(&looked.listing);
	assert_string_equal(json_string_value(json_object_get(find(json, "0000:0a:00.0"), "guest")),
		"libvirt:win11");
	assert_true(json_is_null(json_object_get(find(json, "0000:0a:00.1"), "guest")));
	assert_string_equal(
		json_string_value(json_object_get(json, "unread")), "Not all could be read");
	assert_int_equal(report_list(&looked.listing, &text), 0);
	assert_non_null(strstr(text.data, "\nNot all could be read.\n"));
}

/* The sentences of the table are those of the JSON, and nothing else is. */
static void every_card_has_one_verdict_in_text_and_json(void **state) {
	for (size_t i = 0; i < COUNT(machines); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take(machines[i]);
		AUTO_JSON json_t *json = report_json(&snapshot);
		AUTO_TEXT struct text text = {0};
		size_t index, count = 0;
		json_t *card;

		report(&snapshot, &text);
		json_array_foreach(json_object_get(json, "cards"), index, card) {
			count += json_array_size(json_object_get(card, "devices"));
			assert_non_null(strstr(
				text.data, json_string_value(json_object_get(card, "sentence"))));
		}
		for (size_t j = 0; j < snapshot.host.device_count; j++) {
			count += device_is_bridge(&snapshot.host.devices[j]);
		}
		assert_int_equal(count, snapshot.host.device_count);
	}
}

static void json_has_what_hangs_on_a_device_as_a_tree(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_JSON json_t *json = report_json(&snapshot);
	json_t *card = find(json, "0000:03:00.0"), *controller = find(json, "0000:03:00.2"), *thing;

	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(card, "link"), "width")), 16);
	assert_int_equal(json_array_size(json_object_get(card, "bars")), 4);
	thing = json_array_get(json_object_get(card, "attached"), 0);
	assert_string_equal(json_string_value(json_object_get(thing, "text")), "DELL U2720Q");
	assert_string_equal(json_string_value(json_object_get(thing, "serial")), "C0MP0S3D1");
	thing = json_array_get(json_object_get(controller, "attached"), 0);
	assert_int_equal(json_array_size(json_object_get(controller, "attached")), 2);
	thing = json_array_get(json_object_get(thing, "attached"), 0);
	assert_string_equal(json_string_value(json_object_get(thing, "name")), "1-1");
	thing = json_array_get(json_object_get(thing, "attached"), 1);
	assert_string_equal(json_string_value(json_object_get(thing, "name")), "1-1.10");
	thing = json_array_get(json_object_get(thing, "attached"), 0);
	assert_string_equal(json_string_value(json_object_get(thing, "kind")), "sound");
}

static void json_has_the_processors(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("intel-arc");
	AUTO_JSON json_t *json = report_json(&snapshot);
	json_t *cpus = json_object_get(json_object_get(json, "processors"), "cpus");
	json_t *slow = json_array_get(cpus, 15);

	assert_int_equal(json_array_size(cpus), 16);
	assert_string_equal(json_string_value(json_object_get(slow, "kind")), "efficient");
	assert_int_equal(json_integer_value(json_object_get(slow, "core")), 9);
	assert_int_equal(json_integer_value(json_object_get(slow, "l2")), 6);
	assert_true(json_is_null(json_object_get(slow, "l4")));
}

static void json_is_whole_for_every_machine(void **state) {
	for (size_t i = 0; i < COUNT(machines); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take(machines[i]);
		AUTO_JSON json_t *json = report_json(&snapshot);

		assert_int_equal(json_array_size(json_object_get(json, "devices")),
			snapshot.host.device_count);
	}
}

static void names_that_are_no_utf8_do_not_break_it(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("virtual-host");
	AUTO_JSON json_t *json = NULL;
	AUTO_TEXT struct text text = {0};

	assert_int_equal(machine_write(&snapshot.machine, "/proc/420/comm", "\xff\033[2J\"\n"), 0);
	snapshot_read(&snapshot);
	json = report_json(&snapshot);
	assert_non_null(find(json, "0000:01:00.0"));
	report(&snapshot, &text);
	assert_null(strchr(text.data, '\033'));
	assert_null(strchr(text.data, '\xff'));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_of_every_machine_is_as_expected),
		cmocka_unit_test(a_process_is_named_once_and_many_are_counted),
		cmocka_unit_test(devices_without_a_group_come_last_with_the_reason_below),
		cmocka_unit_test(what_could_not_be_seen_is_said),
		cmocka_unit_test(json_has_everything_that_the_table_has),
		cmocka_unit_test(what_is_selected_is_all_that_is_told_of),
		cmocka_unit_test(whose_it_is_and_what_could_not_be_read_is_said),
		cmocka_unit_test(every_card_has_one_verdict_in_text_and_json),
		cmocka_unit_test(json_has_what_hangs_on_a_device_as_a_tree),
		cmocka_unit_test(json_has_the_processors),
		cmocka_unit_test(json_is_whole_for_every_machine),
		cmocka_unit_test(names_that_are_no_utf8_do_not_break_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
