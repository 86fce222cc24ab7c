// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/verify.h"

#include <errno.h>
#include <string.h>

#include "early/assigned.h"
#include "inventory/boot/command_line.h"
#include "setup/boot/fresh.h"
#include "setup/boot/image.h"

#define LISTING_MAX  (32U << 20)
#define SAID_MAX     4096U /* of what a lister that fails has said */
#define BUILT_IN_MAX (4U << 20)
#define MENU_MAX     (4U << 20)
#define ENTRY_MAX    (64U << 10)
#define PATH_SIZE    512
#define MODULES      "lib/modules/"
#define SYSTEMD      "usr/lib/systemd/systemd"
#define UNIT         "sysinit.target.wants/baton-early.service"

/* Is there a file of that path, which ends so, in the listing? Some say more in front of it. */
static bool lists(const struct text *listing, const char *path) {
	size_t length = strlen(path);

	for (const char *found = listing->data; (found = strstr(found, path)); found += length) {
		if ((found == listing->data || strchr("/ \n", found[-1])) &&
			(!found[length] || strchr(" \n", found[length]))) {
			return true;
		}
	}
	return false;
}

/* The same of the beginning of its last component. */
static bool lists_module(const struct text *listing) {
	return strstr(listing->data, "/vfio-pci.ko") || strstr(listing->data, "/vfio_pci.ko");
}

/* The kernel whose image it is has it built in. */
static bool is_built_in(int root, const struct text *listing) {
	const char *found = strstr(listing->data, MODULES);
	const char *release = found ? found + strlen(MODULES) : "";
	AUTO_FREE char *data = NULL;
	char path[PATH_SIZE];

	return name_format(path, sizeof(path), "/" MODULES "%.*s/modules.builtin",
		       (int)strcspn(release, "/\n"), release) == 0 &&
	       file_read(root, path, BUILT_IN_MAX, &data, NULL) == 0 &&
	       strstr(data, "/vfio-pci.ko");
}

const char *verify_listing(int root, enum initramfs_kind kind, const struct text *listing) {
	static const char *const runners[INITRAMFS_KIND_COUNT][2] = {
		[INITRAMFS_TOOLS] = {"scripts/init-top/baton"},
		[INITRAMFS_DRACUT] = {UNIT, "hooks/pre-udev/00-baton-early.sh"},
		[INITRAMFS_MKINITCPIO] = {"hooks/baton", UNIT},
	};
	const char *const *runner = runners[kind];

	if (!lists(listing, &EARLY_PROGRAM[1])) {
		return EARLY_PROGRAM;
	}
	if (!lists(listing, &ASSIGNED_FILE[1])) {
		return ASSIGNED_FILE;
	}
	/* It is given both by mkinitcpio, and systemd runs no hooks. */
	if (kind == INITRAMFS_MKINITCPIO && lists(listing, SYSTEMD) && !lists(listing, UNIT)) {
		return UNIT;
	}
	if (runner[0] && !lists(listing, runner[0]) && !(runner[1] && lists(listing, runner[1]))) {
		return runner[0];
	}
	return lists_module(listing) || is_built_in(root, listing) ? NULL : "the module vfio-pci";
}

static void gather(void *context, const char *data, size_t length) {
	struct text *text = context;

	if (text->length < LISTING_MAX) {
		(void)!text_append(text, data, length);
	}
}

/* What is looked at, and what has become of those that were there. */
struct images {
	struct work *work;
	const struct initramfs *initramfs;
	enum boot_image wanted;
	time_t since_s;
	size_t count, renewed;
	char left[PATH_SIZE]; /* one that was not made anew */
};

static int look_at_image(const struct images *images, const char *path) {
	struct work *work = images->work;
	const struct initramfs *initramfs = images->initramfs;
	static const char *const listers[INITRAMFS_KIND_COUNT] = {
		[INITRAMFS_TOOLS] = "/usr/bin/lsinitramfs",
		[INITRAMFS_DRACUT] = "/usr/bin/lsinitrd",
		[INITRAMFS_MKINITCPIO] = "/usr/bin/lsinitcpio",
	};
	char *words[] = {(char *)listers[initramfs->kind], (char *)path};
	const struct names command = {words, COUNT(words)};
	AUTO_TEXT struct text listing = {0};
	const char *missing;
	int r = text_append(&listing, "", 0);

	r = r < 0 ? error_set(work->error, r, "out of memory")
		  : work_run(work, &command, gather, &listing);
	if (r < 0) {
		work_hear(
			work, listing.data, listing.length < SAID_MAX ? listing.length : SAID_MAX);
		return r;
	}
	if (images->wanted == IMAGE_ASSIGNS_NOTHING) {
		return lists(&listing, &ASSIGNED_FILE[1])
			       ? error_set(work->error, -EBADMSG,
					 "the initramfs %s was made, and still has " ASSIGNED_FILE,
					 path)
			       : 0;
	}
	missing = verify_listing(work->setup->root, initramfs->kind, &listing);
	return missing ? error_set(work->error, -EBADMSG, "the initramfs %s was made, and lacks %s",
				 path, missing)
		       : 0;
}

