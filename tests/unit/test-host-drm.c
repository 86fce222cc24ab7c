// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "snapshot.h"

static void a_card_is_found_by_its_device_with_what_is_plugged_in(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const struct drm_card *card = host_card(&snapshot.host, address_of("0000:0a:00.0"));

	assert_non_null(card);
	assert_string_equal(card->name, "card0");
	assert_string_equal(card->render, "renderD128");
	assert_int_equal(card->connector_count, 3);
	assert_string_equal(card->connectors[0].name, "DP-1");
	assert_int_equal(card->connectors[0].status, CONNECTOR_CONNECTED);
	assert_string_equal(card->connectors[2].name, "HDMI-A-1");
	assert_int_equal(card->connectors[2].status, CONNECTOR_DISCONNECTED);
	assert_null(host_card(&snapshot.host, address_of("0000:0a:00.1")));
}

static void cards_are_in_the_order_of_devices_and_not_of_numbers(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("laptop-two-gpus");

	assert_int_equal(snapshot.host.card_count, 2);
	assert_string_equal(snapshot.host.cards[0].name, "card1");
	assert_string_equal(snapshot.host.cards[0].render, "renderD129");
	assert_string_equal(snapshot.host.cards[1].name, "card0");
	assert_string_equal(snapshot.host.cards[1].render, "renderD128");
}

static void a_card_below_a_virtio_device_belongs_to_the_function_above(void **state) {
	static const char text[] = "P: /devices/pci0000:00/0000:00:02.0\n"
				   "E: SUBSYSTEM=pci\n"
				   "\n"
				   "P: /devices/pci0000:00/0000:00:02.0/virtio0/drm/card0\n"
				   "E: SUBSYSTEM=drm\n";
	AUTO_SNAPSHOT struct snapshot snapshot = {0};

	assert_int_equal(machine_make(text, strlen(text), &snapshot.machine), 0);
	snapshot_read(&snapshot);
	assert_non_null(host_card(&snapshot.host, address_of("0000:00:02.0")));
}

static void a_card_of_the_firmwares_framebuffer_is_not_the_devices(void **state) {
	static const char text[] =
		"P: /devices/pci0000:00/0000:00:02.0\n"
		"E: SUBSYSTEM=pci\n"
		"\n"
		"P: /devices/pci0000:00/0000:00:02.0/simple-framebuffer.0/drm/card0\n"
		"E: SUBSYSTEM=drm\n"
		"\n"
		"P: /devices/platform/simple-framebuffer.1/drm/card1\n"
		"E: SUBSYSTEM=drm\n";
	AUTO_SNAPSHOT struct snapshot snapshot = {0};

	assert_int_equal(machine_make(text, strlen(text), &snapshot.machine), 0);
	snapshot_read(&snapshot);
	assert_int_equal(snapshot.host.card_count, 0);
}

static void the_connectors_of_card1_are_not_those_of_card10(void **state) {
	static const char text[] = "P: /devices/pci0000:00/0000:00:02.0/drm/card1\n"
				   "E: SUBSYSTEM=drm\n"
				   "\n"
				   "P: /devices/pci0000:00/0000:00:02.0\n"
				   "E: SUBSYSTEM=pci\n"
				   "\n"
				   "P: /devices/pci0000:00/0000:00:03.0/drm/card10\n"
				   "E: SUBSYSTEM=drm\n"
				   "\n"
				   "P: /devices/pci0000:00/0000:00:03.0/drm/card10/card10-DP-1\n"
				   "E: SUBSYSTEM=drm\n"
				   "A: status=unknown\n";
	AUTO_SNAPSHOT struct snapshot snapshot = {0};

	assert_int_equal(machine_make(text, strlen(text), &snapshot.machine), 0);
	snapshot_read(&snapshot);
	assert_int_equal(snapshot.host.card_count, 2);
	assert_int_equal(snapshot.host.cards[0].connector_count, 0);
	assert_int_equal(snapshot.host.cards[1].connector_count, 1);
	assert_int_equal(snapshot.host.cards[1].connectors[0].status, CONNECTOR_UNKNOWN);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_is_found_by_its_device_with_what_is_plugged_in),
		cmocka_unit_test(cards_are_in_the_order_of_devices_and_not_of_numbers),
		cmocka_unit_test(a_card_below_a_virtio_device_belongs_to_the_function_above),
		cmocka_unit_test(a_card_of_the_firmwares_framebuffer_is_not_the_devices),
		cmocka_unit_test(the_connectors_of_card1_are_not_those_of_card10),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
