/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"
#include "base/text.h"
#include "host/host.h"

/*
 * A PCI expansion ROM, a card's "video BIOS", as bytes: what images are in it and what is wrong
 * with them. PCI Firmware Specification 3.3, section 5.1; the EFI header is the UEFI
 * Specification's, section 14.4.2. Pure: nothing outside the bytes is looked at.
 */

#define ROM_MAX        (16U << 20) /* the largest ROM that a device can have (PCI 3.0, 6.2.5.2) */
#define ROM_IMAGES_MAX 32

/* PCIR, code type */
enum rom_code {
	ROM_CODE_BIOS = 0,
	ROM_CODE_OPEN_FIRMWARE = 1,
	ROM_CODE_HP = 2,
	ROM_CODE_EFI = 3,
};

#define ROM_MACHINE_X86_64 0x8664

struct rom_image {
	size_t offset; /* from the beginning of the ROM, not of the file */
	size_t size;   /* as its header says; the file may end before */
	uint16_t vendor;
	uint16_t device;
	uint32_t class;
	uint8_t code;     /* enum rom_code, or what its maker means by it */
	uint16_t machine; /* of EFI: the PE machine type */
};

enum rom_fault {
	ROM_EMPTY,         /* no byte, or nothing but ff or 00: the device did not answer */
	ROM_NO_IMAGE,      /* nothing in the file begins an image */
	ROM_HEADER,        /* something stands before the first image */
	ROM_CUT,           /* the file ends within an image */
	ROM_NO_STRUCTURE,  /* an image does not point to a PCIR structure */
	ROM_NO_SIZE,       /* an image says that it has no bytes */
	ROM_NO_END,        /* no image says that it is the last */
	ROM_TOO_MANY,      /* more than ROM_IMAGES_MAX */
	ROM_CHECKSUM,      /* the bytes of a BIOS image do not add up to 0 */
	ROM_BIOS_SIZE,     /* its own size is none, or larger than the image */
	ROM_EFI_SIGNATURE, /* an EFI image without the EFI header */
	ROM_EFI_MACHINE,   /* an EFI image for another processor */
	ROM_EFI_START,     /* its driver begins outside the image */
	ROM_NO_EFI,        /* there is none */
	ROM_NO_BIOS,       /* there is none */
	ROM_OTHER_DEVICE,  /* made for another device */
	ROM_FAULT_COUNT
};

/* Can a guest use it? A note says who cannot, and most can. */
enum rom_level {
	ROM_NOTE,
	ROM_MENDABLE,
	ROM_BROKEN
};

struct rom {
	size_t start; /* of the ROM in the file */
	size_t size;  /* of its images together, as far as the file has them */
	struct rom_image images[ROM_IMAGES_MAX];
	size_t image_count;
	bool fits; /* an image is for the device in question */
	bool faults[ROM_FAULT_COUNT];
	size_t fault_image[ROM_FAULT_COUNT]; /* the first that has it; of all: image_count */
};

/*
 * Never fails: whatever the bytes are, *ret says what they are. identity: what the ROM is to be for
 * (ROM_OTHER_DEVICE if no image is), or NULL.
 */
void rom_parse(const uint8_t *data, size_t size, const struct identity *identity, struct rom *ret);

/* "checksum": the stable name of a fault, for --json and the manual. */
const char *rom_fault_name(enum rom_fault fault);
enum rom_level rom_fault_level(enum rom_fault fault);

/* The worst level of its faults. */
enum rom_level rom_level(const struct rom *rom);
