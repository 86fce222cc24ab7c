// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/rom.h"

#include <assert.h>
#include <string.h>

/* PCI Firmware Specification 3.3: 5.1.1, the header of an image; 5.1.2, the PCIR structure. */
#define IMAGE_SIGNATURE 0xaa55
#define IMAGE_BIOS_SIZE 0x02 /* of a BIOS image, in blocks */
#define IMAGE_STRUCTURE 0x18 /* where its PCIR is */
#define IMAGE_HEADER    0x1a
#define PCIR_VENDOR     0x04
#define PCIR_DEVICE     0x06
#define PCIR_DEVICES    0x08 /* since revision 3: where the other devices are listed */
#define PCIR_REVISION   0x0c
#define PCIR_CLASS      0x0d
#define PCIR_IMAGE_SIZE 0x10 /* in blocks */
#define PCIR_CODE       0x14
#define PCIR_INDICATOR  0x15
#define PCIR_SIZE       0x18
#define INDICATOR_LAST  0x80
#define BLOCK           512

/* UEFI Specification, 14.4.2 */
#define EFI_SIGNATURE_AT 0x04
#define EFI_SIGNATURE    0x0ef1
#define EFI_MACHINE      0x0a
#define EFI_START        0x16

static const struct {
	const char *name;
	enum rom_level level;
} faults[ROM_FAULT_COUNT] = {
	[ROM_EMPTY] = {"empty", ROM_BROKEN},
	[ROM_NO_IMAGE] = {"no-image", ROM_BROKEN},
	[ROM_HEADER] = {"header", ROM_MENDABLE},
	[ROM_CUT] = {"cut", ROM_BROKEN},
	[ROM_NO_STRUCTURE] = {"no-structure", ROM_BROKEN},
	[ROM_NO_SIZE] = {"no-size", ROM_BROKEN},
	[ROM_NO_END] = {"no-end", ROM_BROKEN},
	[ROM_TOO_MANY] = {"too-many", ROM_BROKEN},
	[ROM_CHECKSUM] = {"checksum", ROM_BROKEN},
	[ROM_BIOS_SIZE] = {"bios-size", ROM_BROKEN},
	[ROM_EFI_SIGNATURE] = {"efi-signature", ROM_BROKEN},
	[ROM_EFI_MACHINE] = {"efi-machine", ROM_NOTE},
	[ROM_EFI_START] = {"efi-start", ROM_BROKEN},
	[ROM_NO_EFI] = {"no-efi", ROM_NOTE},
	[ROM_NO_BIOS] = {"no-bios", ROM_NOTE},
	[ROM_OTHER_DEVICE] = {"other-device", ROM_BROKEN},
};

const char *rom_fault_name(enum rom_fault fault) {
	assert(fault < ROM_FAULT_COUNT);
	return faults[fault].name;
}

enum rom_level rom_fault_level(enum rom_fault fault) {
	assert(fault < ROM_FAULT_COUNT);
	return faults[fault].level;
}

enum rom_level rom_level(const struct rom *rom) {
	enum rom_level level = ROM_NOTE;

	for (enum rom_fault fault = 0; fault < ROM_FAULT_COUNT; fault++) {
		if (rom->faults[fault] && faults[fault].level > level) {
			level = faults[fault].level;
		}
	}
	return level;
}

/* The bytes from the first image on, and what they are to be for. */
struct bytes {
	const uint8_t *data;
	size_t size;
	const struct identity *identity;
};

static uint16_t word(const struct bytes *bytes, size_t at) {
	return (uint16_t)(bytes->data[at] | bytes->data[at + 1] << 8);
}

static bool is_within(const struct bytes *bytes, size_t at, size_t size) {
	return at <= bytes->size && size <= bytes->size - at;
}

static bool begins_image(const struct bytes *bytes, size_t at) {
	return is_within(bytes, at, IMAGE_HEADER) && word(bytes, at) == IMAGE_SIGNATURE;
}

/* Where the PCIR structure of the image is; false: it has none, or the file ends before its end. */
static bool find_structure(const struct bytes *bytes, size_t image, size_t *ret) {
	size_t at = image + word(bytes, image + IMAGE_STRUCTURE);

	*ret = at;
	return is_within(bytes, at, PCIR_SIZE) && memcmp(bytes->data + at, "PCIR", 4) == 0;
}

static void note(struct rom *rom, enum rom_fault fault) {
	if (!rom->faults[fault]) {
		rom->faults[fault] = true;
		rom->fault_image[fault] = rom->image_count;
	}
}

/*
 * Dumps by vendors' tools carry a header of the tool's own. A signature alone is two bytes that may
 * stand anywhere: behind a header, only one with a structure begins an image.
 */
static bool find_start(const uint8_t *data, size_t size, size_t *ret) {
	const struct bytes all = {.data = data, .size = size};
	size_t structure;

	*ret = 0;
	if (begins_image(&all, 0)) {
		return true;
	}
	for (size_t at = 1; is_within(&all, at, IMAGE_HEADER); at++) {
		if (begins_image(&all, at) && find_structure(&all, at, &structure)) {
			*ret = at;
			return true;
		}
	}
	return false;
}

static bool is_blank(const uint8_t *data, size_t size) {
	for (size_t i = 0; i < size; i++) {
		if (data[i] != data[0]) {
			return false;
		}
	}
	return size == 0 || data[0] == 0xff || data[0] == 0;
}

