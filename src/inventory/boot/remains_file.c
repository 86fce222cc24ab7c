// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "early/assigned.h"
#include "host/driver/taking.h"
#include "inventory/boot/search.h"

/* Whole files, scripts and units. */

#define DRIVERCTL     "/etc/driverctl.d"
#define DATACENTER    "/etc/pve/datacenter.cfg"
#define WRONG_FILE    "/etc/initram-fs/modules"
#define UNITS         "/etc/systemd/system"
#define CONTINUE      "gpu-ptp-continue.service"
#define SCRIPTS       "/etc/initramfs-tools/scripts/"
#define DRACUT        "/usr/lib/dracut/modules.d"
#define PATH_LENGTH   512
#define FILE_MAX_SIZE (1U << 20)

bool search_is_vfios(const char *driver) {
	return strcmp(driver, "vfio-pci") == 0 || strcmp(driver, "pci-stub") == 0;
}

bool search_names_vfio(const char *text) {
	return strstr(text, "vfio") || strstr(text, "pci-stub") || strstr(text, "pci_stub");
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
			search_is_vfios(driver)) {
			search_add(search,
				&(struct remain){.form = REMAIN_FILE,
					.path = path,
					.text = driver,
					.why = (char *)"has driverctl bind the device to it at each start"},
				concern_address(search, names.names[i]));
		}
	}
}

/*
 * Scripts that take devices. What else one does, only a person can tell: it may unlock the disk, so
 * none is ever taken away.
 */
static void add_script(struct search *search, const char *path, const char *why) {
	struct taking taking = {0};
	AUTO_FREE char *data = NULL;

	if (taking_find(search->root, path, &taking) &&
		file_read(search->root, path, FILE_MAX_SIZE, &data, NULL) == 0 &&
		search_names_vfio(data)) {
		const struct remain remain = {.form = REMAIN_NO_FORM,
			.path = (char *)path,
			.text = taking.text,
			.why = (char *)why};

		search->untold = true;
		remain_set(search->remains, remains_add(search->remains, &remain), REMAIN_BY_HAND,
			"what else the script does cannot be told: look whether you need it");
	}
	taking_done(&taking);
}

static void search_scripts(struct search *search, const char *directory) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(search->root, directory, &names);

	search->remains->r = r == -ENOMEM ? r : search->remains->r;
	for (size_t i = 0; i < names.count; i++) {
		char path[PATH_LENGTH];

		if (name_format(path, sizeof(path), "%s/%s", directory, names.names[i]) == 0) {
			add_script(search, path,
				"may take devices in the initramfs, before their drivers come");
		}
	}
}

/* Modules of dracut's, each of which is a directory; its own, and ours, have nothing of VFIO. */
static void search_dracut(struct search *search) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(search->root, DRACUT, &names);

	search->remains->r = r == -ENOMEM ? r : search->remains->r;
	for (size_t i = 0; i < names.count; i++) {
		char path[PATH_LENGTH];

		if (!strstr(names.names[i], "baton") &&
			name_format(path, sizeof(path), DRACUT "/%s", names.names[i]) == 0) {
			search_scripts(search, path);
		}
	}
}

static void search_all_scripts(struct search *search) {
	static const char *const directories[] = {SCRIPTS "init-top", SCRIPTS "init-premount",
		SCRIPTS "init-bottom", SCRIPTS "local-top", SCRIPTS "local-premount",
		SCRIPTS "local-bottom", SCRIPTS "local-block", SCRIPTS "nfs-top",
		SCRIPTS "nfs-premount", SCRIPTS "nfs-bottom", SCRIPTS "panic",
		"/etc/initramfs-tools/hooks", "/etc/initcpio/hooks", "/etc/initcpio/install"};

	for (size_t i = 0; i < COUNT(directories); i++) {
		search_scripts(search, directories[i]);
	}
	search_dracut(search);
}

/*
 * What a guide has modprobe run instead of loading VFIO. Who else names it is not known, and
 * without its line nobody runs it: so it may stay.
 */
static void search_override_scripts(struct search *search) {
	static const char *const paths[] = {"/usr/sbin/vfio-pci-override.sh",
		"/usr/bin/vfio-pci-override.sh", "/usr/local/bin/vfio-pci-override.sh",
		"/usr/local/sbin/vfio-pci-override.sh", "/sbin/vfio-pci-override.sh",
		"/bin/vfio-pci-override.sh"};

	for (size_t i = 0; i < COUNT(paths) && search->wanted->all; i++) {
		struct taking taking = {0};

		if (taking_find(search->root, paths[i], &taking)) {
			const struct remain remain = {.form = REMAIN_NO_FORM,
				.path = (char *)paths[i],
				.text = taking.text,
				.why = (char *)"gives devices to VFIO when that is loaded"};

			remain_set(search->remains, remains_add(search->remains, &remain),
				REMAIN_BY_HAND,
				"nothing but a line that names it runs it: delete it once none does");
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
			search->untold = true;
			remain_set(search->remains, remains_add(search->remains, &remain),
				REMAIN_BY_HAND, "if you do not need it: systemctl disable --now %s",
				name + 1);
		}
	}
}

/* With all others' remains, baton's own may be those of a single slot. */
static bool is_of_slot(const struct search *search, const char *name) {
	const struct remains_wanted *wanted = search->wanted;
	struct address address;

	return !wanted->all || wanted->count == 0 ||
	       (address_parse(name, &address) == 0 &&
		       address_same_slot(address, wanted->devices[0]->address));
}

/* What baton itself has assigned is undone by `boot undo`; a single card may go before. */
static int look_at_assigned(void *context, const struct source_line *line) {
	struct search *search = context;
	AUTO_FREE char *name = strndup(line->text, strcspn(line->text, " \t"));

	if (!name || !is_of_slot(search, name)) {
		search->remains->r = name ? search->remains->r : -ENOMEM;
		return search->remains->r;
	}
	search_add(search,
		&(struct remain){.form = REMAIN_LINE,
			.path = (char *)line->path,
			.number = line->number,
			.text = line->text,
			.single = true,
			.own = true,
			.why = (char *)"gives it to VFIO at each start, by `baton boot assign`"},
		concern_address(search, name));
	return 0;
}

void search_files(struct search *search) {
	const struct line_reader datacenter = {.found = look_at_datacenter, .context = search};
	const struct line_reader wrong = {.found = look_at_wrong_file, .context = search};
	const struct line_reader assigned = {.found = look_at_assigned, .context = search};
	bool spared = search->wanted->all && !search->wanted->own;
	int r = spared ? 0 : lines_read(search->root, ASSIGNED_FILE, &assigned);

	search->remains->r = r < 0 ? r : search->remains->r;
	search_driverctl(search);
	search_all_scripts(search);
	search_override_scripts(search);
	search_units(search);
	r = lines_read(search->root, DATACENTER, &datacenter);
	r = r < 0 ? r : lines_read(search->root, WRONG_FILE, &wrong);
	search->remains->r = r < 0 ? r : search->remains->r;
}
