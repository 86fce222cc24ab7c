// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/rom.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "report/document.h"

static const struct {
	const char *sentence;
	bool of_image; /* and not of the whole */
} faults[ROM_FAULT_COUNT] = {
	[ROM_EMPTY] =
		{"there is nothing in it: the device did not answer when it was read; read it while its host driver has it",
			false},
	[ROM_NO_IMAGE] = {"no image begins in it (55 aa): this is no ROM, or one that is encrypted",
		false},
	[ROM_HEADER] =
		{"a header that the dumping tool has added stands before the first image: `baton rom mend` cuts it off",
			false},
	[ROM_CUT] = {"the file ends before the image does: dump it again", true},
	[ROM_NO_STRUCTURE] =
		{"the image does not say what it is (no PCIR structure where it points to): dump it again",
			true},
	[ROM_NO_SIZE] = {"the image says that it is 0 bytes long: dump it again", true},
	[ROM_NO_END] =
		{"no image says that it is the last: the ones behind it are missing; dump it again",
			false},
	[ROM_TOO_MANY] = {"there are more images in it than any card has", false},
	[ROM_CHECKSUM] =
		{"the bytes of the BIOS do not add up to 0: it was changed, or read while it was in use; firmware in a guest may refuse it",
			true},
	[ROM_BIOS_SIZE] = {"the size that the BIOS gives itself is none, or larger than its image",
		true},
	[ROM_EFI_SIGNATURE] = {"the EFI image has no EFI header (0ef1): dump it again", true},
	[ROM_EFI_MACHINE] =
		{"the EFI image is not for x86-64: a guest with OVMF has no picture before its driver loads",
			true},
	[ROM_EFI_START] = {"the EFI driver begins outside its image: dump it again", true},
	[ROM_NO_EFI] =
		{"there is no EFI image: a guest with OVMF has no picture before its driver loads",
			false},
	[ROM_NO_BIOS] =
		{"there is no BIOS image: a guest with SeaBIOS has no picture before its driver loads",
			false},
	[ROM_OTHER_DEVICE] = {"it is made for another device: find the one for this card", false},
};

static const char *const levels[] = {
	[ROM_NOTE] = "note",
	[ROM_MENDABLE] = "mendable",
	[ROM_BROKEN] = "broken",
};

static const char *const verdicts[] = {
	[ROM_NOTE] = "good",
	[ROM_MENDABLE] = "mendable",
	[ROM_BROKEN] = "broken",
};

static const char *code_name(const struct rom_image *image) {
	switch (image->code) {
	case ROM_CODE_BIOS:
		return "BIOS";
	case ROM_CODE_OPEN_FIRMWARE:
		return "Open Firmware";
	case ROM_CODE_HP:
		return "PA-RISC";
	case ROM_CODE_EFI:
		return image->machine == ROM_MACHINE_X86_64 ? "EFI x86-64" : "EFI";
	default:
		return "vendor's own";
	}
}

static bool names_image(const struct rom *rom, enum rom_fault fault) {
	return faults[fault].of_image && rom->image_count > 1;
}

static int add_fault(const struct rom *rom, enum rom_fault fault, struct text *ret) {
	int r = text_add(ret, "%s: ", levels[rom_fault_level(fault)]);

	if (r == 0 && names_image(rom, fault)) {
		r = text_add(ret, "image %zu: ", rom->fault_image[fault] + 1);
	}
	return r < 0 ? r : text_add(ret, "%s\n", faults[fault].sentence);
}

int report_rom(const char *file, const struct rom *rom, struct text *ret) {
	int r = text_add(ret, "%s: %s, %zu image%s\n", file, verdicts[rom_level(rom)],
		rom->image_count, rom->image_count == 1 ? "" : "s");

	for (size_t i = 0; r == 0 && i < rom->image_count; i++) {
		const struct rom_image *image = &rom->images[i];

		r = text_add(ret, "  at 0x%05zx %7zu KiB  %04x:%04x  %s\n",
			rom->start + image->offset, image->size / 1024, image->vendor,
			image->device, code_name(image));
	}
	for (enum rom_fault fault = 0; r == 0 && fault < ROM_FAULT_COUNT; fault++) {
		if (rom->faults[fault]) {
			r = add_fault(rom, fault, ret);
		}
	}
	return r;
}

static void add_image(
	struct document *document, const struct rom *rom, const struct rom_image *image) {
	char word[16];

	document_object(document, NULL);
	document_number(document, "offset", (long long)rom->start + (long long)image->offset);
	document_number(document, "size", (long long)image->size);
	snprintf(word, sizeof(word), "%04x:%04x", image->vendor, image->device);
	document_text(document, "id", word);
	snprintf(word, sizeof(word), "%06" PRIx32, image->class);
	document_text(document, "class", word);
	document_number(document, "code", image->code);
	document_text(document, "kind", code_name(image));
	document_close(document);
}

int report_rom_json(
	const char *file, const struct rom *rom, struct text *ret, struct error *error) {
	struct document document;

	document_begin(&document);
	document_text(&document, "file", file);
	document_text(&document, "verdict", verdicts[rom_level(rom)]);
	document_number(&document, "start", (long long)rom->start);
	document_number(&document, "size", (long long)rom->size);
	document_array(&document, "images");
	for (size_t i = 0; i < rom->image_count; i++) {
		add_image(&document, rom, &rom->images[i]);
	}
	document_close(&document);
	document_array(&document, "faults");
	for (enum rom_fault fault = 0; fault < ROM_FAULT_COUNT; fault++) {
		if (!rom->faults[fault]) {
			continue;
		}
		document_object(&document, NULL);
		document_text(&document, "id", rom_fault_name(fault));
		document_text(&document, "level", levels[rom_fault_level(fault)]);
		if (names_image(rom, fault)) {
			document_number(&document, "image", (long long)rom->fault_image[fault] + 1);
		}
		document_text(&document, "text", faults[fault].sentence);
		document_close(&document);
	}
	document_close(&document);
	return document_end(&document, ret, error);
}
