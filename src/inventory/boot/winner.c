// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "early/early.h"
#include "inventory/boot/command_line.h"
#include "inventory/boot/contest.h"
#include "inventory/boot/late.h"

/*
 * The order in which the device is fought for: the initramfs loads modules, then the system does,
 * each module takes what it fits as it comes, and udev's rules and driverctl take away again.
 */

#define VFIO_DRIVER "vfio-pci"

const char *winner_name(enum winner winner) {
	static const char *const names[] = {
		[WINNER_HOST] = "host",
		[WINNER_VFIO] = "vfio",
		[WINNER_OTHER] = "other",
		[WINNER_NOBODY] = "nobody",
		[WINNER_OPEN] = "open",
	};

	assert(winner < COUNT(names));
	return names[winner];
}

/* The line that keeps a module from being loaded, or NULL. */
static const struct boot_line *find_kept(const struct boot *boot, const char *module) {
	for (size_t i = 0; i < boot->lines.count; i++) {
		const struct boot_line *line = &boot->lines.all[i];

		if (line->module && boot_line_keeps_away(line) &&
			strcmp(line->module, module) == 0) {
			return line;
		}
	}
	return NULL;
}

/* Of those that are left, the one that the host knows to be the best, or else the first. */
static int find_natural(struct contest *contest) {
	char best[MODULE_SIZE];
	int r = host_natural_module(
		contest->root, contest->host, contest->device->device, best, sizeof(best));

	if (r == -ENOMEM) {
		return r;
	}
	for (size_t i = 0; i < contest->modules->count; i++) {
		const char *module = contest->modules->names[i];
		const struct boot_line *kept = find_kept(contest->boot, module);
		bool is_best = r == 0 && strcmp(best, module) == 0;

		if (kept) {
			contest->kept = contest->kept ? contest->kept : kept;
		} else if (!contest->natural[0] || is_best) {
			(void)!name_set(contest->natural, sizeof(contest->natural), module);
		}
	}
	return 0;
}

/* vfio-pci.ids= on the next command line, if the device is among them. */
static void find_next_ids(struct contest *contest) {
	const struct boot_lines *next = &contest->boot->next;

	for (size_t i = 0; i < next->count; i++) {
		const char *value = strchr(next->all[i].text, '=');

		if (value && next->all[i].kind == BOOT_LINE_WORD && next->all[i].module &&
			strcmp(next->all[i].module, VFIO_MODULE) == 0 &&
			strstr(next->all[i].text, "ids=") &&
			rebinder_ids_match(value + 1, contest->device->device)) {
			contest->next_ids = next->all[i];
			return;
		}
	}
}

/* vfio_pci ids=10de:1b81 in initramfs-tools' list of modules, which may have parameters. */
static void find_early_ids(struct contest *contest) {
	const struct boot_lines *lines = &contest->boot->lines;

	for (size_t i = 0; !contest->next_ids.text && i < lines->count; i++) {
		const struct boot_line *line = &lines->all[i];
		const char *ids = strstr(line->text, " ids=");

		if (ids && line->kind == BOOT_LINE_EARLY && line->module &&
			strcmp(line->module, VFIO_MODULE) == 0 &&
			rebinder_ids_match(ids + strlen(" ids="), contest->device->device)) {
			contest->next_ids = *line;
		}
	}
}

static int find_rebinders(struct contest *contest) {
	int r = rebinders_read(contest->root, contest->device->device, &contest->rebinders);

	for (size_t i = 0; r == 0 && i < contest->rebinders.count; i++) {
		const struct rebinder *one = &contest->rebinders.all[i];
		const struct rebinder **slot = NULL;

		switch (one->kind) {
		case REBINDER_MODPROBE:
			slot = &contest->ids;
			break;
		case REBINDER_COMMAND_LINE:
			slot = contest->boot->next_known ? NULL : &contest->argument_ids;
			break;
		case REBINDER_DRIVERCTL:
			slot = &contest->driverctl;
			break;
		case REBINDER_UDEV:
		case REBINDER_UNIT:
			slot = &contest->other;
			break;
		case REBINDER_HOOK: /* nobody calls it at boot */
			break;
		}
		if (slot && !*slot) {
			*slot = one;
		}
	}
	find_next_ids(contest);
	find_early_ids(contest);
	return r;
}

/* "/etc/modules:3" */
static int add_place(struct text *ret, const char *path, unsigned int number) {
	return number ? text_add(ret, "%s:%u", path, number) : text_add(ret, "%s", path);
}

static void set_winner(struct contest *contest, enum winner winner, const char *driver) {
	contest->device->winner = winner;
	(void)!name_set(contest->device->driver, sizeof(contest->device->driver), driver);
}

