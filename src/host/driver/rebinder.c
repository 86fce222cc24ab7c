// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/rebinder.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "host/driver/taking.h"
#include "host/hook.h"

static const char *const names[] = {
	[REBINDER_MODPROBE] = "modprobe",
	[REBINDER_COMMAND_LINE] = "command-line",
	[REBINDER_UDEV] = "udev",
	[REBINDER_DRIVERCTL] = "driverctl",
	[REBINDER_HOOK] = "hook",
	[REBINDER_UNIT] = "unit",
};

static const char *const nouns[] = {
	[REBINDER_MODPROBE] = "the options of vfio-pci in",
	[REBINDER_COMMAND_LINE] = "vfio-pci.ids= on the kernel's command line,",
	[REBINDER_UDEV] = "the udev rule",
	[REBINDER_DRIVERCTL] = "driverctl's",
	[REBINDER_HOOK] = "the hook",
	[REBINDER_UNIT] = "the unit",
};

const char *rebinder_kind_name(enum rebinder_kind kind) {
	assert(kind < COUNT(names));
	return names[kind];
}

int rebinder_format(const struct rebinder *rebinder, struct text *ret) {
	const char *noun = nouns[rebinder->kind];

	return rebinder->line ? text_add(ret, "%s %s:%u", noun, rebinder->path, rebinder->line)
			      : text_add(ret, "%s %s", noun, rebinder->path);
}

int rebinders_add(struct rebinders *rebinders, const struct rebinder *rebinder) {
	struct rebinder *all = rebinders->all, *one;

	if (rebinders->count == REBINDERS_MAX) {
		return 0;
	}
	all = reallocarray(all, rebinders->count + 1, sizeof(*all));
	if (!all) {
		return -ENOMEM;
	}
	rebinders->all = all;
	one = &all[rebinders->count];
	*one = *rebinder;
	one->path = strdup(rebinder->path);
	one->text = strdup(rebinder->text);
	rebinders->count++;
	return one->path && one->text ? 0 : -ENOMEM;
}

void rebinders_free(struct rebinders *rebinders) {
	for (size_t i = 0; i < rebinders->count; i++) {
		free(rebinders->all[i].path);
		free(rebinders->all[i].text);
	}
	free(rebinders->all);
	*rebinders = (struct rebinders){0};
}

/*
 * driverctl(8) keeps the driver of a device in a file that is called as the device is, since 0.101
 * with its bus in front.
 */
static int read_driverctl(int root, const struct device *device, struct rebinders *rebinders) {
	static const char *const prefixes[] = {"pci-", ""};
	int r = 0;

	for (size_t i = 0; r == 0 && i < COUNT(prefixes); i++) {
		char path[64], driver[DRIVER_SIZE];

		if (name_format(path, sizeof(path), "/etc/driverctl.d/%s%s", prefixes[i],
			    device->name) == 0 &&
			file_read_line(root, path, driver, sizeof(driver)) == 0) {
			r = rebinders_add(rebinders, &(struct rebinder){.kind = REBINDER_DRIVERCTL,
							     .path = path,
							     .line = 1,
							     .text = driver});
		}
	}
	return r;
}

/* Adds the line of the script that says so, if there is one. */
static int add_script(
	int root, enum rebinder_kind kind, const char *path, struct rebinders *rebinders) {
	struct taking taking = {0};
	int r = 0;

	if (taking_find(root, path, &taking)) {
		r = rebinders_add(rebinders, &(struct rebinder){.kind = kind,
						     .path = (char *)path,
						     .line = taking.line,
						     .text = taking.text,
						     .ids = taking.ids});
	}
	taking_done(&taking);
	return r;
}

static int read_hooks(int root, struct rebinders *rebinders) {
	AUTO_HOOKS struct hooks hooks = {0};
	struct error error;
	int r = hooks_read(root, &hooks, &error);

	r = r == -ENOMEM ? r : 0;
	for (size_t i = 0; r == 0 && i < hooks.count; i++) {
		r = add_script(root, REBINDER_HOOK, hooks.items[i].path, rebinders);
	}
	return r;
}

int rebinders_read_scripts(int root, struct rebinders *ret) {
	int r = read_hooks(root, ret);

	return r < 0 ? r : rebinders_read_units(root, ret);
}

int rebinders_read(int root, const struct device *device, struct rebinders *ret) {
	AUTO_REBINDERS struct rebinders found = {0};
	int r = rebinders_read_ids(root, device, &found);

	r = r < 0 ? r : read_driverctl(root, device, &found);
	r = r < 0 ? r : rebinders_read_udev(root, device, &found);
	r = r < 0 ? r : rebinders_read_scripts(root, &found);
	if (r < 0) {
		return r;
	}
	*ret = found;
	found = (struct rebinders){0};
	return 0;
}
