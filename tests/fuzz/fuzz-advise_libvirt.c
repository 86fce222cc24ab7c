// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "advise/libvirt.h"
#include "advise/proposal.h"

/* A card of two functions that every guest is to have, whatever it has. */
static struct device devices[] = {
	{.address = {.bus = 1}, .name = "0000:01:00.0", .class = 0x030000},
	{.address = {.bus = 1, .function = 1}, .name = "0000:01:00.1", .class = 0x040300},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct host host = {.devices = devices, .device_count = COUNT(devices)};
	struct ground ground = {.host = &host, .root = -1};
	struct wishes wishes = {.cards = &devices[0].address, .card_count = 1, .shared_mib = 32};
	AUTO_TEXT struct text document = {0};
	struct draft draft = {.text = &document, .name = "x"};
	AUTO_PROPOSAL struct proposal proposal = {0};
	AUTO_FREE struct model *model = calloc(1, sizeof(*model));
	struct error error = {{0}};

	assert(model && text_append(&document, (const char *)data, size) == 0);
	if (libvirt_read(&document, model, &error) < 0) {
		assert(error.text[0]);
		return 0;
	}
	if (propose(&ground, model, &wishes, &draft, &proposal, &error) < 0) {
		assert(error.text[0]);
		return 0;
	}
	/* What it becomes is a definition still, and of the same guest. */
	assert(libvirt_read(&proposal.after, model, &error) == 0);
	assert(model->device_count >= 2);
	return 0;
}