/* The host's driver: of a module that is loaded, as sysfs has it. */
static void name_natural(struct contest *contest, enum winner winner) {
	char driver[DRIVER_SIZE] = "";

	(void)!host_module_driver(contest->root, contest->natural, driver, sizeof(driver));
	set_winner(contest, winner, driver[0] ? driver : contest->natural);
}

/* dracut's rd.driver.pre=vfio-pci, which others do not know. */
static const struct boot_line *find_driver_pre(const struct boot *boot) {
	for (size_t i = 0; boot->initramfs->kind == INITRAMFS_DRACUT && i < boot->next.count; i++) {
		const struct boot_line *word = &boot->next.all[i];

		if (text_starts(word->text, "rd.driver.pre=") && strstr(word->text, "vfio")) {
			return word;
		}
	}
	return NULL;
}

static bool stands_down(const struct boot *boot) {
	for (size_t i = 0; i < boot->next.count; i++) {
		if (command_line_same(boot->next.all[i].text, EARLY_SKIP)) {
			return true;
		}
	}
	return false;
}

static void find_early(struct contest *contest) {
	const struct boot *boot = contest->boot;

	contest->early = boot_lines_find(&boot->lines, BOOT_LINE_EARLY, VFIO_MODULE);
	if (!contest->early) {
		contest->early = boot_lines_find(&boot->lines, BOOT_LINE_BEFORE, contest->natural);
	}
	if (!contest->early) {
		contest->early = find_driver_pre(boot);
	}
}

/*
 * baton-early loads VFIO for an assigned card as modprobe is configured to, so with its ids, before
 * any driver that is a module. (Sound and USB it frees only of drivers of what is assigned.)
 */
static int find_baton_early(struct contest *contest) {
	const struct boot *boot = contest->boot;
	const struct assignments *assigned = &boot->assigned;
	enum late late = LATE_NOT;
	bool built_in = false;
	int r = 0;

	if (contest->early || assigned->age == IMAGE_OLDER || stands_down(boot) ||
		boot->initramfs->kind == INITRAMFS_UNKNOWN) {
		return 0;
	}
	r = late_find(contest->root, contest->host, boot->initramfs, contest->device->device,
		contest->natural, &late);
	if (r == 0 && contest->natural[0]) {
		r = late_is_built_in(
			contest->root, contest->host->kernel, contest->natural, &built_in);
	}
	for (size_t i = 0; r == 0 && late == LATE_NOT && !built_in && i < assigned->count; i++) {
		if (assigned->all[i].state < ASSIGNMENT_MISSED) {
			contest->first = (struct boot_line){.kind = BOOT_LINE_ASSIGNED,
				.path = (char *)ASSIGNED_FILE,
				.number = assigned->all[i].line};
			contest->early = &contest->first;
			break;
		}
	}
	return r;
}

/* It has to be on the image, and not to be told to stand down. */
static void find_assigned(struct contest *contest) {
	const struct assignments *assigned = &contest->boot->assigned;

	if (assigned->age != IMAGE_OLDER && !stands_down(contest->boot)) {
		contest->assigned = assignments_find(assigned, contest->device->device);
	}
}

/* Where the ids come from. */
static int add_ids(const struct contest *contest, struct text *ret) {
	if (contest->next_ids.text) {
		bool word = contest->next_ids.kind == BOOT_LINE_WORD;
		int r = text_add(ret, "%sids= in ", word ? "vfio-pci." : "");

		return r < 0 ? r : add_place(ret, contest->next_ids.path, contest->next_ids.number);
	}
	return rebinder_format(contest->ids ? contest->ids : contest->argument_ids, ret);
}

/* vfio-pci is given the device's ids: does it come in time? */
static int judge_ids(struct contest *contest) {
	const struct boot_line *early = contest->early;
	const struct boot_line *loaded =
		boot_lines_find(&contest->boot->lines, BOOT_LINE_LOADED, VFIO_MODULE);
	bool words = (contest->next_ids.text && contest->next_ids.kind == BOOT_LINE_WORD) ||
		     contest->argument_ids;
	struct text *because = &contest->device->because;
	int r = text_add(because, "its ids are given to vfio-pci by ");

	r = r < 0 ? r : add_ids(contest, because);
	if (r < 0) {
		return r;
	}
	if (contest->boot->vfio_built_in && words) {
		set_winner(contest, WINNER_VFIO, VFIO_DRIVER);
		return text_add(because, ", and vfio-pci is built into the kernel");
	}
	if (contest->boot->vfio_built_in) {
		name_natural(contest, contest->natural[0] ? WINNER_HOST : WINNER_NOBODY);
		return text_add(because,
			", but vfio-pci is built into the kernel and listens to its command line alone");
	}
	if (early) {
		set_winner(contest, WINNER_VFIO, VFIO_DRIVER);
		r = text_add(because, ", and vfio-pci is loaded first by ");
		return r < 0 ? r : add_place(because, early->path, early->number);
	}
	if (!contest->natural[0]) {
		set_winner(contest, loaded ? WINNER_VFIO : WINNER_OPEN, VFIO_DRIVER);
		return text_add(
			because, loaded ? ", and nobody else wants it"
					: ", and vfio-pci takes it once something loads that");
	}
	if (loaded) {
		set_winner(contest, WINNER_OPEN, VFIO_DRIVER);
		r = text_add(because, ", and whether %s or ", contest->natural);
		r = r < 0 ? r : add_place(because, loaded->path, loaded->number);
		return r < 0 ? r : text_add(because, " is first is left to chance");
	}
	name_natural(contest, WINNER_HOST);
	return text_add(because, ", but nothing loads vfio-pci before %s", contest->natural);
}