static void note_left(struct images *images, const char *path) {
	AUTO_TEXT struct text text = {0};

	if (!images->left[0]) {
		(void)!name_set(images->left, sizeof(images->left), path);
	}
	if (text_add(&text, "baton: %s was there, and was not made anew\n", path) == 0) {
		work_hear(images->work, text.data, text.length);
	}
}

/* A unified image has the kernel, too, and not every lister reads those. */
static int look_at_file(void *context, const char *path, const struct stat *stat) {
	struct images *images = context;
	const struct text *before = images->work->images;
	bool unified = text_ends(path, ".efi");

	if (!unified && !image_is(path)) {
		return 0;
	}
	if (!fresh_is(stat, images->since_s)) {
		if (!unified) {
			note_left(images, path);
		}
		return 0;
	}
	images->count++;
	images->renewed +=
		unified ? strstr(path, "/Linux/") != NULL : !before || fresh_lists(before, path);
	return unified || images->wanted == IMAGE_ANEW ? 0 : look_at_image(images, path);
}

static int verify_images(struct work *work, const struct initramfs *initramfs,
	enum boot_image wanted, time_t since_s) {
	struct images images = {work, initramfs, wanted, since_s, 0, 0, ""};
	const struct fresh fresh = {work->setup->root, look_at_file, &images};
	int r = fresh_find(&fresh);

	if (r == 0 && images.count == 0) {
		return error_set(work->error, -EBADMSG, "%s has made no initramfs anew below /boot",
			initramfs->name);
	}
	if (r == 0 && images.renewed == 0 && images.left[0]) {
		return error_set(work->error, -EBADMSG,
			"%s has made none of the images anew that were there, such as %s: if "
			"nothing starts with it, remove it, and try again",
			initramfs->name, images.left);
	}
	return r == -ENOMEM ? error_set(work->error, r, "out of memory") : r;
}

/* Has one of the lines that begin with the key all words? *ret_lines: there are such lines. */
static int find_words(
	const char *data, const char *key, const struct names *words, bool *ret_lines) {
	for (const char *line = data; *line; line = text_next_line(line)) {
		const char *start = line + strspn(line, " \t");
		AUTO_NAMES struct names there = {0};
		size_t missing = 0;
		int r;

		if (!text_starts(start, key) || !strchr(" \t1e", start[strlen(key)])) {
			continue;
		}
		*ret_lines = true;
		r = command_line_split(start, strcspn(start, "\n"), &there);
		for (size_t i = 0; r == 0 && i < words->count; i++) {
			missing += !command_line_has(&there, words->names[i]);
		}
		if (r < 0 || missing == 0) {
			return r < 0 ? r : 1;
		}
	}
	return 0;
}

static int lacks(struct work *work, const char *path, const struct names *words) {
	return error_set(work->error, -EBADMSG, "%s was made, and no entry in it has %s%s", path,
		words->names[0], words->count > 1 ? " and what else is to be there" : "");
}

/* GRUB's own menu: "linux /vmlinuz root=..." */
static int verify_menu(struct work *work, const char *path, const struct names *words) {
	AUTO_FREE char *data = NULL;
	bool lines = false;
	int r = file_read(work->setup->root, path, MENU_MAX, &data, NULL);

	if (r < 0) {
		return error_set(work->error, r, "cannot read %s: %s", path, strerror(-r));
	}
	r = find_words(data, "linux", words, &lines);
	return r == 0 ? lacks(work, path, words) : r < 0 ? r : 0;
}

/* "options root=...": of an entry that takes them from elsewhere, nothing is known. */
static int verify_entries(struct work *work, const struct names *words) {
	const char *directory = loader_entries(work->setup->root);
	AUTO_NAMES struct names names = {0};
	bool lines = false;
	int r = directory ? names_read(work->setup->root, directory, &names) : 0;

	for (size_t i = 0; r == 0 && i < names.count; i++) {
		AUTO_FREE char *data = NULL;
		char path[PATH_SIZE];

		if (!text_ends(names.names[i], ".conf") ||
			name_format(path, sizeof(path), "%s/%s", directory, names.names[i]) < 0 ||
			file_read(work->setup->root, path, ENTRY_MAX, &data, NULL) < 0) {
			continue;
		}
		r = strstr(data, "$kernelopts") ? 1 : find_words(data, "options", words, &lines);
	}
	if (r < 0) {
		return error_set(work->error, r, "cannot read the boot entries: %s", strerror(-r));
	}
	return r == 0 && lines ? lacks(work, directory, words) : 0;
}

/* The part of GRUB's menu that is made of what is configured: a person's own comes behind it. */
static void find_made(const char *data, const char **ret_from, const char **ret_to) {
	const char *from = strstr(data, "### BEGIN /etc/grub.d/10_");
	const char *to = from ? strstr(from, "### END /etc/grub.d/10_") : NULL;

	*ret_from = from ? from : data;
	*ret_to = to ? to : data + strlen(data);
}

