// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "early/assigned.h"
#include "host/driver/taking.h"
#include "host/driver/udev_rule.h"
#include "inventory/boot/search.h"

/* Whole files, rules and units. */

#define DRIVERCTL   "/etc/driverctl.d"
#define DATACENTER  "/etc/pve/datacenter.cfg"
#define WRONG_FILE  "/etc/initram-fs/modules"
#define UNITS       "/etc/systemd/system"
#define CONTINUE    "gpu-ptp-continue.service"
#define SCRIPTS     "/etc/initramfs-tools/scripts/"
#define PATH_LENGTH 512

static bool is_vfios(const char *driver) {
	return strcmp(driver, "vfio-pci") == 0 || strcmp(driver, "pci-stub") == 0;
}

/* /etc/driverctl.d/0000:01:00.0, since 0.101 with its bus in front */
static struct concern concern_address(struct search *search, const char *name) {
	struct concern concern = {.wanted = search->wanted->all};
	struct address address;

	name += text_starts(name, "pci-") ? strlen("pci-") : 0;
	if (address_parse(name, &address) < 0) {
		return (struct concern){0};
	}
	for (size_t i = 0; i < search->host->device_count; i++) {
		const struct device *device = &search->host->devices[i];

		if (strcmp(device->name, name) == 0) {
			concern.wanted = search_wants(search, device);
			search->other = concern.wanted || search->other ? search->other : device;
		}
	}
	return concern;
}

static void search_driverctl(struct search *search) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(search->root, DRIVERCTL, &names);

	search->remains->r = r == -ENOMEM ? r : search->remains->r;
	for (size_t i = 0; i < names.count; i++) {
		char path[PATH_LENGTH], driver[64];

		if (name_format(path, sizeof(path), DRIVERCTL "/%s", names.names[i]) == 0 &&
			file_read_line(search->root, path, driver, sizeof(driver)) == 0 &&
			is_vfios(driver)) {
			search_add(search,
				&(struct remain){.form = REMAIN_FILE,
					.path = path,
					.text = driver,
					.why = (char *)"has driverctl bind the device to it at each start"},
				concern_address(search, names.names[i]));
		}
	}
}

/* Does every part of a rule that is no match give the device to VFIO, and nothing else? */
static bool only_takes(const char *text) {
	AUTO_FREE char *copy = strdup(text);
	struct udev_token token;
	bool takes = false, other = !copy;

	for (char *rest = copy; rest && udev_token_next(&rest, &token);) {
		bool word = taking_word(token.attribute, strlen(token.attribute)) ||
			    (taking_word(token.value, strlen(token.value)) &&
				    !text_starts(token.value, "/usr/lib/"));

		takes |= !token.match && word;
		other |= !token.match && !word;
		/* ATTR{driver_override}="mine" is somebody's will. */
		other |= !token.match && strcmp(token.attribute, "driver_override") == 0 &&
			 !is_vfios(token.value);
	}
	return takes && !other;
}

static void add_rule(struct search *search, const struct rebinder *rule, struct concern concern) {
	struct remain remain = {.form = REMAIN_LINE,
		.path = rule->path,
		.number = rule->line,
		.text = rule->text,
		.why = (char *)"takes the device from its driver when it appears"};
	size_t before = search->remains->count;

	search_add(search, &remain, concern);
	if (search->remains->count > before && !only_takes(rule->text)) {
		remain_set(search->remains, &search->remains->all[before], REMAIN_BY_HAND,
			"the rule does more, or runs a program: look whether you need it");
	}
}

/* Which rules are for the device. */
struct rules {
	const struct device *device;
	struct rebinders all;
};

static bool has_rule(const struct rules *rules, const struct rebinder *rule) {
	for (size_t i = 0; i < rules->all.count; i++) {
		if (rules->all.all[i].line == rule->line &&
			strcmp(rules->all.all[i].path, rule->path) == 0) {
			return true;
		}
	}
	return false;
}

static struct concern concern_rule(
	struct search *search, const struct rules *rules, const struct rebinder *rule) {
	struct concern concern = {0};

	for (size_t i = 0; i < search->host->device_count; i++) {
		const struct device *device = rules[i].device;

		if (!device || !has_rule(&rules[i], rule)) {
			continue;
		}
		if (search_wants(search, device)) {
			concern.wanted = true;
		} else if (!concern.other) {
			concern.other = device;
		}
	}
	return concern;
}

static void search_rules(struct search *search) {
	size_t count = search->host->device_count;
	AUTO_FREE struct rules *rules = calloc(count + 1, sizeof(*rules));
	int r = rules ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < count; i++) {
		if (!device_is_bridge(&search->host->devices[i])) {
			rules[i].device = &search->host->devices[i];
			r = rebinders_read_udev(search->root, rules[i].device, &rules[i].all);
		}
	}
	for (size_t i = 0; r == 0 && i < count; i++) {
		for (size_t k = 0; k < rules[i].all.count; k++) {
			const struct rebinder *rule = &rules[i].all.all[k];

			add_rule(search, rule, concern_rule(search, rules, rule));
		}
	}
	for (size_t i = 0; rules && i < count; i++) {
		rebinders_free(&rules[i].all);
	}
	search->remains->r = r < 0 ? r : search->remains->r;
}

/* A script in the initramfs that takes devices: it has no other purpose there. */
static void search_scripts(struct search *search, const char *directory) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(search->root, directory, &names);

	search->remains->r = r == -ENOMEM ? r : search->remains->r;
	for (size_t i = 0; i < names.count; i++) {
		struct taking taking = {0};
		char path[PATH_LENGTH];

		if (name_format(path, sizeof(path), "%s/%s", directory, names.names[i]) == 0 &&
			taking_find(search->root, path, &taking)) {
			search_add_untold(search,
				&(struct remain){.form = REMAIN_FILE,
					.path = path,
					.text = taking.text,
					.why = (char *)"takes devices in the initramfs, before their drivers come"});
		}
		taking_done(&taking);
	}
}

