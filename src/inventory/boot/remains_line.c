// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "inventory/boot/search.h"

/* Lines that load modules, or keep them from being loaded. */

#define GIVES "has vfio-pci take every device with these ids, twins too, as soon as it is loaded"
#define DARK  "modeset=0"
#define LOADS "loads VFIO at each start, which is of use only to a card that the host never has"

static bool is_vfio(const char *module) {
	return module && (text_starts(module, "vfio") || strcmp(module, "pci_stub") == 0);
}

/* A list of modules in a shell's or in YAML: which of them are VFIO's, as they are written. */
static void add_listed(struct search *search, const struct boot_line *line, struct remain *remain) {
	char *end = strpbrk(line->text, "+=:");
	AUTO_FREE char *variable = end ? strndup(line->text, (size_t)(end - line->text)) : NULL;
	AUTO_FREE char *copy = end ? strdup(end) : NULL;
	const char *separators = end && *end == ':' ? ": \t,\"'" : "+= \t\r\n()\"'\\";

	for (char *rest = copy, *word; rest && (word = strsep(&rest, separators));) {
		if (strcmp(word, "vfio") == 0 || text_starts(word, "vfio_") ||
			text_starts(word, "vfio-") || strcmp(word, "pci-stub") == 0 ||
			strcmp(word, "pci_stub") == 0 || strstr(word, "/vfio-pci-override")) {
			int r = names_add(&remain->parts, word);

			search->remains->r = r < 0 ? r : search->remains->r;
		}
	}
	remain->form = end && *end == ':' ? REMAIN_YAML : REMAIN_LIST;
	remain->variable = variable;
	search_add(search, remain, (struct concern){remain->parts.count > 0, NULL});
	names_free(&remain->parts);
}

/* MODULES=(, force_drivers+=, modules_force_load: */
static bool is_list(const struct boot_line *line) {
	size_t name = strcspn(line->text, "+=: \t");

	return line->text[name] && strchr("+=:", line->text[name]);
}

/* What follows "ids=" in a line of options, up to the next blank; NULL: nothing. */
static char *find_ids(const char *text) {
	const char *found = text;

	while ((found = strstr(found, "ids="))) {
		if (found > text && strchr(" \t\"", found[-1])) {
			return strndup(found + 4, strcspn(found + 4, " \t"));
		}
		found++;
	}
	return NULL;
}

/* FILES=(/usr/bin/vfio-pci-override.sh): it is of use with its line in modprobe.d. */
static void add_script(struct search *search, const struct boot_line *line) {
	struct remain remain = {.path = line->path,
		.number = line->number,
		.text = line->text,
		.single = true,
		.why = (char *)"puts a script into the initramfs that gives devices to VFIO"};

	if (search->wanted->all) {
		add_listed(search, line, &remain);
	}
}

static void add_loaded(struct search *search, const struct boot_line *line) {
	AUTO_FREE char *ids = find_ids(line->text);
	struct remain remain = {.form = REMAIN_LINE,
		.path = line->path,
		.number = line->number,
		.text = line->text,
		.module = line->module,
		.single = true,
		.loads = true,
		.why = (char *)LOADS};

	if (strcmp(line->module, "vfio_virqfd") == 0 && host_kernel_at_least(search->host, 6, 2)) {
		remain.why =
			(char *)"is no module any more since Linux 6.2, so this fails at each start";
	}
	if (is_list(line)) {
		add_listed(search, line, &remain);
	} else if (ids) {
		remain.loads = false;
		remain.why = (char *)GIVES;
		search_add(search, &remain, concern_ids(search, ids));
	} else {
		search_add(search, &remain, (struct concern){true, NULL});
	}
}

static struct remain of_modprobe(
	const struct boot_line *line, enum remain_form form, const char *why) {
	return (struct remain){.form = form,
		.path = line->path,
		.number = line->number,
		.text = line->text,
		.module = line->module,
		.wrapped = true,
		.why = (char *)why};
}

static bool has_word(const char *text, const char *word) {
	AUTO_FREE char *copy = strdup(text);
	char *rest = NULL;

	for (char *one = copy ? strtok_r(copy, " \t", &rest) : NULL; one;
		one = strtok_r(NULL, " \t", &rest)) {
		if (strcmp(one, word) == 0) {
			return true;
		}
	}
	return false;
}

