// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/boot.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "host/driver/alias.h"
#include "host/driver/module.h"
#include "inventory/boot/command_line.h"
#include "inventory/boot/late.h"
#include "inventory/boot/loading.h"

#define COMMAND_LINE_MAX (64U << 10)

static int read_running(int root, struct names *ret) {
	AUTO_FREE char *data = NULL;
	size_t length = 0;
	int r = file_read(root, "/proc/cmdline", COMMAND_LINE_MAX, &data, &length);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	return command_line_split(data, length, ret);
}

/* modprobe.blacklist=nouveau,nvidia: also without the initramfs, so it counts like modprobe.d. */
static int add_blacklist(struct boot *boot, const struct boot_line *word) {
	static const char *const keys[] = {
		"modprobe.blacklist=", "module_blacklist=", "rd.driver.blacklist="};
	int r = 0;

	for (size_t i = 0; r == 0 && i < COUNT(keys); i++) {
		AUTO_FREE char *copy = NULL;
		char *rest, *module;

		if (!text_starts(word->text, keys[i])) {
			continue;
		}
		copy = strdup(word->text + strlen(keys[i]));
		for (rest = copy; r == 0 && rest && (module = strsep(&rest, ","));) {
			struct boot_line line = *word;

			line.kind = BOOT_LINE_BLACKLIST;
			line.module = module;
			r = *module ? boot_lines_add(&boot->lines, &line) : 0;
		}
		r = copy ? r : -ENOMEM;
	}
	return r;
}

/* A word "MODULE.PARAMETER=..." is for that module; a list of modules is lines of its own. */
static int note_modules(struct boot *boot) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < boot->next.count; i++) {
		struct boot_line *word = &boot->next.all[i];
		size_t length = strcspn(word->text, ".=");

		if (word->kind != BOOT_LINE_WORD) {
			continue;
		}
		if (word->text[length] == '.' && !word->module) {
			word->module = strndup(word->text, length);
			if (!word->module) {
				return -ENOMEM;
			}
			module_name_normalize(word->module);
		}
		r = add_blacklist(boot, word);
	}
	return r;
}

/* What is not known of the next command line is taken to stay as it is. */
static int read_next(int root, const struct host *host, struct boot *boot) {
	int r = loader_read(root, boot->loader.loader, host->kernel, &boot->next);

	boot->next_known =
		boot->next.count > 0 || (boot->loader.loader->form == FORM_SHELL &&
						file_exists(root, boot->loader.loader->file));
	for (size_t i = 0; i < boot->next.count; i++) {
		boot->next_known &= boot->next.all[i].kind == BOOT_LINE_WORD;
	}
	for (size_t i = 0; r == 0 && !boot->next_known && i < boot->running.count; i++) {
		r = boot_lines_add(&boot->next, &(struct boot_line){.kind = BOOT_LINE_WORD,
							.path = (char *)"/proc/cmdline",
							.text = boot->running.names[i]});
	}
	return r < 0 ? r : note_modules(boot);
}

static int read_cause(int root, const struct host *host, struct boot *boot) {
	AUTO_NAMES struct names next = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && boot->next_known && i < boot->next.count; i++) {
		r = names_add(&next, boot->next.all[i].text);
	}
	return r < 0 ? r
		     : cause_read(root, host, &boot->running, boot->next_known ? &next : NULL,
			       &boot->cause);
}

/* A slot with a picture is a card, and so is what VFIO has now, or is assigned. */
static bool is_of_card(
	const struct host *host, const struct boot *boot, const struct device *device) {
	if (device->is_virtual_function || device_is_bridge(device)) {
		return false;
	}
	if (assignments_find(&boot->assigned, device)) {
		return true;
	}
	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *other = &host->devices[i];

		if (address_same_slot(device->address, other->address) &&
			(other->class >> 16 == CLASS_DISPLAY || other->has_vfio_device)) {
			return true;
		}
	}
	return false;
}

static int find_devices(const struct host *host, struct boot *boot) {
	boot->devices = calloc(host->device_count + 1, sizeof(*boot->devices));
	if (!boot->devices) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < host->device_count; i++) {
		if (is_of_card(host, boot, &host->devices[i])) {
			boot->devices[boot->device_count++].device = &host->devices[i];
		}
	}
	return 0;
}