/* What a guide has modprobe run instead of loading VFIO; without its line it is never run. */
static void search_override_scripts(struct search *search) {
	static const char *const paths[] = {"/usr/sbin/vfio-pci-override.sh",
		"/usr/bin/vfio-pci-override.sh", "/usr/local/bin/vfio-pci-override.sh",
		"/usr/local/sbin/vfio-pci-override.sh", "/sbin/vfio-pci-override.sh",
		"/bin/vfio-pci-override.sh"};

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct taking taking = {0};

		if (taking_find(search->root, paths[i], &taking) && search->wanted->all) {
			const struct remain remain = {.form = REMAIN_FILE,
				.path = (char *)paths[i],
				.text = taking.text,
				.why = (char *)"gives devices to VFIO when that is loaded"};

			(void)!remains_add(search->remains, &remain);
			taking_done(&taking);
			return; /* one may be the other, by a link */
		}
		taking_done(&taking);
	}
}

/* The option of Proxmox VE's that never was one. */
static int look_at_datacenter(void *context, const struct source_line *line) {
	struct search *search = context;

	if (text_starts(line->text, "hookscript:")) {
		search_add(search,
			&(struct remain){.form = REMAIN_LINE,
				.path = (char *)line->path,
				.number = line->number,
				.text = line->text,
				.single = true,
				.why = (char *)"is no option of a data center's: Proxmox VE warns of it"},
			(struct concern){search->wanted->all, NULL});
	}
	return 0;
}

static int look_at_wrong_file(void *context, const struct source_line *line) {
	struct search *search = context;

	search_add(search,
		&(struct remain){.form = REMAIN_FILE,
			.path = (char *)line->path,
			.text = line->text,
			.why = (char *)"is read by nobody: the directory is called /etc/initramfs-tools"},
		(struct concern){search->wanted->all, NULL});
	return 1;
}

static bool is_enabled(const struct search *search, const char *unit) {
	AUTO_NAMES struct names names = {0};

	if (names_read(search->root, UNITS, &names) < 0) {
		return false;
	}
	for (size_t i = 0; i < names.count; i++) {
		char path[PATH_LENGTH], target[PATH_LENGTH];

		if (text_ends(names.names[i], ".wants") &&
			name_format(path, sizeof(path), UNITS "/%s/%s", names.names[i], unit) ==
				0 &&
			link_read_name(search->root, path, target, sizeof(target)) == 0) {
			return true;
		}
	}
	return false;
}

/* Units that take devices are their makers' to judge; this one writes boot configuration. */
static void search_units(struct search *search) {
	AUTO_REBINDERS struct rebinders rebinders = {0};
	int r = search->host->device_count > 0 ? rebinders_read_scripts(search->root, &rebinders)
					       : 0;

	search->remains->r = r < 0 ? r : search->remains->r;
	if (search->wanted->all && is_enabled(search, CONTINUE)) {
		search_add(search,
			&(struct remain){.form = REMAIN_UNIT,
				.path = (char *)UNITS "/" CONTINUE,
				.text = (char *)CONTINUE,
				.why = (char *)"goes on with a set-up at each start that gives all cards to VFIO"},
			(struct concern){true, NULL});
	}
	for (size_t i = 0; i < rebinders.count; i++) {
		const struct rebinder *one = &rebinders.all[i];
		const char *name = strrchr(one->path, '/');
		const struct remain remain = {.form = REMAIN_NO_FORM,
			.path = one->path,
			.number = one->line,
			.text = one->text,
			.why = (char *)"may take a device from its driver"};

		if (one->kind == REBINDER_UNIT && name && strcmp(name + 1, CONTINUE) != 0) {
			remain_set(search->remains, remains_add(search->remains, &remain),
				REMAIN_BY_HAND, "if you do not need it: systemctl disable --now %s",
				name + 1);
		}
	}
}

/* What baton itself has assigned is undone by `boot undo`; a single card may go before. */
static int look_at_assigned(void *context, const struct source_line *line) {
	struct search *search = context;
	AUTO_FREE char *name = strndup(line->text, strcspn(line->text, " \t"));

	search_add(search,
		&(struct remain){.form = REMAIN_LINE,
			.path = (char *)line->path,
			.number = line->number,
			.text = line->text,
			.single = true,
			.why = (char *)"gives it to VFIO at each start, by `baton boot assign`"},
		name ? concern_address(search, name) : (struct concern){0});
	return 0;
}

void search_files(struct search *search) {
	static const char *const stages[] = {"init-top", "init-premount", "local-top"};
	const struct line_reader datacenter = {.found = look_at_datacenter, .context = search};
	const struct line_reader wrong = {.found = look_at_wrong_file, .context = search};
	const struct line_reader assigned = {.found = look_at_assigned, .context = search};
	bool spared = search->wanted->all && !search->wanted->own;
	int r = spared ? 0 : lines_read(search->root, ASSIGNED_FILE, &assigned);

	search->remains->r = r < 0 ? r : search->remains->r;
	search_driverctl(search);
	search_rules(search);
	for (size_t i = 0; i < COUNT(stages); i++) {
		char path[PATH_LENGTH];

		if (name_format(path, sizeof(path), SCRIPTS "%s", stages[i]) == 0) {
			search_scripts(search, path);
		}
	}
	search_override_scripts(search);
	search_units(search);
	r = lines_read(search->root, DATACENTER, &datacenter);
	r = r < 0 ? r : lines_read(search->root, WRONG_FILE, &wrong);
	search->remains->r = r < 0 ? r : search->remains->r;
}
