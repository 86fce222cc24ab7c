// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/qemu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/qemu_line.h"
#include "advise/shell.h"
#include "advise/unit.h"

#define VALUE_SIZE CONF_VALUE_SIZE

static int splice(
	struct text *document, size_t begin, size_t end, const char *option, const char *value) {
	AUTO_TEXT struct text fresh = {0};
	int r = text_append(&fresh, document->data, begin);

	r = r < 0 || !option ? r : text_add(&fresh, "-%s %s\n", option, value);
	r = r < 0 ? r : text_append(&fresh, document->data + end, document->length - end);
	if (r == 0) {
		struct text former = *document;

		*document = fresh;
		fresh = former;
	}
	return r;
}

static int append(struct text *document, const char *option, const char *value) {
	return splice(document, document->length, document->length, option, value);
}

static int set(struct text *document, const char *option, const char *value) {
	struct qemu_line word;

	return qemu_line_find(document, option, &word)
		       ? splice(document, word.begin, word.end, option, value)
		       : append(document, option, value);
}

static bool find_function(
	const struct text *document, struct address address, struct qemu_line *ret) {
	struct address found;
	size_t at = 0;

	while (qemu_line_next(document, &at, ret)) {
		if (qemu_line_address(ret, &found) && address_compare(found, address) == 0) {
			return true;
		}
	}
	return false;
}

static int set_part(
	struct text *document, struct address address, const char *key, const char *value) {
	char fresh[VALUE_SIZE];
	struct qemu_line word;
	int r;

	if (!find_function(document, address, &word)) {
		return -ENOENT;
	}
	r = property_set(word.value, key, value, fresh);
	return r < 0 ? r : splice(document, word.begin, word.end, word.option, fresh);
}

static int write_machine(
	const struct ground *ground, const struct change *change, struct text *document) {
	char former[VALUE_SIZE] = "", fresh[VALUE_SIZE];
	struct qemu_line word = {.option = "machine"};
	int r;

	if (qemu_line_find(document, "machine", &word) || qemu_line_find(document, "M", &word)) {
		memcpy(former, word.value, sizeof(former));
	}
	r = property_set(former, "type", NULL, fresh);
	r = r < 0 ? r : property_set(fresh, NULL, NULL, former);
	r = r < 0 ? r : property_set(former, NULL, "q35", fresh);
	return r < 0 ? r : set(document, word.option, fresh);
}

/* A root port that nothing else is called like, with a chassis that no other has. It has to come
 * before those who name it. */
static int add_port(struct text *document, size_t before, char ret_id[32]) {
	char value[VALUE_SIZE];
	unsigned int chassis = 1;
	struct qemu_line word;
	size_t at = 0;

	while (qemu_line_next(document, &at, &word)) {
		unsigned long long taken;

		if (property_get(word.value, "chassis", value) &&
			number_parse(value, 200, &taken) == 0 && taken >= chassis) {
			chassis = (unsigned int)taken + 1;
		}
	}
	snprintf(ret_id, 32, "card%u", chassis);
	snprintf(value, sizeof(value), "pcie-root-port,id=%s,chassis=%u,slot=%u", ret_id, chassis,
		chassis);
	return splice(document, before, before, "device", value);
}

/* Where the first function of the card stands, or the end. */
static size_t find_card(const struct text *document, struct address address) {
	struct address found;
	struct qemu_line line;
	size_t at = 0;

	while (qemu_line_next(document, &at, &line)) {
		if (qemu_line_address(&line, &found) && address_same_slot(found, address)) {
			return line.begin;
		}
	}
	return document->length;
}

static int write_function(
	struct text *document, struct address address, const char *port, bool alone) {
	char name[ADDRESS_SIZE], value[VALUE_SIZE], addr[16];
	struct qemu_line word;
	int r = 0;

	snprintf(addr, sizeof(addr), "00.%x", address.function);
	if (!find_function(document, address, &word)) {
		snprintf(value, sizeof(value), "vfio-pci,host=%s", address_format(address, name));
		r = append(document, "device", value);
	}
	r = r < 0 ? r : set_part(document, address, "bus", port);
	r = r < 0 ? r : set_part(document, address, "addr", addr);
	if (r == 0 && address.function == 0 && !alone) {
		r = set_part(document, address, "multifunction", "on");
	}
	return r;
}

