/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/file.h"
#include "base/text.h"
#include "inventory/boot/line.h"

#define GRUB_DEFAULT   "/etc/default/grub"
#define KERNEL_CMDLINE "/etc/kernel/cmdline"
#define GRUB_VARIABLES                                                                             \
	{ "GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT" }

/*
 * What starts the kernel, as one row each: how it is recognised, where the words of the kernel's
 * command line stand and in which form, and which program of the system's own puts what was written
 * there into effect (contracts.md E, A7).
 */
enum loader_kind {
	LOADER_NIXOS,
	LOADER_OSTREE,
	LOADER_KERNELSTUB,
	LOADER_PROXMOX,      /* proxmox-boot-tool with systemd-boot */
	LOADER_PROXMOX_GRUB, /* and with GRUB */
	LOADER_LIMINE,
	LOADER_GRUBBY, /* GRUB that reads an entry of its own for each kernel (Fedora, RHEL) */
	LOADER_GRUB_DEBIAN,
	LOADER_GRUB2, /* openSUSE */
	LOADER_GRUB,
	LOADER_UKI,            /* kernel, initramfs and command line in one file, by mkinitcpio */
	LOADER_KERNEL_INSTALL, /* systemd-boot, with entries that kernel-install makes */
	LOADER_ENTRIES,        /* and with entries that a person wrote */
	LOADER_UNKNOWN,
	LOADER_KIND_COUNT,
};

/* The form in which the words stand. */
enum loader_form {
	FORM_NONE,     /* in no file that is to be written to: a program is asked */
	FORM_SHELL,    /* NAME="words", read by a shell */
	FORM_WORDS,    /* words, nothing else */
	FORM_DROP_INS, /* files of words, one after the other */
	FORM_ENTRIES,  /* "options words" in files of loader/entries */
	FORM_LINES,    /* whole lines, each for itself */
};

struct loader {
	enum loader_kind kind;
	const char *id;         /* "grub-debian": in JSON */
	const char *name;       /* for people */
	const char *signs[2];   /* files that are there where it is; NULL: no more */
	bool (*fits)(int root); /* what no file's being there tells; NULL: nothing */
	const char *boots;      /* what the boot program calls itself: "GRUB"; NULL: many do */
	enum loader_form form;
	const char *file;         /* FORM_SHELL, FORM_WORDS: the file */
	const char *directory;    /* FORM_SHELL, FORM_DROP_INS: files besides it; NULL: none */
	const char *suffix;       /* and how they end */
	const char *variables[2]; /* FORM_SHELL: those that make the command line */
	const char *make[4];      /* the program and its words; none: nothing has to be made, or
				     setup/boot/kernels.h tells */
	const char *menu;         /* the one file that this makes; NULL: it is not one */
	bool shows;               /* its entries can be read, below loader/entries */
	bool tried;               /* with baton, on a machine that then started: docs/HARDWARE.md */
};

extern const struct loader loaders[LOADER_KIND_COUNT];

/* Which it is here, and how one knows. */
struct loader_found {
	const struct loader *loader;
	char booted[64];     /* the boot program that has started this kernel, as it says itself;
				empty: not known */
	struct text because; /* a sentence without an end */
};

/* -ENOMEM. running: the words that this kernel was started with. */
int loader_find(int root, const struct names *running, struct loader_found *ret) MUST_CHECK;
void loader_found_free(struct loader_found *found);

/*
 * Appends the words that the next boot is to have, as BOOT_LINE_WORD, in their order, and as
 * BOOT_LINE_UNKNOWN what only the system itself could tell. kernel: the release that runs, by which
 * the entry of many is found. -ENOMEM.
 */
int loader_read(int root, const struct loader *loader, const char *kernel, struct boot_lines *ret)
	MUST_CHECK;

/* What is read: the machine as it is, or as it will be with what is planned. */
struct loader_source {
	int root;
	const char *kernel; /* NULL: the entries of all kernels, each with all of its words */

	/* What the file is to have; NULL: as it is. */
	const struct text *(*planned)(void *context, const char *path);
	void *context;
};

int loader_read_from(const struct loader_source *source, const struct loader *loader,
	struct boot_lines *ret) MUST_CHECK;

/*
 * Words of which the entry of a kernel that is still to come will be made, where the next boot goes
 * by those that are there: with grubby (Fedora's kernel-install, and grub2-mkconfig).
 */
int loader_read_templates(const struct loader_source *source, const struct loader *loader,
	struct boot_lines *ret) MUST_CHECK;

/* What kernel-install calls this machine: its id, or what entry-token says. */
int loader_token(int root, char *ret, size_t size) MUST_CHECK;

/* The directory of the entries of systemd-boot, or NULL. */
const char *loader_entries(int root);

/* Does this machine's grub-mkconfig read the directory grub.d, as Debian's does? */
bool loader_reads_drop_ins(int root, const struct loader *loader);