/* The first of the words that a line of that key has, or NULL. */
static const char *find_left(
	const char *from, const char *to, const char *key, const struct names *words) {
	const char *left = NULL;

	for (const char *line = from; !left && line < to && *line; line = text_next_line(line)) {
		const char *start = line + strspn(line, " \t");
		AUTO_NAMES struct names there = {0};

		if (!text_starts(start, key) || !strchr(" \t1e", start[strlen(key)]) ||
			command_line_split(start, strcspn(start, "\n"), &there) < 0) {
			continue;
		}
		for (size_t i = 0; !left && i < words->count; i++) {
			left = command_line_has(&there, words->names[i]) ? words->names[i] : NULL;
		}
	}
	return left;
}

static int still_has(struct work *work, const char *path, const char *word) {
	return error_set(work->error, -EBADMSG, "%s was made, and still has %s", path, word);
}

static int verify_menu_without(struct work *work, const char *path, const struct names *words) {
	AUTO_FREE char *data = NULL;
	const char *from, *to, *left;
	int r = file_read(work->setup->root, path, MENU_MAX, &data, NULL);

	if (r < 0) {
		return error_set(work->error, r, "cannot read %s: %s", path, strerror(-r));
	}
	find_made(data, &from, &to);
	left = find_left(from, to, "linux", words);
	return left ? still_has(work, path, left) : 0;
}

/* What looks at an entry that was made or changed now. */
struct entries {
	struct work *work;
	const struct names *words;
	time_t since_s; /* those that were made since */
};

static int look_at_entry(void *context, const char *path, const struct stat *stat) {
	const struct entries *entries = context;
	AUTO_FREE char *data = NULL;
	const char *left;

	if (!fresh_is(stat, entries->since_s) || !strstr(path, "/loader/entries/") ||
		!text_ends(path, ".conf") ||
		file_read(entries->work->setup->root, path, ENTRY_MAX, &data, NULL) < 0) {
		return 0;
	}
	left = find_left(data, data + strlen(data), "options", entries->words);
	return left ? still_has(entries->work, path, left) : 0;
}

/* Entries that no kernel is there for any more, nobody makes anew. */
static int verify_without(struct work *work, const struct boot_plan *plan, time_t since_s) {
	bool all = plan->loader->kind == LOADER_GRUBBY; /* it changes those that are there */
	struct entries entries = {work, &plan->without, all ? 0 : since_s};
	const struct fresh fresh = {work->setup->root, look_at_entry, &entries};
	int r;

	if (plan->loader->menu) {
		return verify_menu_without(work, plan->loader->menu, &plan->without);
	}
	r = fresh_find(&fresh);
	return r == -ENOMEM ? error_set(work->error, r, "out of memory") : r;
}

/* Where the entries are elsewhere, or in a form of which we know nothing, that is said. */
static int say_unseen(struct work *work, const struct loader *loader) {
	AUTO_TEXT struct text text = {0};
	int r = text_add(&text,
		"baton: what %s has made of it cannot be looked at: see `baton boot status` after "
		"the restart\n",
		loader->name);

	if (r == 0) {
		work_hear(work, text.data, text.length);
	}
	return r;
}

static int verify_words(struct work *work, const struct boot_plan *plan) {
	if (plan->loader->menu) {
		return verify_menu(work, plan->loader->menu, &plan->with);
	}
	return plan->loader->shows ? verify_entries(work, &plan->with)
				   : say_unseen(work, plan->loader);
}

int verify_plan(struct work *work, const struct boot_plan *plan, time_t since_s) {
	int r = plan->with.count > 0 ? verify_words(work, plan) : 0;

	if (r == 0 && plan->without.count > 0) {
		r = verify_without(work, plan, since_s);
	}
	if (r == 0 && plan->initramfs && plan->initramfs->kind != INITRAMFS_BOOSTER) {
		r = verify_images(work, plan->initramfs, plan->image, since_s);
	}
	return r;
}

static bool is_of_assigned(const struct boot_plan *plan) {
	for (size_t i = 0; i < plan->file_count; i++) {
		if (strcmp(plan->files[i].path, ASSIGNED_FILE) == 0 &&
			boot_file_changes(&plan->files[i])) {
			return plan->command_count > 0;
		}
	}
	return false;
}

/* (Of what is assigned still, the time that it was made for is the proof.) */
int verify_back(struct work *work, const struct boot_plan *plan, time_t since_s) {
	const struct initramfs *initramfs = initramfs_find(work->setup->root);

	return !is_of_assigned(plan) || file_exists(work->setup->root, ASSIGNED_FILE) ||
			       initramfs->kind >= INITRAMFS_BOOSTER
		       ? 0
		       : verify_images(work, initramfs, IMAGE_ASSIGNS_NOTHING, since_s);
}
