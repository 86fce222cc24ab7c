// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/advice.h"
#include "advise/card.h"

static void advise_q35(struct adviser *adviser) {
	bool hand = adviser->model->hypervisor == MODEL_LIBVIRT;
	struct advice *advice;

	if (adviser->model->chipset != CHIPSET_I440FX || adviser->model->legacy_igd) {
		return;
	}
	advice = advice_add(adviser, "machine", ADVICE_BETTER);
	advice_what(advice, "give the guest a q35 machine");
	advice_why(advice,
		"an i440fx has no PCI Express: the card's driver finds a card without a link, some refuse it, and ROM and resizable BARs work less well");
	if (hand) {
		/* Every address and controller in the definition is the other machine's. */
		advice_by_hand(advice,
			"make it anew around its disk, because all its PCI addresses change: virt-install --import --machine q35 --disk vol=... --osinfo detect=on; look at its network afterwards, whose name changes");
		return;
	}
	advice_by_hand(
		advice, "look at the guest's network afterwards: its card has another name there");
	advice_change(adviser, SETTING_MACHINE, 0);
}

static void advise_uefi(struct adviser *adviser) {
	struct advice *advice;

	if (adviser->model->uefi || adviser->model->legacy_igd) {
		return;
	}
	advice = advice_add(adviser, "uefi", ADVICE_BETTER);
	advice_what(advice, "let the guest start by UEFI (OVMF)");
	advice_why(advice,
		"with a BIOS, the card draws through the old VGA ranges, of which the machine has one for all cards; newer cards have no BIOS in their ROM at all");
	advice_by_hand(advice,
		"an installed system does not start by UEFI as it is: convert it first (Windows: mbr2gpt /convert; Linux: an EFI partition and boot loader), or install it anew");
}

void advise_machine(struct adviser *adviser) {
	if (card_is_given(adviser) && !adviser->model->foreign) {
		advise_q35(adviser);
		advise_uefi(adviser);
	}
}
