// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <stdio.h>

#include "advise/proposal.h"
#include "advise/proxmox.h"

static struct device devices[] = {
	{.address = {.bus = 1}, .name = "0000:01:00.0", .class = 0x030000},
	{.address = {.bus = 1, .function = 1}, .name = "0000:01:00.1", .class = 0x040300},
};

/* Whatever stands in a configuration that Proxmox takes, the one that comes of it is one, too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct host host = {.devices = devices, .device_count = COUNT(devices)};
	struct ground ground = {.host = &host, .root = -1};
	struct wishes wishes = {.cards = &devices[0].address, .card_count = 1, .shared_mib = 32};
	static struct proxmox_guest guest = {.guest = "proxmox:100"};
	AUTO_TEXT struct text document = {0};
	AUTO_PROPOSAL struct proposal proposal = {0};
	AUTO_FREE struct model *model = calloc(1, sizeof(*model));
	struct draft draft = {.text = &document, .name = "x"};
	struct proxmox_conf conf;
	struct error error = {{0}};

	assert(model && text_append(&document, (const char *)data, size) == 0);
	if (proxmox_conf_parse("x", document.data, document.length, &conf, &error) < 0 ||
		proxmox_model(&host, &guest, &document, model, &error) < 0 ||
		propose(&ground, model, &wishes, &draft, &proposal, &error) < 0) {
		assert(error.text[0]);
		return 0;
	}
	if (proxmox_conf_parse("x", proposal.after.data, proposal.after.length, &conf, &error) <
		0) {
		fprintf(stderr, "%s\n%s\n", error.text, proposal.after.data);
		abort();
	}
	return 0;
}