/* A BIOS has a size of its own, which a machine without EFI copies and adds up. */
static void check_bios(const struct bytes *bytes, const struct rom_image *image, struct rom *rom) {
	size_t size = (size_t)bytes->data[image->offset + IMAGE_BIOS_SIZE] * BLOCK;
	uint8_t sum = 0;

	if (size == 0 || size > image->size) {
		note(rom, ROM_BIOS_SIZE);
		return;
	}
	for (size_t i = 0; i < size; i++) {
		sum = (uint8_t)(sum + bytes->data[image->offset + i]);
	}
	if (sum != 0) {
		note(rom, ROM_CHECKSUM);
	}
}

static void check_efi(const struct bytes *bytes, struct rom_image *image, struct rom *rom) {
	size_t at = image->offset;

	if (word(bytes, at + EFI_SIGNATURE_AT) != EFI_SIGNATURE ||
		word(bytes, at + EFI_SIGNATURE_AT + 2) != 0) {
		note(rom, ROM_EFI_SIGNATURE);
		return;
	}
	image->machine = word(bytes, at + EFI_MACHINE);
	if (image->machine != ROM_MACHINE_X86_64) {
		note(rom, ROM_EFI_MACHINE);
	}
	if (word(bytes, at + EFI_START) >= image->size) {
		note(rom, ROM_EFI_START);
	}
}

/* "A list of supported device IDs, ended by 0": the same ROM for a family of cards. */
static bool lists(const struct bytes *bytes, size_t structure, uint16_t device) {
	size_t at = structure + word(bytes, structure + PCIR_DEVICES);

	if (bytes->data[structure + PCIR_REVISION] < 3 || at == structure) {
		return false;
	}
	for (; is_within(bytes, at, 2) && word(bytes, at) != 0; at += 2) {
		if (word(bytes, at) == device) {
			return true;
		}
	}
	return false;
}

static bool is_for_it(const struct bytes *bytes, size_t structure, const struct rom_image *image) {
	const struct identity *identity = bytes->identity;

	return identity && image->vendor == identity->vendor &&
	       (image->device == identity->device || lists(bytes, structure, identity->device));
}

/* One image; returns false if there is no way on. */
static bool parse_image(const struct bytes *bytes, size_t at, struct rom *rom, bool *ret_last) {
	struct rom_image *image = &rom->images[rom->image_count];
	size_t structure;

	if (!begins_image(bytes, at)) {
		note(rom, at < bytes->size ? ROM_NO_END : ROM_CUT);
		return false;
	}
	if (!find_structure(bytes, at, &structure)) {
		note(rom, is_within(bytes, structure, PCIR_SIZE) ? ROM_NO_STRUCTURE : ROM_CUT);
		return false;
	}
	*image = (struct rom_image){
		.offset = at,
		.size = (size_t)word(bytes, structure + PCIR_IMAGE_SIZE) * BLOCK,
		.vendor = word(bytes, structure + PCIR_VENDOR),
		.device = word(bytes, structure + PCIR_DEVICE),
		.class = word(bytes, structure + PCIR_CLASS) |
			 (uint32_t)bytes->data[structure + PCIR_CLASS + 2] << 16,
		.code = bytes->data[structure + PCIR_CODE],
	};
	rom->fits |= is_for_it(bytes, structure, image);
	*ret_last = bytes->data[structure + PCIR_INDICATOR] & INDICATOR_LAST;
	if (image->size == 0) {
		note(rom, ROM_NO_SIZE);
		return false;
	}
	if (!is_within(bytes, at, image->size)) {
		note(rom, ROM_CUT);
	} else if (image->code == ROM_CODE_BIOS) {
		check_bios(bytes, image, rom);
	}
	if (image->code == ROM_CODE_EFI) {
		check_efi(bytes, image, rom);
	}
	rom->size = is_within(bytes, at, image->size) ? at + image->size : bytes->size;
	rom->image_count++;
	return !rom->faults[ROM_CUT];
}

static bool has_code(const struct rom *rom, enum rom_code code) {
	for (size_t i = 0; i < rom->image_count; i++) {
		if (rom->images[i].code == code) {
			return true;
		}
	}
	return false;
}

static void parse_images(const struct bytes *bytes, struct rom *rom) {
	bool last = false;
	size_t at = 0;

	while (!last) {
		if (rom->image_count == ROM_IMAGES_MAX) {
			note(rom, ROM_TOO_MANY);
			return;
		}
		if (!parse_image(bytes, at, rom, &last)) {
			return;
		}
		at = rom->size;
	}
}

void rom_parse(const uint8_t *data, size_t size, const struct identity *identity, struct rom *ret) {
	struct bytes bytes;

	*ret = (struct rom){0};
	if (is_blank(data, size)) {
		note(ret, ROM_EMPTY);
		return;
	}
	if (!find_start(data, size, &ret->start)) {
		note(ret, ROM_NO_IMAGE);
		return;
	}
	if (ret->start > 0) {
		note(ret, ROM_HEADER);
	}
	bytes = (struct bytes){data + ret->start, size - ret->start, identity};
	parse_images(&bytes, ret);
	if (ret->image_count == 0) {
		return;
	}
	if (!has_code(ret, ROM_CODE_EFI)) {
		note(ret, ROM_NO_EFI);
	}
	if (!has_code(ret, ROM_CODE_BIOS)) {
		note(ret, ROM_NO_BIOS);
	}
	if (identity && !ret->fits) {
		note(ret, ROM_OTHER_DEVICE);
	}
}
