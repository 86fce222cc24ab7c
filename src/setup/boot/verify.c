// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/verify.h"

#include <errno.h>
#include <string.h>

#include "early/assigned.h"
#include "setup/boot/entries.h"
#include "setup/boot/fresh.h"
#include "setup/boot/image.h"

#define LISTING_MAX  (32U << 20)
#define SAID_MAX     4096U /* of what a lister that fails has said */
#define BUILT_IN_MAX (4U << 20)
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

/*
 * kernel-install keeps an image of each kernel for itself, as TOKEN/RELEASE/initrd, and its entry
 * starts with that one. Those of kernels that are gone nobody makes anew.
 */
static bool is_of_entry(int root, const char *path) {
	char token[128], place[PATH_SIZE], modules[PATH_SIZE];
	const char *found, *release;

	if (loader_token(root, token, sizeof(token)) < 0 ||
		name_format(place, sizeof(place), "/%s/", token) < 0) {
		return false;
	}
	found = strstr(path, place);
	release = found ? found + strlen(place) : "";
	return strchr(release, '/') &&
	       name_format(modules, sizeof(modules), "/" MODULES "%.*s", (int)strcspn(release, "/"),
		       release) == 0 &&
	       file_exists(root, modules);
}

static int look_at_left(struct images *images, const char *path) {
	note_left(images, path);
	return images->wanted != IMAGE_ANEW && is_of_entry(images->work->setup->root, path)
		       ? error_set(images->work->error, -EBADMSG,
				 "the machine starts with %s, and that was not made anew", path)
		       : 0;
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
		return unified ? 0 : look_at_left(images, path);
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

int verify_plan(struct work *work, const struct boot_plan *plan, time_t since_s) {
	int r = plan->with.count > 0 ? entries_check_with(work, plan) : 0;

	if (r == 0 && plan->without.count > 0) {
		r = entries_check_without(work, plan, since_s);
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
