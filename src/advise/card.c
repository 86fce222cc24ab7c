// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/card.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

bool card_is_given(const struct adviser *adviser) {
	return card_next(adviser, NULL) != NULL;
}

/* The n-th device that the guest has, or is to have. */
static const struct address *nth(const struct adviser *adviser, size_t n) {
	const struct model *model = adviser->model;
	const struct wishes *wishes = adviser->wishes;

	if (n < model->device_count) {
		return &model->devices[n].address;
	}
	n -= model->device_count;
	return n < wishes->card_count ? &wishes->cards[n] : NULL;
}

const struct device *card_next(const struct adviser *adviser, const struct device *former) {
	const struct host *host = adviser->ground->host;
	bool behind = !former;

	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *device = &host->devices[i];
		const struct address *address;

		if (!behind) {
			behind = device == former;
			continue;
		}
		if (device->class >> 16 != CLASS_DISPLAY || device->is_virtual_function) {
			continue;
		}
		for (size_t n = 0; (address = nth(adviser, n)); n++) {
			if (address_same_slot(*address, device->address)) {
				return device;
			}
		}
	}
	return NULL;
}

static const struct model_device *given(const struct model *model, struct address address) {
	for (size_t i = 0; i < model->device_count; i++) {
		if (address_compare(model->devices[i].address, address) == 0) {
			return &model->devices[i];
		}
	}
	return NULL;
}

struct count {
	unsigned int functions, given, alone, elsewhere;
	struct text missing; /* "0000:0a:00.1, .2" */
};

static void count_done(struct count *count) {
	text_free(&count->missing);
}

static int count_functions(
	const struct adviser *adviser, const struct device *card, struct count *ret) {
	const struct host *host = adviser->ground->host;
	int r = 0;

	for (size_t i = 0; r == 0 && i < host->device_count; i++) {
		const struct device *device = &host->devices[i];
		const struct model_device *in;

		if (!address_same_slot(device->address, card->address) ||
			device_is_bridge(device)) {
			continue;
		}
		ret->functions++;
		in = given(adviser->model, device->address);
		if (!in) {
			r = ret->missing.length > 0
				    ? text_add(&ret->missing, ", .%x", device->address.function)
				    : text_add(&ret->missing, "%s", device->name);
		} else {
			ret->given++;
			ret->alone += in->alone;
			ret->elsewhere += in->elsewhere;
		}
	}
	return r;
}

/* The slot without its function: "0000:0a:00". */
static const char *slot_name(const struct device *card, char ret[ADDRESS_SIZE]) {
	address_format(card->address, ret);
	*strrchr(ret, '.') = '\0';
	return ret;
}

static void advise_functions(struct adviser *adviser, const struct device *card) {
	CLEANUP(count_done) struct count count = {0};
	struct advice *advice;
	char slot[ADDRESS_SIZE];

	if (count_functions(adviser, card, &count) < 0) {
		adviser->r = -ENOMEM;
		return;
	}
	if (count.given == count.functions && count.alone == 0) {
		return;
	}
	/* qemu-server takes one function alone in that way. */
	if (adviser->model->legacy_igd && count.given > 0) {
		return;
	}
	slot_name(card, slot);
	advice = advice_add(adviser, "card", count.given == 0 ? ADVICE_NEEDED : ADVICE_BETTER);
	if (count.given == 0) {
		advice_what(advice, "give the guest the card %s", slot);
		if (count.functions > 1) {
			advice_what(advice, "give the guest the card %s, all of its %u functions",
				slot, count.functions);
		}
		advice_why(advice, "it has none of them");
	} else if (count.given < count.functions) {
		advice_what(advice, "give the guest all of the card %s: also %s", slot,
			count.missing.data);
		advice_why(advice,
			"the functions of a card are reset together, and its driver in the guest looks for them");
	} else {
		advice_what(advice, "put the functions of the card %s into one slot of the guest",
			slot);
		advice_why(advice,
			"they stand in one on the host, and drivers look for the others there");
	}
	if (count.elsewhere > 0) {
		advice_by_hand(advice,
			"what it has of the card comes from a resource mapping or from args: correct it there");
	} else {
		advice_change(adviser, SETTING_CARD, 0)->address = card->address;
	}
}