/* Behind a root port of its own, which has to come before those who name it. */
static int write_card(
	const struct ground *ground, const struct change *change, struct text *document) {
	const struct host *host = ground->host;
	unsigned int functions = 0;
	char port[32];
	int r = qemu_line_chipset(document) == CHIPSET_I440FX
			? write_machine(ground, change, document)
			: 0;

	r = r < 0 ? r : add_port(document, find_card(document, change->address), port);
	for (size_t i = 0; i < host->device_count; i++) {
		functions += address_same_slot(host->devices[i].address, change->address);
	}
	for (size_t i = 0; r == 0 && i < host->device_count; i++) {
		const struct device *device = &host->devices[i];

		if (address_same_slot(device->address, change->address) &&
			!device_is_bridge(device)) {
			r = write_function(document, device->address, port, functions == 1);
		}
	}
	return r;
}

static int write_rom(
	const struct ground *ground, const struct change *change, struct text *document) {
	return set_part(document, change->address, "romfile", change->value);
}

static int set_cpu(struct text *document, const char *key, const char *value) {
	char fresh[VALUE_SIZE];
	struct qemu_line word = {0};
	int r = 0;

	(void)qemu_line_find(document, "cpu", &word);
	r = property_set(word.value[0] ? word.value : "qemu64", key, value, fresh);
	return r < 0 ? r : set(document, "cpu", fresh);
}

/* The model's name alone: its flags stay. */
static int write_cpu(
	const struct ground *ground, const struct change *change, struct text *document) {
	char without[VALUE_SIZE], fresh[VALUE_SIZE];
	struct qemu_line word = {0};
	const char *flags;
	int r;

	(void)qemu_line_find(document, "cpu", &word);
	flags = strchr(word.value, ',');
	r = name_format(without, sizeof(without), "host%s", flags ? flags : "");
	r = r < 0 ? r : name_set(fresh, sizeof(fresh), without);
	return r < 0 ? r : set(document, "cpu", fresh);
}

static int write_feature(
	const struct ground *ground, const struct change *change, struct text *document) {
	return set_cpu(document, change->value, "on");
}

/* kvm=off is what QEMU calls it; hidden means the same. */
static int write_hidden(
	const struct ground *ground, const struct change *change, struct text *document) {
	return set_cpu(document, "kvm", change->on ? "off" : NULL);
}

static int write_vendor_id(
	const struct ground *ground, const struct change *change, struct text *document) {
	int r = set_cpu(document, "hv_vendor_id", NULL);

	return r < 0 ? r : set_cpu(document, "hv-vendor-id", change->on ? "none" : NULL);
}

static int write_hyperv(
	const struct ground *ground, const struct change *change, struct text *document) {
	enum hyperv which = change->index;
	char fresh[VALUE_SIZE];
	struct qemu_line word = {0};
	int r;

	if (which == HYPERV_SPINLOCKS) {
		return set_cpu(document, "hv-spinlocks", "0x1fff");
	}
	(void)qemu_line_find(document, "cpu", &word);
	r = name_format(fresh, sizeof(fresh), "%s,hv-%s", word.value[0] ? word.value : "qemu64",
		hyperv_name(which));
	return r < 0 ? r : set(document, "cpu", fresh);
}

static int write_topology(
	const struct ground *ground, const struct change *change, struct text *document) {
	const struct model_topology *is = &change->topology;
	char value[VALUE_SIZE];

	snprintf(value, sizeof(value), "%u,sockets=1,dies=%u,cores=%u,threads=%u",
		is->dies * is->cores * is->threads, is->dies, is->cores, is->threads);
	return set(document, "smp", value);
}

