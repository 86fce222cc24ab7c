// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/holders.h"

#include <jansson.h>

#include "snapshot.h"

static struct held held_of(const struct snapshot *snapshot, const struct address *device) {
	return (struct held){
		.host = &snapshot->host, .devices = device, .device_count = device ? 1 : 0};
}

static void report(const struct held *held, struct text *ret) {
	assert_int_equal(report_holders(held, false, ret), 0);
}

static void a_process_has_one_row_with_all_that_it_holds(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const struct address device = address_of("0000:0a:00.0");
	const struct held held = held_of(&snapshot, &device);
	AUTO_TEXT struct text text = {0};

	report(&held, &text);
	assert_non_null(strstr(text.data, "DEVICE "));
	assert_non_null(strstr(text.data,
		"0000:0a:00.0  702  nvidia-persiste  -     nvidia-persistenced.service  nvidia0"));
	assert_non_null(strstr(text.data, "stop nvidia-persistenced.service\n"));
	assert_null(strstr(text.data, "0000:0a:00.1"));
}

static void what_is_no_process_has_its_row(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	const struct held held = held_of(&snapshot, NULL);
	AUTO_TEXT struct text text = {0};

	report(&held, &text);
	assert_non_null(strstr(text.data, "unmount /srv\n"));
	assert_non_null(strstr(text.data, "run swapoff for /dev/sda2\n"));
	assert_non_null(strstr(text.data, "move the default route to another interface\n"));
}

static void nobody_is_an_answer_and_who_hides_is_counted(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const struct address device = address_of("0000:0a:00.2");
	const struct held held = held_of(&snapshot, &device);
	AUTO_TEXT struct text text = {0}, hidden = {0};

	report(&held, &text);
	assert_string_equal(text.data, "nobody holds these devices\n");
	snapshot.host.hidden_processes = 1;
	report(&held, &hidden);
	assert_non_null(strstr(hidden.data, "\n1 process did not let us see what it holds"));
}

static void the_users_unit_stands_before_the_managers(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const struct address device = address_of("0000:0a:00.1");
	const struct held held = held_of(&snapshot, &device);
	AUTO_TEXT struct text text = {0};
	struct holder *holder = NULL;

	for (size_t i = 0; i < snapshot.host.holder_count; i++) {
		if (strcmp(snapshot.host.holders[i].name, "pipewire") == 0) {
			holder = &snapshot.host.holders[i];
		}
	}
	assert_non_null(holder);
	assert_int_equal(name_set(holder->who.user, sizeof(holder->who.user), "alice"), 0);
	assert_int_equal(
		name_set(holder->who.user_unit, sizeof(holder->who.user_unit), "pipewire.service"),
		0);
	holder->way = WAY_MAPPED;
	report(&held, &text);
	assert_non_null(strstr(text.data, "alice"));
	assert_non_null(strstr(text.data, "pipewire.service in user@1000.service"));
	assert_non_null(strstr(text.data, "snd/controlC1 (mapped)"));
}

static void json_has_each_node_with_all_that_is_known(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const struct address device = address_of("0000:0a:00.0");
	const struct held held = held_of(&snapshot, &device);
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	json_t *json, *holder, *found = NULL;
	size_t index;

	assert_int_equal(report_holders_json(&held, &text, &error), 0);
	json = json_loads(text.data, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	json_array_foreach(json_object_get(json, "holders"), index, holder) {
		assert_string_equal(
			json_string_value(json_object_get(holder, "device")), "0000:0a:00.0");
		if (json_integer_value(json_object_get(holder, "pid")) == 702) {
			found = holder;
		}
	}
	assert_non_null(found);
	assert_string_equal(json_string_value(json_object_get(found, "kind")), "process");
	assert_string_equal(json_string_value(json_object_get(found, "way")), "open");
	assert_string_equal(json_string_value(json_object_get(found, "remedy")),
		"stop nvidia-persistenced.service");
	assert_true(json_is_null(json_object_get(found, "user")));
	assert_true(json_is_null(json_object_get(found, "uid")));
	assert_int_equal(json_integer_value(json_object_get(json, "hidden_processes")), 0);
	json_decref(json);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_has_one_row_with_all_that_it_holds),
		cmocka_unit_test(what_is_no_process_has_its_row),
		cmocka_unit_test(nobody_is_an_answer_and_who_hides_is_counted),
		cmocka_unit_test(the_users_unit_stands_before_the_managers),
		cmocka_unit_test(json_has_each_node_with_all_that_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