/* The modules that fit a device; of a kernel without a list, the one that has it. */
static int find_modules(
	const struct candidates *candidates, const struct device *device, struct names *ret) {
	int r = candidates_find(candidates, device->modalias, ret);

	if (r == 0 && ret->count == 0 && device->module[0] &&
		!text_starts(device->module, "vfio")) {
		r = names_add(ret, device->module);
	}
	return r;
}

/* What guides have one keep away for a card's sake, whether or not this kernel has it. */
static bool is_of_guides(const char *module) {
	static const char *const names[] = {
		"pci_stub", "nouveau", "snd_hda_intel", "xhci_hcd", "xhci_pci"};

	for (size_t i = 0; i < COUNT(names); i++) {
		if (strcmp(module, names[i]) == 0) {
			return true;
		}
	}
	return text_starts(module, "vfio") || strstr(module, "/vfio") ||
	       (text_starts(module, "nvidia") && !text_ends(module, "fb"));
}

static bool is_of_interest(const struct boot_line *line, const struct names *modules) {
	if (!line->module || line->kind == BOOT_LINE_BEFORE || is_of_guides(line->module)) {
		return true;
	}
	for (size_t i = 0; i < modules->count; i++) {
		if (strcmp(modules->names[i], line->module) == 0) {
			return true;
		}
	}
	return false;
}

/* Leaves the lines that have to do with VFIO, or with a card's modules and drivers. */
static void sift_lines(struct boot_lines *lines, const struct names *modules) {
	size_t kept = 0;

	for (size_t i = 0; i < lines->count; i++) {
		struct boot_line swapped = lines->all[i];

		if (is_of_interest(&swapped, modules)) {
			lines->all[i] = lines->all[kept];
			lines->all[kept++] = swapped;
		}
	}
	for (size_t i = kept; i < lines->count; i++) {
		free(lines->all[i].path);
		free(lines->all[i].text);
		free(lines->all[i].module);
	}
	lines->count = kept;
}

static int find_winners(int root, const struct host *host, struct boot *boot) {
	AUTO_CANDIDATES struct candidates candidates = {0};
	AUTO_NAMES struct names all = {0};
	int r = candidates_read(root, host->kernel, &candidates);

	for (size_t i = 0; r == 0 && i < boot->device_count; i++) {
		struct boot_device *device = &boot->devices[i];
		AUTO_NAMES struct names modules = {0};

		assert(device->device);
		r = find_modules(&candidates, device->device, &modules);
		r = r < 0 ? r : winner_find(root, host, boot, &modules, device);
		for (size_t k = 0; r == 0 && k < modules.count; k++) {
			r = names_add(&all, modules.names[k]);
		}
		if (r == 0 && device->device->driver[0]) {
			char driver[DRIVER_SIZE];

			memcpy(driver, device->device->driver, sizeof(driver));
			module_name_normalize(driver);
			r = names_add(&all, driver);
		}
	}
	if (r == 0) {
		sift_lines(&boot->lines, &all);
	}
	return r;
}

int boot_read(int root, const struct host *host, struct boot *ret, struct error *error) {
	AUTO_BOOT struct boot boot = {.initramfs = initramfs_find(root)};
	int r = read_running(root, &boot.running);

	r = r < 0 ? r : loader_find(root, &boot.running, &boot.loader);
	r = r < 0 ? r : read_next(root, host, &boot);
	r = r < 0 ? r : read_cause(root, host, &boot);
	r = r < 0 ? r : initramfs_read(root, boot.initramfs, &boot.lines);
	r = r < 0 ? r : loading_read(root, &boot.lines);
	r = r < 0 ? r : late_is_built_in(root, host->kernel, "vfio_pci", &boot.vfio_built_in);
	r = r < 0 ? r : assignments_read(root, host, boot.initramfs, &boot.assigned);
	r = r < 0 ? r : find_devices(host, &boot);
	r = r < 0 ? r : find_winners(root, host, &boot);
	if (r < 0) {
		return error_set(error, r, "cannot read what happens at boot: %s", strerror(-r));
	}
	*ret = boot;
	boot = (struct boot){0};
	return 0;
}

void boot_free(struct boot *boot) {
	names_free(&boot->running);
	loader_found_free(&boot->loader);
	boot_lines_free(&boot->next);
	boot_lines_free(&boot->lines);
	assignments_free(&boot->assigned);
	for (size_t i = 0; i < boot->device_count; i++) {
		text_free(&boot->devices[i].because);
		boot_lines_free(&boot->devices[i].lines);
	}
	free(boot->devices);
	*boot = (struct boot){0};
}
