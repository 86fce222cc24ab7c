// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "cards.h"

static void as_many_cards_go_at_once_as_a_step_has_room_for(void **state) {
	AUTO_PLAN struct plan *made = NULL;
	struct error error = {0};
	struct cards cards;

	cards_make(EFFECTS_MAX, &cards);
	assert_int_equal(cards_plan(&cards, &made, &error), 0);
	assert_int_equal(made->refusal_count, 0);
	assert_true(made->step_count > 2 * EFFECTS_MAX);
}

static void with_more_the_sentence_says_what_is_too_many(void **state) {
	AUTO_PLAN struct plan *made = NULL;
	struct error error = {0};
	struct cards cards;

	cards_make(EFFECTS_MAX + 1, &cards);
	assert_int_equal(cards_plan(&cards, &made, &error), -E2BIG);
	assert_null(made);
	assert_non_null(strstr(error.text, "more than 16 changes along with one step"));
}

/* What the guest had is what stands there now, in each of the slots. */
static struct known know(struct cards *cards) {
	struct known known = {.guest = "hand:x"};

	for (size_t i = 0; i < cards->host.device_count; i++) {
		struct device *device = &cards->devices[i];

		device->identity = (struct identity){
			.vendor = 0x10de, .device = 0x2484 + (uint16_t)i, .revision = 0xa1};
		assert_int_equal(known_add(&known, device->address, &device->identity, NULL), 0);
	}
	return known;
}

#define DECIDE                                                                                     \
	"correct the address in the guest's definition, or run `baton forget 'hand:x'` if this "   \
	"device is meant"

static void what_the_guest_had_is_given_to_it_again(void **state) {
	AUTO_PLAN struct plan *made = NULL;
	struct error error = {0};
	struct cards cards;
	struct known known;

	cards_make(2, &cards);
	known = know(&cards);
	/* One that was not in its definition then is just another device. */
	known.device_count = 1;
	assert_int_equal(cards_plan_with(&cards, &known, &made, &error), 0);
	assert_int_equal(made->refusal_count, 0);
	assert_true(made->step_count > 0);
}

static void another_device_at_its_address_is_refused_and_the_former_one_found(void **state) {
	struct cards cards;
	struct known known;

	cards_make(2, &cards);
	known = know(&cards);
	/* A new card has taken the address, and the old one is where nobody asks for it. */
	cards.request.device_count = 1;
	known.device_count = 1;
	cards.devices[1].identity = cards.devices[0].identity;
	cards.devices[0].identity.device = 0x1f08;
	cards_assert_refused(&cards, &known, REFUSAL_IDENTITY,
		"0000:01:00.0 is 10de:1f08 now, and was 10de:2484 when the guest had it last; "
		"a 10de:2484 is at 0000:02:00.0 now: " DECIDE);
	cards.devices[1].identity.device = 0x9999;
	cards_assert_refused(&cards, &known, REFUSAL_IDENTITY,
		"0000:01:00.0 is 10de:1f08 now, and was 10de:2484 when the guest had it last; "
		"no 10de:2484 is in this machine now: " DECIDE);
}

static void a_twin_is_told_by_its_serial_subsystem_or_revision(void **state) {
	struct cards cards;
	struct known known;
	struct identity *now = &cards.devices[0].identity;

	cards_make(1, &cards);
	known = know(&cards);
	now->revision = 0xa2;
	cards_assert_refused(&cards, &known, REFUSAL_IDENTITY,
		"0000:01:00.0 is 10de:2484 of revision a2 now, and was 10de:2484 of revision a1 "
		"when the guest had it last; no 10de:2484 is in this machine now: " DECIDE);
	now->subsystem_vendor = 0x1458;
	cards_assert_refused(&cards, &known, REFUSAL_IDENTITY,
		"0000:01:00.0 is 10de:2484 of subsystem 1458:0000 now, and was 10de:2484 of "
		"subsystem 0000:0000 when the guest had it last; no 10de:2484 is in this machine "
		"now: " DECIDE);
	*now = known.devices[0].identity;
	strcpy(known.devices[0].identity.serial, "00-00-00-00-00-00-00-01");
	strcpy(now->serial, "00-00-00-00-00-00-00-02");
	cards_assert_refused(&cards, &known, REFUSAL_IDENTITY,
		"0000:01:00.0 is 10de:2484 with the serial 00-00-00-00-00-00-00-02 now, and was "
		"10de:2484 with the serial 00-00-00-00-00-00-00-01 when the guest had it last; "
		"no 10de:2484 is in this machine now: " DECIDE);
}

