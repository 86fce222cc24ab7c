// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/driver/module.h"
#include "inventory/boot/search.h"

#define CLASS_XHCI 0x0c0330U

bool search_wants(const struct search *search, const struct device *device) {
	for (size_t i = 0; i < search->wanted->count; i++) {
		if (search->wanted->devices[i] == device) {
			return true;
		}
	}
	return search->wanted->all;
}

static void note(const struct search *search, const struct device *device, struct concern *ret) {
	if (search_wants(search, device)) {
		ret->wanted = true;
	} else if (!ret->other) {
		ret->other = device;
	}
}

/* Others that are given to VFIO are kept in mind: what loads it is for them, too. */
struct concern concern_id(struct search *search, const char *id) {
	const struct host *host = search->host;
	struct concern concern = {.wanted = search->wanted->all};

	for (size_t i = 0; i < host->device_count; i++) {
		if (rebinder_ids_match(id, &host->devices[i])) {
			note(search, &host->devices[i], &concern);
		}
	}
	search->other = search->other ? search->other : concern.other;
	return concern;
}

struct concern concern_ids(struct search *search, const char *list) {
	AUTO_FREE char *copy = strdup(list);
	struct concern all = {0};

	search->remains->r = copy ? search->remains->r : -ENOMEM;
	for (char *rest = copy, *id; rest && (id = strsep(&rest, ", \t\"'"));) {
		struct concern concern = *id ? concern_id(search, id) : (struct concern){0};

		all.wanted |= concern.wanted;
		all.other = all.other ? all.other : concern.other;
	}
	return all;
}

/* The driver xhci_hcd is in the module xhci_pci, which says that it fits. */
static const char *find_alias(const char *module) {
	return strcmp(module, "xhci_hcd") == 0 ? "xhci_pci" : module;
}

static bool is_of(struct search *search, const struct device *device, const char *module) {
	AUTO_NAMES struct names names = {0};
	const char *alias = find_alias(module);
	bool found = strcmp(device->module, module) == 0 || strcmp(device->module, alias) == 0;
	int r = candidates_find(&search->candidates, device->modalias, &names);

	for (size_t i = 0; i < names.count; i++) {
		found |= strcmp(names.names[i], module) == 0 || strcmp(names.names[i], alias) == 0;
	}
	search->remains->r = r < 0 ? r : search->remains->r;
	return found || (alias != module && device->class == CLASS_XHCI);
}

struct concern concern_module(struct search *search, const char *module) {
	const struct host *host = search->host;
	struct concern concern = {0};

	for (size_t i = 0; i < host->device_count; i++) {
		if (is_of(search, &host->devices[i], module)) {
			note(search, &host->devices[i], &concern);
		}
	}
	return concern;
}

/* A module of which more lives than a card. */
static bool is_shared(const char *module) {
	static const char *const modules[] = {"snd_hda_intel", "xhci_hcd", "xhci_pci"};

	for (size_t i = 0; i < COUNT(modules); i++) {
		if (strcmp(module, modules[i]) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_in_the_way(const struct boot_device *device, const struct boot_line *line) {
	for (size_t i = 0; i < device->lines.count; i++) {
		const struct boot_line *other = &device->lines.all[i];

		if (other->kind == line->kind && other->number == line->number && other->module &&
			strcmp(other->module, line->module) == 0 &&
			strcmp(other->path, line->path) == 0) {
			return true;
		}
	}
	return false;
}

static bool has_nvidia(const struct host *host) {
	for (size_t i = 0; i < host->device_count; i++) {
		if (host->devices[i].identity.vendor == VENDOR_NVIDIA) {
			return true;
		}
	}
	return false;
}

struct concern search_blocked(struct search *search, const struct boot_line *line) {
	struct concern concern = concern_module(search, line->module), nvidia;
	const struct boot *boot = search->boot;
	bool blocks = is_shared(line->module) || line->kind == BOOT_LINE_OPTIONS;
	bool missing = false; /* a driver that fits once it is installed */

	for (size_t i = 0; i < boot->device_count; i++) {
		blocks |= search_wants(search, boot->devices[i].device) &&
			  is_in_the_way(&boot->devices[i], line);
	}
	/* Of a driver that is not installed (yet), and that no distribution keeps away. */
	if (text_starts(line->module, "nvidia") && !text_ends(line->module, "fb") &&
		line->kind != BOOT_LINE_OPTIONS) {
		nvidia = concern_module(search, "nvidia");
		missing = search->wanted->all && has_nvidia(search->host) && !nvidia.wanted &&
			  !nvidia.other;
		blocks |= missing;
	}
	if (strcmp(line->module, "nouveau") == 0) {
		nvidia = concern_module(search, "nvidia");
		blocks &= !nvidia.wanted && !nvidia.other;
	}
	concern.wanted = blocks && (concern.wanted || missing ||
					   (search->wanted->all && is_shared(line->module)));
	return concern;
}

static void set_stays(struct search *search, struct remain *added, const struct device *other) {
	remain_set(search->remains, added, REMAIN_STAYS, "it is for %s, too", other->name);
}

void search_add(struct search *search, const struct remain *remain, struct concern concern) {
	struct remain *added;

	if (!concern.wanted) {
		return;
	}
	added = remains_add(search->remains, remain);
	if (added && concern.other) {
		set_stays(search, added, concern.other);
	} else if (added) {
		search_judge_place(search, added);
	}
}

void search_add_untold(struct search *search, const struct remain *remain) {
	size_t before = search->remains->count;

	search_add(search, remain, (struct concern){true, NULL});
	search->untold = true;
	if (search->remains->count > before && !search->wanted->all &&
		search->remains->all[before].fate == REMAIN_GOES) {
		remain_set(search->remains, &search->remains->all[before], REMAIN_BY_HAND,
			"for which cards cannot be told: `baton boot clean` takes it away");
	}
}

void search_add_ids(struct search *search, struct remain *remain, const char *list) {
	AUTO_FREE char *copy = strdup(list);
	const struct device *other = NULL;
	bool wanted = false;
	char *rest = copy;

	search->remains->r = copy ? search->remains->r : -ENOMEM;
	for (char *id; rest && (id = strsep(&rest, ", \t\"'"));) {
		struct concern concern = concern_id(search, id);

		if (!*id) {
			continue;
		}
		wanted |= concern.wanted;
		if (concern.wanted && !concern.other) {
			int r = names_add(&remain->parts, id);

			search->remains->r = r < 0 ? r : search->remains->r;
		} else if (concern.wanted) {
			other = concern.other;
		}
	}
	if (wanted && remain->parts.count == 0) {
		search_add(search, remain, (struct concern){true, other});
	} else {
		search_add(search, remain, (struct concern){wanted, NULL});
	}
	names_free(&remain->parts);
}
