// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "advise/proposal.h"
#include "advise/qemu.h"
#include "advise/unit.h"

static struct device devices[] = {
	{.address = {.bus = 1}, .name = "0000:01:00.0", .class = 0x030000},
	{.address = {.bus = 1, .function = 1}, .name = "0000:01:00.1", .class = 0x040300},
};

/* A unit's file: whatever command line stands in it, the one that comes of it is one, too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct host host = {.devices = devices, .device_count = COUNT(devices)};
	struct ground ground = {.host = &host, .root = -1};
	struct wishes wishes = {.cards = &devices[0].address, .card_count = 1, .shared_mib = 32};
	AUTO_NAMES struct names words = {0};
	AUTO_TEXT struct text document = {0};
	AUTO_PROPOSAL struct proposal proposal = {0};
	AUTO_FREE struct model *model = calloc(1, sizeof(*model));
	struct draft draft = {.text = &document, .name = "x"};
	struct error error = {{0}};

	assert(model);
	if (unit_qemu((const char *)data, size, "i", &words, &error) < 0) {
		assert(error.text[0]);
		return 0;
	}
	if (unit_format(&words, &document) < 0 || qemu_model("x", &document, model, &error) < 0 ||
		propose(&ground, model, &wishes, &draft, &proposal, &error) < 0) {
		return 0;
	}
	assert(qemu_model("x", &proposal.after, model, &error) == 0);
	return 0;
}