static int judge_driverctl(struct contest *contest) {
	const char *driver = contest->driverctl->text;

	set_winner(contest, strcmp(driver, VFIO_DRIVER) == 0 ? WINNER_VFIO : WINNER_OTHER, driver);
	return text_add(&contest->device->because, "driverctl binds it by its address (%s)",
		contest->driverctl->path);
}

static int judge_nobody(struct contest *contest) {
	struct text *because = &contest->device->because;
	int r;

	set_winner(contest, WINNER_NOBODY, "");
	if (!contest->kept) {
		return text_add(because, "this kernel has no driver for it");
	}
	r = text_add(because, "%s is not loaded because of ", contest->kept->module);
	return r < 0 ? r : add_place(because, contest->kept->path, contest->kept->number);
}

/*
 * Nobody is there before it, but what the kernel or the initramfs brings along; unless it took this
 * time. (The word that makes it stand down may be configured.)
 */
static int judge_assigned(struct contest *contest) {
	struct text *because = &contest->device->because;
	enum late late = LATE_NOT;
	int r = contest->assigned->state == ASSIGNMENT_TOOK
			? 0
			: late_find(contest->root, contest->host, contest->boot->initramfs,
				  contest->device->device, contest->natural, &late);

	if (late == LATE_NOT) {
		set_winner(contest, WINNER_VFIO, VFIO_DRIVER);
	} else {
		name_natural(contest, WINNER_HOST);
	}
	r = r < 0 ? r
		  : text_add(because, ASSIGNED_FILE ":%u gives it to vfio-pci in the initramfs",
			    contest->assigned->line);
	return r < 0 || late == LATE_NOT ? r : late_format(late, contest->natural, because);
}

/* What has udev load VFIO for it, and nothing else, or NULL. */
static const struct boot_line *find_alias(const struct contest *contest) {
	const struct boot_lines *lines = &contest->boot->lines;

	for (size_t i = 0; i < lines->count; i++) {
		if (boot_line_fits(&lines->all[i], contest->device->device->modalias)) {
			return &lines->all[i];
		}
	}
	return NULL;
}

static int judge(struct contest *contest) {
	struct text *because = &contest->device->because;
	const struct boot_line *alias;
	int r;

	/* (driverctl comes later, and takes away again.) */
	if (contest->assigned &&
		(!contest->driverctl || strcmp(contest->driverctl->text, VFIO_DRIVER) == 0)) {
		return judge_assigned(contest);
	}
	if (contest->driverctl) {
		return judge_driverctl(contest);
	}
	if (contest->ids || contest->argument_ids || contest->next_ids.text) {
		return judge_ids(contest);
	}
	if (contest->other) {
		name_natural(contest, WINNER_OPEN);
		r = rebinder_format(contest->other, because);
		return r < 0 ? r : text_add(because, " may take it");
	}
	if (!contest->natural[0]) {
		return judge_nobody(contest);
	}
	alias = find_alias(contest);
	if (alias) {
		name_natural(contest, WINNER_OPEN);
		r = text_add(because, "udev loads VFIO for it in the place of %s because of ",
			contest->natural);
		return r < 0 ? r : add_place(because, alias->path, alias->number);
	}
	name_natural(contest, WINNER_HOST);
	return text_add(because, "nothing gives it to anybody else");
}

int winner_find(int root, const struct host *host, const struct boot *boot,
	const struct names *modules, struct boot_device *device) {
	struct contest contest = {
		.root = root, .host = host, .boot = boot, .modules = modules, .device = device};
	int r = find_natural(&contest);

	r = r < 0 ? r : find_rebinders(&contest);
	find_early(&contest);
	r = r < 0 ? r : find_baton_early(&contest);
	find_assigned(&contest);
	r = r < 0 ? r : judge(&contest);
	r = r < 0 ? r : contest_gather_lines(&contest);
	rebinders_free(&contest.rebinders);
	return r;
}
