// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/whereabouts.h"

#include "snapshot.h"

/* Two cards of one kind, told apart by their serials. */
#define CARD  "0000:21:00.0"
#define OTHER "0000:49:00.0"

static const char *find(const struct snapshot *snapshot, const struct identity *sought,
	const char *except, char ret[WHEREABOUTS_TEXT_SIZE]) {
	struct whereabouts found = whereabouts_find(&snapshot->host, sought, address_of(except));

	return whereabouts_format(&found, ret);
}

static void a_serial_tells_which_of_two_it_is(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("twins");
	struct identity sought = device_of(&snapshot, CARD)->identity;
	char text[WHEREABOUTS_TEXT_SIZE];

	assert_string_equal(
		find(&snapshot, &sought, OTHER, text), "a 10de:2204 is at " CARD " now");
	assert_string_equal(
		find(&snapshot, &sought, CARD, text), "no 10de:2204 is in this machine now");
	/* Unknown, it can be either. */
	sought.serial[0] = '\0';
	assert_string_equal(
		find(&snapshot, &sought, CARD, text), "a 10de:2204 is at " OTHER " now");
	assert_string_equal(find(&snapshot, &sought, "0000:00:00.0", text),
		"10de:2204 are at " CARD ", " OTHER " now");
}

static void a_subsystem_counts_where_it_is_known(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("twins");
	struct identity sought = device_of(&snapshot, CARD)->identity;

	sought.revision++;
	assert_true(identity_fits(&sought, &device_of(&snapshot, CARD)->identity));
	sought.subsystem_device++;
	assert_false(identity_fits(&sought, &device_of(&snapshot, CARD)->identity));
	sought.subsystem_vendor = sought.subsystem_device = 0;
	assert_true(identity_fits(&sought, &device_of(&snapshot, CARD)->identity));
	sought.vendor++;
	assert_false(identity_fits(&sought, &device_of(&snapshot, CARD)->identity));
}

static void more_than_fit_are_said_to_be_more(void **state) {
	struct device devices[WHEREABOUTS_MAX + 1] = {0};
	struct host host = {.devices = devices, .device_count = COUNT(devices)};
	struct identity sought = {.vendor = 0x10de, .device = 0x2204};
	char text[WHEREABOUTS_TEXT_SIZE];
	struct whereabouts found;

	for (size_t i = 0; i < COUNT(devices); i++) {
		devices[i].identity = sought;
		devices[i].address = (struct address){0xffffffff, (uint8_t)i, 31, 7};
	}
	found = whereabouts_find(&host, &sought, address_of("0000:00:00.0"));
	assert_int_equal(found.count, WHEREABOUTS_MAX);
	assert_non_null(strstr(whereabouts_format(&found, text), ":03:1f.7 and elsewhere now"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_serial_tells_which_of_two_it_is),
		cmocka_unit_test(a_subsystem_counts_where_it_is_known),
		cmocka_unit_test(more_than_fit_are_said_to_be_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
