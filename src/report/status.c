// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/status.h"

#include "report/document.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CLASS_DISPLAY 0x03

static const char *const names[CARD_STATE_COUNT] = {
	[CARD_HOST] = "HOST",
	[CARD_GUEST] = "GUEST",
	[CARD_MIXED] = "MIXED",
	[CARD_UNRESOLVED] = "UNRESOLVED",
};

const char *card_state_name(enum card_state state) {
	assert(state < CARD_STATE_COUNT);
	return names[state];
}

static const struct claimed_device *find_claim(
	const struct claims *claims, struct address address) {
	for (size_t i = 0; i < claims->device_count; i++) {
		if (address_compare(claims->devices[i].address, address) == 0) {
			return &claims->devices[i];
		}
	}
	return NULL;
}

static bool is_interesting(const struct device *device, const struct claims *claims) {
	return !device_is_bridge(device) &&
	       (device->class >> 16 == CLASS_DISPLAY || find_claim(claims, device->address));
}

static bool is_known(const struct status *status, const struct device *device) {
	for (size_t i = 0; i < status->count; i++) {
		assert(status->cards[i].function_count > 0);
		if (address_same_slot(status->cards[i].functions[0]->address, device->address)) {
			return true;
		}
	}
	return false;
}

static bool is_with_guest(const struct device *device) {
	return device->has_vfio_device || strcmp(device->driver, device->vfio_driver) == 0;
}

static enum card_state judge(const struct card_status *card, const struct claims *claims) {
	size_t with_guest = 0;

	for (size_t i = 0; i < card->function_count; i++) {
		const struct claimed_device *claim =
			find_claim(claims, card->functions[i]->address);

		if (card->functions[i]->in_flight || (claim && !claim->held)) {
			return CARD_UNRESOLVED;
		}
		with_guest += is_with_guest(card->functions[i]);
	}
	if (with_guest == 0) {
		return CARD_HOST;
	}
	return with_guest == card->function_count ? CARD_GUEST : CARD_MIXED;
}

static void fill(const struct host *host, const struct device *first, const struct claims *claims,
	struct card_status *card) {
	*card = (struct card_status){0};
	memcpy(card->slot, first->name, sizeof(card->slot));
	*strrchr(card->slot, '.') = '\0';
	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *device = &host->devices[i];
		const struct claimed_device *claim = find_claim(claims, device->address);

		if (!address_same_slot(device->address, first->address) ||
			device_is_bridge(device) || card->function_count == CARD_FUNCTIONS_MAX) {
			continue;
		}
		card->functions[card->function_count++] = device;
		if (claim) {
			memcpy(card->title, claim->title, sizeof(card->title));
		}
	}
	card->state = judge(card, claims);
}

int status_make(const struct host *host, const struct claims *claims, struct status *ret) {
	AUTO_STATUS struct status status = {0};

	status.cards = calloc(host->device_count + 1, sizeof(*status.cards));
	if (!status.cards) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *device = &host->devices[i];

		if (is_interesting(device, claims) && !is_known(&status, device)) {
			fill(host, device, claims, &status.cards[status.count++]);
		}
	}
	*ret = status;
	status = (struct status){0};
	return 0;
}

void status_free(struct status *status) {
	free(status->cards);
	*status = (struct status){0};
}

static void add_card(struct document *document, const struct card_status *card) {
	document_object(document, NULL);
	document_text(document, "card", card->slot);
	document_text(document, "state", card_state_name(card->state));
	document_name(document, "guest", card->title);
	document_array(document, "devices");
	for (size_t i = 0; i < card->function_count; i++) {
		const struct device *device = card->functions[i];

		document_object(document, NULL);
		document_text(document, "address", device->name);
		document_name(document, "driver", device->driver);
		document_bool(document, "in_flight", device->in_flight);
		document_close(document);
	}
	document_close(document);
	document_close(document);
}

int report_status_json(const struct status *status, struct text *ret, struct error *error) {
	struct document document;

	document_begin(&document);
	document_array(&document, "cards");
	for (size_t i = 0; i < status->count; i++) {
		add_card(&document, &status->cards[i]);
	}
	document_close(&document);
	return document_end(&document, ret, error);
}