static void advise_gone(struct adviser *adviser) {
	const struct model *model = adviser->model;

	for (size_t i = 0; i < model->device_count; i++) {
		struct address address = model->devices[i].address;
		struct advice *advice;
		char name[ADDRESS_SIZE];

		if (host_device(adviser->ground->host, address)) {
			continue;
		}
		address_format(address, name);
		advice = advice_add(adviser, "card-gone", ADVICE_NEEDED);
		advice_what(advice, "say where %s is now, or take it out", name);
		advice_why(advice, "no device has that address, so the guest does not start");
		advice_by_hand(advice,
			"`baton list` shows what is there; `baton plan` of the guest, where it went");
	}
}

static void advise_managed(struct adviser *adviser) {
	const struct model *model = adviser->model;
	struct advice *advice = NULL;

	for (size_t i = 0; i < model->device_count; i++) {
		if (!model->devices[i].unmanaged || !(model->can & CAN_MANAGE)) {
			continue;
		}
		if (!advice) {
			advice = advice_add(adviser, "managed", ADVICE_BETTER);
			advice_what(advice, "have libvirt manage the devices (managed='yes')");
			advice_why(advice,
				"with managed='no' the guest starts only if somebody else has put them on VFIO before, and nobody does where baton's hook is not called");
		}
		advice_change(adviser, SETTING_MANAGED, 0)->address = model->devices[i].address;
	}
}

/*
 * QEMU reads the ROM through VFIO, which for the card that the machine started on gives the
 * firmware's copy (drivers/vfio/pci/vfio_pci_core.c, IORESOURCE_ROM_SHADOW).
 */
#define SHADOWED                                                                                   \
	"the machine starts on this card: what a guest can read of its ROM is the firmware's "     \
	"copy in memory, which it has changed, and then many guests have no picture"

static void advise_rom(struct adviser *adviser, const struct device *card) {
	const struct model_device *in = given(adviser->model, card->address);
	const char *file = adviser->wishes->rom;
	bool shadows = ground_shadows(adviser->ground, card);
	struct advice *advice;
	struct change *change;

	if ((in && in->has_rom) || (!file && !shadows)) {
		return;
	}
	advice = advice_add(adviser, "rom", ADVICE_BETTER);
	advice_what(advice, "give %s a ROM file", card->name);
	advice_why(advice, "%s", shadows ? SHADOWED : "you asked for it");
	if (!file) {
		advice_by_hand(advice,
			"`baton rom dump %s FILE` while the machine has started on another card, `baton rom check FILE %s`, then `baton advise --rom FILE GUEST`",
			card->name, card->name);
		return;
	}
	change = advice_change(adviser, SETTING_ROM, 0);
	change->address = card->address;
	if (name_set(change->value, sizeof(change->value), file) < 0) {
		adviser->r = adviser->r < 0 ? adviser->r : -ENAMETOOLONG;
	}
}

static void advise_express(struct adviser *adviser) {
	const struct model *model = adviser->model;
	struct advice *advice = NULL;

	if (!(model->can & CAN_EXPRESS) || model->chipset != CHIPSET_Q35 || model->legacy_igd) {
		return;
	}
	for (size_t i = 0; i < model->device_count; i++) {
		const struct device *device =
			host_device(adviser->ground->host, model->devices[i].address);

		if (!model->devices[i].conventional || !device ||
			device->class >> 16 != CLASS_DISPLAY) {
			continue;
		}
		if (!advice) {
			advice = advice_add(adviser, "pcie", ADVICE_BETTER);
			advice_what(advice, "give the card a port of PCI Express (pcie=1)");
			advice_why(advice,
				"behind a conventional bridge the card's driver finds no link, and some refuse it");
		}
		advice_change(adviser, SETTING_EXPRESS, 0)->address = device->address;
	}
}

void advise_card(struct adviser *adviser) {
	const struct device *card = NULL;
	const struct device *last = NULL;

	advise_gone(adviser);
	while ((card = card_next(adviser, card))) {
		/* A card of two processors is one slot all the same. */
		if (!last || !address_same_slot(last->address, card->address)) {
			advise_functions(adviser, card);
		}
		advise_rom(adviser, card);
		last = card;
	}
	advise_managed(adviser);
	advise_express(adviser);
}
