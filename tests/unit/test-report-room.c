// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define MANY 40000

struct fixture {
	struct host host;
	struct verdicts verdicts;
	struct listing listing;
};

static void setup(struct fixture *fixture, size_t count) {
	*fixture = (struct fixture){
		.host.devices = calloc(count, sizeof(struct device)), .host.device_count = count};
	assert_non_null(fixture->host.devices);
	for (size_t i = 0; i < count; i++) {
		fixture->host.devices[i] = (struct device){
			.address = {.domain = (uint32_t)(i >> 8), .bus = (uint8_t)i},
			.group = GROUP_NONE};
	}
	fixture->listing = (struct listing){.host = &fixture->host, .verdicts = &fixture->verdicts};
}

/* What grows with the square of their number took seconds. */
static void thousands_of_devices_without_a_group_are_one_room(void **state) {
	AUTO_ROOMS struct rooms rooms = {0};
	struct fixture fixture;
	clock_t begun;

	setup(&fixture, MANY);
	begun = clock();
	assert_int_equal(rooms_make(&fixture.listing, &rooms), 0);
	assert_true(clock() - begun < CLOCKS_PER_SEC);
	assert_int_equal(rooms.count, 1);
	assert_int_equal(rooms.rooms[0].device_count, MANY);
	assert_int_equal(rooms.rooms[0].groups.count, 0);
	for (size_t i = 0; i < MANY; i++) {
		assert_ptr_equal(rooms.rooms[0].devices[i], &fixture.host.devices[i]);
	}
	free(fixture.host.devices);
}

/* Of two functions in groups of their own, and of another device in one of these. */
static void groups_of_a_card_are_one_room_and_it_begins_once(void **state) {
	static const int groups[] = {7, 3, 7, GROUP_NONE};
	struct verdict verdict = {.device_count = 2};
	const struct verdict *found;
	AUTO_ROOMS struct rooms rooms = {0};
	struct fixture fixture;
	struct device *devices;

	setup(&fixture, COUNT(groups));
	devices = fixture.host.devices;
	for (size_t i = 0; i < COUNT(groups); i++) {
		devices[i].group = groups[i];
	}
	devices[1].address = devices[0].address;
	devices[1].address.function = 1;
	verdict.devices[0] = devices[0].address;
	verdict.devices[1] = devices[1].address;
	fixture.verdicts = (struct verdicts){.verdicts = &verdict, .count = 1};
	assert_int_equal(rooms_make(&fixture.listing, &rooms), 0);
	assert_int_equal(rooms.count, 2);
	assert_int_equal(rooms.rooms[0].device_count, 3);
	assert_int_equal(rooms.rooms[0].groups.count, 2);
	assert_ptr_equal(rooms.rooms[0].devices[0], &devices[1]);
	assert_true(room_begins_card(&fixture.listing, &rooms.rooms[0], 0, &found));
	assert_ptr_equal(found, &verdict);
	assert_false(room_begins_card(&fixture.listing, &rooms.rooms[0], 1, &found));
	assert_false(room_begins_card(&fixture.listing, &rooms.rooms[0], 2, &found));
	assert_null(found);
	free(devices);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thousands_of_devices_without_a_group_are_one_room),
		cmocka_unit_test(groups_of_a_card_are_one_room_and_it_begins_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
