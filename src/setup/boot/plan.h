/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "inventory/boot/initramfs.h"
#include "inventory/boot/loader.h"

#include <sys/types.h>

/*
 * What baton changes for the next boot, as data: files, whole, from one content to another or to
 * none; and programs of the system's own, that put into effect what was written, or that are asked
 * for the change where no file is ours to write.
 */

#define BOOT_VARIABLE_SIZE 64

struct boot_file {
	char *path; /* from the root, without links */
	enum loader_form form;
	char variable[BOOT_VARIABLE_SIZE]; /* of FORM_SHELL */
	bool was;                          /* there is a file; its owner and mode are kept */
	bool gone;                         /* there is none afterwards */
	mode_t mode;
	uid_t uid;
	gid_t gid;
	struct text before, after;
};

enum boot_way {
	BOOT_WAY_BOTH, /* there and back, once the files are as they are to be */
	BOOT_WAY_THERE,
	BOOT_WAY_BACK,
	BOOT_WAY_BACK_KERNELS, /* for each kernel that is there then, by its release and image */
};

struct boot_command {
	enum boot_way way;
	struct names words; /* the program's path first */
};

/* Is it another one afterwards? */
bool boot_file_changes(const struct boot_file *file);

/* What an image has to be like once it is made. */
enum boot_image {
	IMAGE_ANEW,
	IMAGE_ASSIGNS,        /* it has what takes the cards */
	IMAGE_ASSIGNS_NOTHING /* it has no list of them */
};

/* Starts as {0}. */
struct boot_plan {
	struct names words;       /* that the kernel's command line gets */
	struct names directories; /* that are made first, and go again if nothing is in them */
	struct boot_file *files;
	size_t file_count;
	struct boot_command *commands;
	size_t command_count;

	/* What is looked at when that is done (setup/boot/verify.h): not recorded. */
	const struct loader *loader;       /* what starts it; NULL: nothing is changed */
	struct names with, without;        /* words that its entries then have, and have not */
	const struct initramfs *initramfs; /* whose images are made anew, or NULL */
	enum boot_image image;             /* and what they are to be like then */
};

#define BOOT_FILES_MAX    256
#define BOOT_COMMANDS_MAX 256

/* Is any file another one afterwards? */
bool boot_plan_changes(const struct boot_plan *plan);
void boot_plan_free(struct boot_plan *plan);

#define AUTO_BOOT_PLAN CLEANUP(boot_plan_free)

/* For those that read one: an empty file or command more. NULL: memory runs out, or too many. */
struct boot_file *boot_plan_add_file(struct boot_plan *plan);
struct boot_command *boot_plan_add_command(struct boot_plan *plan, enum boot_way way);
