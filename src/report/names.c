// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"

#define FILE_MAX_SIZE (32U << 20) /* it has 1.5 MiB */

static int hex_digit(char c) {
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads that many hex digits off the front of a line. */
static bool take_id(const char *line, const char *end, size_t digits, uint16_t *ret) {
	unsigned int value = 0;

	if ((size_t)(end - line) < digits) {
		return false;
	}
	for (size_t i = 0; i < digits; i++) {
		int digit = hex_digit(line[i]);

		if (digit < 0) {
			return false;
		}
		value = value * 16 + (unsigned int)digit;
	}
	*ret = (uint16_t)value;
	return true;
}

static const char *line_end(const char *line, const char *end) {
	const char *newline = memchr(line, '\n', (size_t)(end - line));

	return newline ? newline : end;
}

static int add_section(struct pci_section **sections, size_t *count, uint16_t id, size_t start) {
	/* Room for all that two bytes can number, so that a list with repetitions is too long. */
	if (!*sections) {
		*sections = calloc(UINT16_MAX + 1, sizeof(**sections));
	}
	if (!*sections) {
		return -ENOMEM;
	}
	if (*count <= UINT16_MAX) {
		(*sections)[(*count)++] = (struct pci_section){.id = id, .start = (uint32_t)start};
	}
	return 0;
}

/* "\t1e84  TU104 ..." below the vendor's line. */
static int look_at_entry(
	struct pci_names *names, const char *line, const char *end, const uint16_t *vendor) {
	struct pci_entry entry = {.start = (uint32_t)(line + strlen("\t1e84") - names->data)};

	if (!vendor || !take_id(line + 1, end, 4, &entry.device)) {
		return 0;
	}
	entry.vendor = *vendor;
	if (!ARRAY_ROOM(names->entries, names->entry_count)) {
		return -ENOMEM;
	}
	names->entries[names->entry_count++] = entry;
	return 0;
}

/* "10de  NVIDIA Corporation" and "C 03  Display controller" begin a section. */
static int look_at_line(struct pci_names *names, const char *line, const char *end) {
	size_t start = (size_t)(line - names->data);
	uint16_t id;

	if (end - line > 2 && line[0] == 'C' && line[1] == ' ') {
		return take_id(line + 2, end, 2, &id)
			       ? add_section(&names->classes, &names->class_count, id,
					 start + strlen("C 03"))
			       : 0;
	}
	return take_id(line, end, 4, &id) ? add_section(&names->vendors, &names->vendor_count, id,
						    start + strlen("10de"))
					  : 0;
}

static int compare(const void *a, const void *b) {
	return (int)((const struct pci_section *)a)->id - (int)((const struct pci_section *)b)->id;
}

/* The first of two with one id comes first. */
static int compare_entries(const void *a, const void *b) {
	const struct pci_entry *x = a, *y = b;

	if (x->vendor != y->vendor) {
		return (int)x->vendor - (int)y->vendor;
	}
	if (x->device != y->device) {
		return (int)x->device - (int)y->device;
	}
	return x->start < y->start ? -1 : x->start > y->start;
}

/* The list has them in order; whatever else comes is put into it. */
static void sort_entries(struct pci_names *names) {
	for (size_t i = 1; i < names->entry_count; i++) {
		if (compare_entries(&names->entries[i - 1], &names->entries[i]) > 0) {
			qsort(names->entries, names->entry_count, sizeof(*names->entries),
				compare_entries);
			return;
		}
	}
}

int pci_names_parse(char *data, size_t length, struct pci_names *ret) {
	AUTO_PCI_NAMES struct pci_names names = {.data = data, .length = length};
	const char *end = data + length, *next;
	size_t vendors = 0;
	int r = 0;

	for (const char *line = data; line < end && r == 0; line = next + 1) {
		next = line_end(line, end);
		if (*line == '\t' && next - line > 1 && line[1] != '\t') {
			r = look_at_entry(&names, line, next,
				vendors ? &names.vendors[vendors - 1].id : NULL);
		} else if (*line != '\t' && *line != '#') {
			size_t before = names.vendor_count;

			r = look_at_line(&names, line, next);
			vendors = names.vendor_count > before ? names.vendor_count : 0;
		}
	}
	if (r < 0) {
		return r;
	}
	sort_entries(&names);
	if (names.vendor_count > 1) {
		qsort(names.vendors, names.vendor_count, sizeof(*names.vendors), compare);
	}
	if (names.class_count > 1) {
		qsort(names.classes, names.class_count, sizeof(*names.classes), compare);
	}
	*ret = names;
	names = (struct pci_names){0};
	return 0;
}

int pci_names_read(int root, struct pci_names *ret) {
	static const char *const paths[] = {
		"usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids", "usr/share/pci.ids"};

	for (size_t i = 0; i < COUNT(paths); i++) {
		char *data = NULL;
		size_t length = 0;
		int r = file_read(root, paths[i], FILE_MAX_SIZE, &data, &length);

		if (r == 0) {
			return pci_names_parse(data, length, ret);
		}
		if (r == -ENOMEM) {
			return r;
		}
	}
	*ret = (struct pci_names){0};
	return 0;
}

void pci_names_free(struct pci_names *names) {
	free(names->data);
	free(names->entries);
	free(names->vendors);
	free(names->classes);
	*names = (struct pci_names){0};
}

/* The rest of a line behind its id, without the blanks in front. */
static bool copy_name(const char *from, const char *end, char ret[PCI_NAME_SIZE]) {
	size_t length;

	end = line_end(from, end);
	while (from < end && (*from == ' ' || *from == '\t')) {
		from++;
	}
	length = (size_t)(end - from);
	if (length >= PCI_NAME_SIZE) {
		length = PCI_NAME_SIZE - 1;
	}
	memcpy(ret, from, length);
	ret[length] = '\0';
	return length > 0;
}

static const struct pci_section *find(
	const struct pci_section *sections, size_t count, uint16_t id) {
	struct pci_section key = {.id = id};

	return count ? bsearch(&key, sections, count, sizeof(*sections), compare) : NULL;
}

/* "\t1e84  TU104 ...": the lines of a section have one tab in front, deeper ones two. */
static bool find_entry(const struct pci_names *names, const struct pci_section *section,
	uint16_t id, size_t digits, char ret[PCI_NAME_SIZE]) {
	const char *end = names->data + names->length;
	const char *line = line_end(names->data + section->start, end) + 1;

	for (; line < end && (*line == '\t' || *line == '#'); line = line_end(line, end) + 1) {
		uint16_t entry;

		if (line[0] == '\t' && take_id(line + 1, end, digits, &entry) && entry == id) {
			return copy_name(line + 1 + digits, end, ret);
		}
	}
	return false;
}

bool pci_names_vendor(const struct pci_names *names, uint16_t vendor, char ret[PCI_NAME_SIZE]) {
	const struct pci_section *section = find(names->vendors, names->vendor_count, vendor);

	ret[0] = '\0';
	return section && copy_name(names->data + section->start, names->data + names->length, ret);
}

bool pci_names_device(
	const struct pci_names *names, uint16_t vendor, uint16_t device, char ret[PCI_NAME_SIZE]) {
	const struct pci_entry wanted = {.vendor = vendor, .device = device};
	size_t low = 0, high = names->entry_count;

	ret[0] = '\0';
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_entries(&names->entries[middle], &wanted) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < names->entry_count && names->entries[low].vendor == vendor &&
	       names->entries[low].device == device &&
	       copy_name(names->data + names->entries[low].start, names->data + names->length, ret);
}

bool pci_names_class(const struct pci_names *names, uint32_t class, char ret[PCI_NAME_SIZE]) {
	const struct pci_section *section =
		find(names->classes, names->class_count, (uint16_t)(class >> 16));

	ret[0] = '\0';
	if (!section) {
		return false;
	}
	return find_entry(names, section, class >> 8 & 0xff, 2, ret) ||
	       copy_name(names->data + section->start, names->data + names->length, ret);
}

/* What stands in brackets at the end is what people call it; true if there is such. */
static bool keep_bracket(char *name) {
	size_t length = strlen(name);
	char *open = strrchr(name, '[');

	if (!open || length == 0 || name[length - 1] != ']' || open[1] == ']') {
		return false;
	}
	name[length - 1] = '\0';
	memmove(name, open + 1, strlen(open + 1) + 1);
	return true;
}

bool pci_names_short(
	const struct pci_names *names, uint16_t vendor, uint16_t device, char ret[PCI_NAME_SIZE]) {
	char maker[PCI_NAME_SIZE], model[PCI_NAME_SIZE], both[2 * PCI_NAME_SIZE];

	ret[0] = '\0';
	if (!pci_names_device(names, vendor, device, model)) {
		return false;
	}
	keep_bracket(model);
	if (pci_names_vendor(names, vendor, maker) && !keep_bracket(maker)) {
		maker[strcspn(maker, " ,")] = '\0';
	}
	snprintf(both, sizeof(both), "%s%s%s", maker, maker[0] ? " " : "", model);
	return copy_name(both, both + strlen(both), ret);
}
