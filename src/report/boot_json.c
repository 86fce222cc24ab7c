// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "inventory/boot/argument.h"
#include "report/boot.h"
#include "report/document.h"

static void add_line(struct document *document, const struct boot_line *line) {
	document_object(document, NULL);
	document_text(document, "kind", boot_line_kind_name(line->kind));
	document_text(document, "file", line->path);
	document_number(document, "line", line->number);
	document_text(document, "text", line->text);
	document_name(document, "module", line->module ? line->module : "");
	document_close(document);
}

static void add_lines(struct document *document, const char *key, const struct boot_lines *lines) {
	document_array(document, key);
	for (size_t i = 0; i < lines->count; i++) {
		add_line(document, &lines->all[i]);
	}
	document_close(document);
}

static void add_loader(struct document *document, const struct loader_found *found) {
	document_object(document, "loader");
	document_text(document, "id", found->loader->id);
	document_text(document, "name", found->loader->name);
	document_name(document, "booted", found->booted);
	document_text(document, "because", found->because.data);
	document_close(document);
}

static void add_running(struct document *document, const struct names *words) {
	document_array(document, "running");
	for (size_t i = 0; i < words->count; i++) {
		const struct argument *argument = argument_find(words->names[i]);

		document_object(document, NULL);
		document_text(document, "word", words->names[i]);
		document_name(document, "does", argument ? argument->does : "");
		document_close(document);
	}
	document_close(document);
}

static void add_iommu(struct document *document, const struct cause *cause) {
	static const char *const tables[] = {
		[TABLE_UNKNOWN] = "", [TABLE_MISSING] = "missing", [TABLE_THERE] = "there"};
	static const char *const defaults[] = {
		[DEFAULT_UNKNOWN] = "",
		[DEFAULT_ON] = "on",
		[DEFAULT_ON_BUT_GRAPHICS] = "on-but-graphics",
		[DEFAULT_OFF] = "off",
		[DEFAULT_NO_DRIVER] = "no-driver",
	};
	const char *missing = cause_missing(cause);

	document_object(document, "iommu");
	document_bool(document, "on", cause->kind != IOMMU_NONE);
	document_text(document, "kind", iommu_kind_name(cause->kind));
	document_name(document, "firmware", tables[cause->table]);
	document_name(document, "default", defaults[cause->by_itself]);
	document_name(document, "configuration", cause->configuration);
	document_text(document, "verdict", iommu_verdict_name(cause->verdict));
	document_name(document, "missing", missing ? missing : "");
	document_name(document, "switched_off_by", cause->off);
	document_close(document);
}

static void add_assigned(struct document *document, const struct assignments *assigned) {
	document_array(document, "assigned");
	for (size_t i = 0; i < assigned->count; i++) {
		const struct assignment *one = &assigned->all[i];
		char id[16] = "";

		if (one->state != ASSIGNMENT_BROKEN) {
			snprintf(id, sizeof(id), "%04x:%04x", one->what.vendor, one->what.device);
		}
		document_object(document, NULL);
		document_name(document, "device", one->what.address);
		document_name(document, "id", id);
		document_number(document, "line", one->line);
		document_text(document, "state", assignment_state_name(one->state));
		document_name(document, "because", one->because.data);
		document_close(document);
	}
	document_close(document);
}

static void add_devices(struct document *document, const struct boot *boot) {
	document_array(document, "devices");
	for (size_t i = 0; i < boot->device_count; i++) {
		const struct boot_device *device = &boot->devices[i];

		document_object(document, NULL);
		document_text(document, "device", device->device->name);
		document_name(document, "driver", device->device->driver);
		document_text(document, "winner", winner_name(device->winner));
		document_name(document, "driver_at_boot", device->driver);
		document_text(document, "because", device->because.data);
		add_lines(document, "in_the_way", &device->lines);
		document_close(document);
	}
	document_close(document);
}

int report_boot_json(const struct boot *boot, struct text *ret, struct error *error) {
	static const char *const ages[] = {
		[IMAGE_UNKNOWN] = "", [IMAGE_OLDER] = "older", [IMAGE_NEWER] = "newer"};
	struct document document;

	document_begin(&document);
	add_loader(&document, &boot->loader);
	add_running(&document, &boot->running);
	document_bool(&document, "next_known", boot->next_known);
	add_lines(&document, "next", &boot->next);
	add_iommu(&document, &boot->cause);
	document_object(&document, "initramfs");
	document_text(&document, "name", boot->initramfs->name);
	document_name(
		&document, "command", boot->initramfs->command ? boot->initramfs->command : "");
	document_name(&document, "image", boot->assigned.image);
	document_name(&document, "image_age", ages[boot->assigned.age]);
	document_close(&document);
	document_bool(&document, "vfio_built_in", boot->vfio_built_in);
	add_assigned(&document, &boot->assigned);
	add_lines(&document, "modules", &boot->lines);
	add_devices(&document, boot);
	return document_end(&document, ret, error);
}
