// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/output.h"

#include <string.h>

static int add(
	const struct drm_card *card, const struct connector *connector, struct growing *growing) {
	struct attached output = {
		.kind = ATTACHED_OUTPUT,
		.device = card->device,
		.parent = ATTACHED_TOP,
		.active = connector->status == CONNECTOR_CONNECTED,
	};
	size_t index;

	memcpy(output.name, connector->name, sizeof(output.name));
	return growing_add(growing, &output, &index);
}

int outputs_read(const struct host *host, struct growing *growing) {
	int r = 0;

	for (size_t i = 0; i < host->card_count && r == 0; i++) {
		const struct drm_card *card = &host->cards[i];

		for (size_t j = 0; j < card->connector_count && r == 0; j++) {
			r = add(card, &card->connectors[j], growing);
		}
	}
	return r;
}
