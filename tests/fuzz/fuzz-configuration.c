// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "request/configuration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct configuration configuration;
	struct error error = {{0}};

	configuration_init(&configuration);
	if (configuration_parse("a.conf", (const char *)data, size, &configuration, &error) < 0) {
		assert(strncmp(error.text, "a.conf", 6) == 0);
		return 0;
	}
	assert(configuration.card_count <= CARDS_MAX);
	assert(configuration.writer_timeout_s - 1 < 3600);
	assert(configuration.service_timeout_s - 1 < 3600);
	assert(configuration.lock_timeout_s - 1 < 3600);
	assert(configuration.home_watch_s <= 3600);
	for (size_t i = 0; i < configuration.card_count; i++) {
		const struct card_name *card = &configuration.cards[i];

		assert(configuration_card(&configuration, card->name) == card);
		assert(card->selection_count - 1 < CARD_SELECTIONS_MAX);
		assert(!card->id[0] || strlen(card->id) == 9);
		for (size_t j = 0; j < card->return_driver_count; j++) {
			assert(driver_name_is_sound(card->return_drivers[j]));
		}
	}
	return 0;
}
