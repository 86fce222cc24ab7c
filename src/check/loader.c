// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/loader.h"

#include <stdio.h>
#include <string.h>

/* With the words for %s. NULL: they are written into the loader's file. */
static const struct {
	const char *add;
	const char *remove;
} programs[LOADER_KIND_COUNT] = {
	[LOADER_NIXOS] = {"add \"%s\" to boot.kernelParams, then nixos-rebuild boot",
		"take \"%s\" out of boot.kernelParams, then nixos-rebuild boot"},
	[LOADER_OSTREE] = {"rpm-ostree kargs --append-if-missing=\"%s\"",
		"rpm-ostree kargs --delete-if-present=\"%s\""},
	[LOADER_KERNELSTUB] = {"kernelstub --add-options \"%s\"",
		"kernelstub --delete-options \"%s\""},
	[LOADER_GRUBBY] = {"grubby --update-kernel=ALL --args=\"%s\"",
		"grubby --update-kernel=ALL --remove-args=\"%s\""},
	[LOADER_KERNEL_INSTALL] =
		{"add \"%s\" to /etc/kernel/cmdline, then kernel-install add for each kernel",
			"take \"%s\" out of /etc/kernel/cmdline, then kernel-install add for each kernel"},
	[LOADER_ENTRIES] = {"add \"%s\" to the options in the boot loader's entries",
		"take \"%s\" out of the options in the boot loader's entries"},
	[LOADER_UNKNOWN] = {"add \"%s\" to the kernel's command line",
		"take \"%s\" out of the kernel's command line"},
};

/* Puts the words in the place of %s. */
static void fill(const char *format, const char *words, char ret[LOADER_REMEDY_SIZE]) {
	const char *place = strstr(format, "%s");

	snprintf(ret, LOADER_REMEDY_SIZE, "%.*s%s%s, and restart the machine",
		(int)(place - format), format, words, place + strlen("%s"));
}

/* ", then update-grub": the program that puts the file into effect. */
static void format_make(const struct loader *loader, char *ret, size_t size) {
	size_t length = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < COUNT(loader->make) && loader->make[i] && length < size; i++) {
		length += (size_t)snprintf(ret + length, size - length, "%s%s",
			i > 0 ? " " : ", then ", loader->make[i]);
	}
}

static const char *change(
	const struct look *look, bool add, const char *words, char ret[LOADER_REMEDY_SIZE]) {
	const struct loader *loader = look->boot.loader.loader;
	const char *format = add ? programs[loader->kind].add : programs[loader->kind].remove;
	char make[128];

	if (format) {
		fill(format, words, ret);
		return ret;
	}
	format_make(loader, make, sizeof(make));
	snprintf(ret, LOADER_REMEDY_SIZE, "%s \"%s\" %s%s%s %s%s, and restart the machine",
		add ? "add" : "take", words, add ? "to " : "out of ",
		add && loader->variables[0] ? loader->variables[0] : "",
		add && loader->variables[0] ? " in" : "", loader->file, make);
	return ret;
}

const char *loader_add(const struct look *look, const char *words, char ret[LOADER_REMEDY_SIZE]) {
	return change(look, true, words, ret);
}

const char *loader_remove(
	const struct look *look, const char *words, char ret[LOADER_REMEDY_SIZE]) {
	return change(look, false, words, ret);
}

const char *initramfs_command(const struct look *look) {
	const char *command = look->boot.initramfs->command;

	return command ? command : "make the initramfs again";
}
