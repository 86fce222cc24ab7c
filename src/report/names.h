/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/file.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The names of vendors, devices and classes, from the file that lspci uses (pci.ids(5)). For people
 * only: nothing is ever decided by a name. What has no name has none; a long one is cut.
 */
#define PCI_NAME_SIZE 256

struct pci_section {
	uint16_t id;
	uint32_t start; /* of its name; its entries are in the lines after it */
};

/* A device's: looked up for each device of a machine, and a vendor may have thousands. */
struct pci_entry {
	uint16_t vendor, device;
	uint32_t start; /* of its name */
};

struct pci_names {
	struct pci_entry *entries; /* ordered by vendor and device */
	size_t entry_count;
	char *data;
	size_t length;
	struct pci_section *vendors; /* ordered by id */
	size_t vendor_count;
	struct pci_section *classes;
	size_t class_count;
};

/* No such file: no names. -ENOMEM. */
int pci_names_read(int root, struct pci_names *ret) MUST_CHECK;

/* Takes the text, which malloc made, whether it succeeds or not. */
int pci_names_parse(char *data, size_t length, struct pci_names *ret) MUST_CHECK;
void pci_names_free(struct pci_names *names);

#define AUTO_PCI_NAMES CLEANUP(pci_names_free)

/* false, and an empty text: there is no name. class is 24 bits: the interface is not looked at. */
bool pci_names_vendor(const struct pci_names *names, uint16_t vendor, char ret[PCI_NAME_SIZE]);
bool pci_names_device(
	const struct pci_names *names, uint16_t vendor, uint16_t device, char ret[PCI_NAME_SIZE]);
bool pci_names_class(const struct pci_names *names, uint32_t class, char ret[PCI_NAME_SIZE]);

/*
 * Both names as short as people say them: "NVIDIA GeForce RTX 2070 SUPER" for "NVIDIA Corporation"
 * and "TU104 [GeForce RTX 2070 SUPER]". false if the device has no name.
 */
bool pci_names_short(
	const struct pci_names *names, uint16_t vendor, uint16_t device, char ret[PCI_NAME_SIZE]);