static void add_options(struct search *search, const struct boot_line *line) {
	AUTO_FREE char *ids = is_vfio(line->module) ? find_ids(line->text) : NULL;
	struct remain remain = of_modprobe(line, REMAIN_IDS, GIVES);

	if (ids) {
		search_add_ids(search, &remain, ids);
	}
	/* options nouveau modeset=0 */
	if (line->module && !is_vfio(line->module) && has_word(line->text, DARK)) {
		remain = of_modprobe(line, REMAIN_PARAMETERS,
			"keeps this driver from showing a picture on the card");
		search->remains->r = names_add(&remain.parts, DARK);
		search_add(search, &remain, search_blocked(search, line));
		names_free(&remain.parts);
	}
}

static void add_kept(struct search *search, const struct boot_line *line) {
	struct remain remain = of_modprobe(line, REMAIN_LINE,
		"keeps this driver from every device of the host's that needs it");

	/* modprobe.blacklist= is a word, and not a line. */
	if (!text_starts(line->text, "blacklist") && !text_starts(line->text, "install")) {
		return;
	}
	if (is_vfio(line->module) && !boot_line_keeps_away(line)) {
		remain.why =
			(char *)"runs a command in the place of loading VFIO, which may give it a card";
		search_add_untold(search, &remain);
	} else if (boot_line_keeps_away(line)) {
		search_add(search, &remain, search_blocked(search, line));
	}
}

/* alias pci:v000010DEd00001E84sv*sd*bc*sc*i* vfio-pci */
static void add_alias(struct search *search, const struct boot_line *line) {
	const struct remain remain = of_modprobe(line, REMAIN_LINE,
		"has VFIO loaded for these devices in the place of their own module");
	const struct host *host = search->host;
	struct concern concern = {.wanted = search->wanted->all};

	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *device = &host->devices[i];

		if (!boot_line_fits(line, device->modalias)) {
			continue;
		}
		if (search_wants(search, device)) {
			concern.wanted = true;
		} else {
			concern.other = concern.other ? concern.other : device;
		}
	}
	search_add(search, &remain, concern);
}

/* A list that only a shell could follow, or that baton does not take words out of. */
static void add_unknown(struct search *search, const struct boot_line *line) {
	const struct remain remain = {.form = REMAIN_NO_FORM,
		.path = line->path,
		.number = line->number,
		.text = line->text,
		.why = (char *)"may load VFIO, or give devices to it"};

	search->untold = true;
	remain_set(search->remains, remains_add(search->remains, &remain), REMAIN_BY_HAND,
		"what would be left is not certain: take out yourself what is for VFIO");
}

static void look_at(struct search *search, const struct boot_line *line) {
	struct remain remain =
		of_modprobe(line, REMAIN_SOFTDEP, "has VFIO loaded before this driver");

	switch (line->kind) {
	case BOOT_LINE_EARLY:
	case BOOT_LINE_INCLUDED:
	case BOOT_LINE_LOADED:
		if (is_vfio(line->module)) {
			add_loaded(search, line);
		} else if (line->module && strstr(line->module, "/vfio_pci_override")) {
			add_script(search, line);
		}
		break;
	case BOOT_LINE_OPTIONS:
		add_options(search, line);
		break;
	case BOOT_LINE_BEFORE:
		remain.loads = true;
		search_add(search, &remain, (struct concern){true, NULL});
		break;
	case BOOT_LINE_ALIAS:
		add_alias(search, line);
		break;
	case BOOT_LINE_BLACKLIST:
	case BOOT_LINE_INSTALL:
		add_kept(search, line);
		break;
	case BOOT_LINE_IGNORED:
		if (!strstr(line->text, "vfio") && !strstr(line->text, "pci-stub")) {
			break;
		}
		remain.form = REMAIN_LINE;
		remain.wrapped = false;
		remain.single = true;
		remain.loads = true;
		remain.why =
			(char *)"does nothing here: this file takes modules and their parameters alone";
		search_add(search, &remain, (struct concern){true, NULL});
		break;
	case BOOT_LINE_UNKNOWN:
		add_unknown(search, line);
		break;
	case BOOT_LINE_ASSIGNED:
	case BOOT_LINE_WORD:
		break;
	}
}

void search_lines(struct search *search) {
	const struct boot_lines *lines = &search->boot->lines;

	for (size_t i = 0; search->remains->r == 0 && i < lines->count; i++) {
		look_at(search, &lines->all[i]);
	}
}
