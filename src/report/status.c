// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/status.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

const char *handover_way(const struct journal *journal) {
	/* "home": brought home by hand without a journal of the way out. */
	bool home = journal->homeward || strcmp(journal->owner.door, "home") == 0;

	return journal->held ? "held" : home ? "home" : "out";
}

static bool is_interesting(const struct device *device, const struct journals *journals) {
	return !device_is_bridge(device) &&
	       (device->class >> 16 == CLASS_DISPLAY || journals_find(journals, device->address));
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

static enum card_state judge(const struct card_status *card, const struct journals *journals) {
	size_t with_guest = 0;
	bool held = false;

	for (size_t i = 0; i < card->function_count; i++) {
		const struct device *device = card->functions[i];
		const struct found *found = journals_find(journals, device->address);

		if (device->in_flight || (found && !found->journal->held)) {
			return CARD_UNRESOLVED;
		}
		held = held || found;
		with_guest += is_with_guest(device);
	}
	if (with_guest == card->function_count) {
		return CARD_GUEST;
	}
	return with_guest == 0 && !held ? CARD_HOST : CARD_MIXED;
}

/* What is not as a person would want it. */
static void find_fault(
	const struct host *host, const struct journals *journals, struct card_status *card) {
	for (size_t i = 0; i < card->function_count; i++) {
		const struct device *device = card->functions[i];
		bool away = is_with_guest(device);

		if (away && !card->stray && !device->in_flight &&
			!journals_find(journals, device->address)) {
			card->stray = device;
		}
		if (!away && card->state == CARD_HOST && device->driver[0] && !card->useless &&
			host_check_usable(host, device, false, &card->useless_why) < 0) {
			card->useless = device;
		}
	}
}

static void fill(const struct host *host, const struct device *first,
	const struct journals *journals, const struct status *status, struct card_status *card) {
	*card = (struct card_status){0};
	memcpy(card->slot, first->name, sizeof(card->slot));
	*strrchr(card->slot, '.') = '\0';
	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *device = &host->devices[i];
		const struct found *found = journals_find(journals, device->address);

		if (!address_same_slot(device->address, first->address) ||
			device_is_bridge(device) || card->function_count == CARD_FUNCTIONS_MAX) {
			continue;
		}
		card->functions[card->function_count++] = device;
		if (found) {
			card->handover = &status->handovers[found - journals->all];
		}
	}
	card->state = judge(card, journals);
	find_fault(host, journals, card);
}

static int add_handover(const struct found *found, struct status *status) {
	struct handover_status *handover = &status->handovers[status->handover_count++];
	const struct journal *journal = found->journal;

	*handover = (struct handover_status){.found = found};
	if (!journal) {
		return 0;
	}
	handover->left = calloc(journal->record_count + 1, sizeof(*handover->left));
	if (!handover->left) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < journal->record_count; i++) {
		if (!journal->records[i].popped) {
			handover->left[handover->left_count++].record = &journal->records[i];
		}
	}
	return 0;
}

int status_make(const struct host *host, const struct journals *journals, struct status *ret) {
	AUTO_STATUS struct status status = {.host = host};

	status.cards = calloc(host->device_count + 1, sizeof(*status.cards));
	status.handovers = calloc(journals->count + 1, sizeof(*status.handovers));
	if (!status.cards || !status.handovers) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < journals->count; i++) {
		if (add_handover(&journals->all[i], &status) < 0) {
			return -ENOMEM;
		}
	}
	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *device = &host->devices[i];

		if (is_interesting(device, journals) && !is_known(&status, device)) {
			fill(host, device, journals, &status, &status.cards[status.count++]);
		}
	}
	*ret = status;
	status = (struct status){0};
	return 0;
}

void status_free(struct status *status) {
	for (size_t i = 0; i < status->handover_count; i++) {
		free(status->handovers[i].left);
	}
	for (size_t i = 0; i < status->count; i++) {
		rebinders_free(&status->cards[i].rebinders);
	}
	free(status->handovers);
	free(status->cards);
	*status = (struct status){0};
}