/* The guest has two of a kind: the one that stands where it stood is not the one that is gone. */
static void a_twin_that_the_guest_has_besides_is_not_offered(void **state) {
	struct cards cards;
	struct known known;

	cards_make(2, &cards);
	known = know(&cards);
	known.devices[1].identity = cards.devices[1].identity = known.devices[0].identity;
	cards.devices[0].identity.device = 0x1f08;
	cards_assert_refused(&cards, &known, REFUSAL_IDENTITY,
		"0000:01:00.0 is 10de:1f08 now, and was 10de:2484 when the guest had it last; "
		"no 10de:2484 is in this machine now: " DECIDE);
}

static void a_device_that_went_to_another_address_is_found_there(void **state) {
	struct cards cards;
	struct known known;

	cards_make(1, &cards);
	known = know(&cards);
	cards.devices[0].address.bus = 5;
	strcpy(cards.devices[0].name, "0000:05:00.0");
	cards_assert_refused(&cards, &known, REFUSAL_NO_DEVICE,
		"0000:01:00.0 does not exist on this machine any more; a 10de:2484 is at "
		"0000:05:00.0 now: correct the address in the guest's definition (`baton list`)");
}

static void only_guests_take_over_what_was_detached_by_hand(void **state) {
	static const struct {
		const char *guest;
		size_t adopted;
	} rows[] = {
		{"libvirt:x", 1},
		{"proxmox:100", 1},
		{"qemu:x", 1},
		{"hand:0000:01:00.1", 0},
		{"rehearsal:0000:01:00.0", 0},
		{"cycle:0000:01:00.0", 0},
	};
	struct claimed_device out = {.guest = "hand:x", .title = "hand:x", .held = true};
	const struct claims claims = {.devices = &out, .device_count = 1};
	const struct asked asked = {0};
	struct cards cards;

	cards_make(1, &cards);
	out.address = cards.devices[0].address;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_PLAN struct plan *made = NULL;

		strcpy(cards.request.guest, rows[i].guest);
		assert_int_equal(
			plan_make(&cards.host, &cards.request, &claims, &asked, &made, NULL), 0);
		assert_int_equal(made->adopted_count, rows[i].adopted);
		assert_int_equal(made->refusal_count, 1 - rows[i].adopted);
	}
}

/* The module that has the cards has what connects them, too: an endpoint, though of a bridge's
 * class. */
static void nvidias_switches_go_along_and_count_as_users_of_its_module(void **state) {
	struct error error = {0};
	struct cards cards;

	cards_make(3, &cards);
	for (size_t i = 0; i < 3; i++) {
		cards.devices[i].identity.vendor = VENDOR_NVIDIA;
	}
	cards.devices[2].class = 0x068000;
	strcpy(cards.devices[2].driver, "nvidia-nvswitch");
	for (size_t asked = 2; asked <= 3; asked++) {
		AUTO_PLAN struct plan *made = NULL;
		AUTO_TEXT struct text text = {0};

		cards.request.device_count = asked;
		assert_int_equal(cards_plan(&cards, &made, &error), 0);
		assert_int_equal(made->refusal_count, 0);
		assert_int_equal(plan_format(made, &text), 0);
		assert_int_equal(
			strstr(text.data, "\nmodule nvidia loaded -\n") != NULL, asked == 3);
		assert_int_equal(strstr(text.data, "with it: driver 0000:03:00.0 "
						   "nvidia-nvswitch -\n") != NULL,
			asked == 3);
	}
}

static void what_is_behind_a_vmd_cannot_go_without_it_nor_with_it(void **state) {
	struct cards cards;

	cards_make(2, &cards);
	cards.devices[1].address = (struct address){.domain = 0x10000, .bus = 0xe1};
	address_format(cards.devices[1].address, cards.devices[1].name);
	cards.devices[1].group = cards.devices[0].group;
	cards.request.device_count = 1;
	cards_assert_refused(&cards, NULL, REFUSAL_VMD,
		"10000:e1:00.0 shares IOMMU group 0 with what is to be handed over and is behind a "
		"Volume Management Device (VMD), with which it would have to go and without which "
		"it does not exist: switch VMD off in the firmware, so that the device stands "
		"beside the others");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_guests_take_over_what_was_detached_by_hand),
		cmocka_unit_test(as_many_cards_go_at_once_as_a_step_has_room_for),
		cmocka_unit_test(with_more_the_sentence_says_what_is_too_many),
		cmocka_unit_test(what_the_guest_had_is_given_to_it_again),
		cmocka_unit_test(another_device_at_its_address_is_refused_and_the_former_one_found),
		cmocka_unit_test(a_twin_is_told_by_its_serial_subsystem_or_revision),
		cmocka_unit_test(a_twin_that_the_guest_has_besides_is_not_offered),
		cmocka_unit_test(a_device_that_went_to_another_address_is_found_there),
		cmocka_unit_test(nvidias_switches_go_along_and_count_as_users_of_its_module),
		cmocka_unit_test(what_is_behind_a_vmd_cannot_go_without_it_nor_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