static int write_hugepages(
	const struct ground *ground, const struct change *change, struct text *document) {
	return append(document, "mem-path", "/dev/hugepages");
}

static int write_balloon(
	const struct ground *ground, const struct change *change, struct text *document) {
	struct qemu_line word;
	size_t at = 0;

	while (qemu_line_next(document, &at, &word)) {
		if (strcmp(word.option, "device") == 0 &&
			text_starts(word.value, "virtio-balloon")) {
			return splice(document, word.begin, word.end, NULL, NULL);
		}
	}
	return 0;
}

static int write_video(
	const struct ground *ground, const struct change *change, struct text *document) {
	return set(document, "vga", "none");
}

/* Without OpenGL of the host's there is nothing to draw 3D with: QEMU ends, if it is asked to. */
static int write_plain_video(struct text *document, const char *driver) {
	char fresh[VALUE_SIZE];
	struct qemu_line line;
	size_t at = 0, kept = (size_t)(strstr(driver, "-gl") - driver);
	int r = 0;

	while (r == 0 && qemu_line_next(document, &at, &line)) {
		if (qemu_line_is_device(&line, driver)) {
			r = name_format(fresh, sizeof(fresh), "%.*s%s", (int)kept, driver,
				line.value + kept + strlen("-gl"));
			r = r < 0 ? r : splice(document, line.begin, line.end, line.option, fresh);
			at = line.begin;
		}
	}
	return r;
}

static int write_display(
	const struct ground *ground, const struct change *change, struct text *document) {
	static const char *const drivers[] = {
		"virtio-vga-gl", "virtio-gpu-gl", "virtio-gpu-gl-pci"};
	int r = set(document, "display", "none");

	for (size_t i = 0; r == 0 && i < COUNT(drivers); i++) {
		r = write_plain_video(document, drivers[i]);
	}
	return r;
}

static int write_shared(
	const struct ground *ground, const struct change *change, struct text *document) {
	char value[VALUE_SIZE];
	int r;

	snprintf(value, sizeof(value),
		"memory-backend-file,id=shared,share=on,mem-path=/dev/shm/looking-glass,size=%uM",
		change->index);
	r = append(document, "object", value);
	return r < 0 ? r : append(document, "device", "ivshmem-plain,memdev=shared");
}

static int (*const writers[])(
	const struct ground *ground, const struct change *change, struct text *document) = {
	[SETTING_CARD] = write_card,
	[SETTING_ROM] = write_rom,
	[SETTING_MACHINE] = write_machine,
	[SETTING_CPU] = write_cpu,
	[SETTING_CPU_FEATURE] = write_feature,
	[SETTING_TOPOLOGY] = write_topology,
	[SETTING_HUGEPAGES] = write_hugepages,
	[SETTING_BALLOON] = write_balloon,
	[SETTING_HYPERV] = write_hyperv,
	[SETTING_HIDDEN] = write_hidden,
	[SETTING_VENDOR_ID] = write_vendor_id,
	[SETTING_VIDEO] = write_video,
	[SETTING_DISPLAY] = write_display,
	[SETTING_SHARED] = write_shared,
};

int qemu_change(const struct ground *ground, const struct change *change, struct text *document,
	struct error *error) {
	int r = 0;

	if (change->setting < COUNT(writers) && writers[change->setting]) {
		r = writers[change->setting](ground, change, document);
	}
	return r < 0 ? error_set(error, r, "cannot change the command line: %s", strerror(-r)) : 0;
}

int qemu_command(const struct text *document, struct text *ret) {
	AUTO_NAMES struct names words = {0};
	int r = unit_parse(document, &words);

	for (size_t i = 0; r == 0 && i < words.count; i++) {
		bool option = i > 0 && words.names[i][0] == '-';

		r = option ? text_add(ret, " \\\n  ") : i > 0 ? text_add(ret, " ") : 0;
		r = r < 0 ? r : shell_word(words.names[i], ret);
	}
	return r < 0 ? r : text_add(ret, "\n");
}
