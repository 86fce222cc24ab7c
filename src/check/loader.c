// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/loader.h"

#include <stdio.h>
#include <string.h>

#define GRUB_FILE   "/etc/default/grub"
#define KERNEL_FILE "/etc/kernel/cmdline"

/* The first whose sign is there is this machine's: what has a tool of its own comes first. */
static const struct loader {
	const char *sign;
	const char *file; /* that people edit; NULL: none */
	const char *add;  /* with the words for %s */
	const char *remove;
} loaders[] = {
	{"/etc/NIXOS", NULL, "add \"%s\" to boot.kernelParams, then nixos-rebuild boot",
		"take \"%s\" out of boot.kernelParams, then nixos-rebuild boot"},
	{"/run/ostree-booted", NULL, "rpm-ostree kargs --append-if-missing=\"%s\"",
		"rpm-ostree kargs --delete-if-present=\"%s\""},
	{"/etc/kernelstub/configuration", NULL, "kernelstub --add-options \"%s\"",
		"kernelstub --delete-options \"%s\""},
	{"/etc/kernel/proxmox-boot-uuids", KERNEL_FILE,
		"add \"%s\" to " KERNEL_FILE ", then proxmox-boot-tool refresh",
		"take \"%s\" out of " KERNEL_FILE ", then proxmox-boot-tool refresh"},
	{"/usr/sbin/grubby", NULL, "grubby --update-kernel=ALL --args=\"%s\"",
		"grubby --update-kernel=ALL --remove-args=\"%s\""},
	{"/usr/sbin/update-grub", GRUB_FILE,
		"add \"%s\" to GRUB_CMDLINE_LINUX_DEFAULT in " GRUB_FILE ", then update-grub",
		"take \"%s\" out of " GRUB_FILE ", then update-grub"},
	{GRUB_FILE, GRUB_FILE,
		"add \"%s\" to GRUB_CMDLINE_LINUX_DEFAULT in " GRUB_FILE
		", then grub-mkconfig -o /boot/grub/grub.cfg",
		"take \"%s\" out of " GRUB_FILE ", then grub-mkconfig -o /boot/grub/grub.cfg"},
	{KERNEL_FILE, KERNEL_FILE, "add \"%s\" to " KERNEL_FILE ", then kernel-install add-all",
		"take \"%s\" out of " KERNEL_FILE ", then kernel-install add-all"},
	{NULL, NULL, "add \"%s\" to the kernel's command line",
		"take \"%s\" out of the kernel's command line"},
};

static const struct loader *find(const struct look *look) {
	const struct loader *loader = loaders;

	while (loader->sign && !file_exists(look->root, loader->sign)) {
		loader++;
	}
	return loader;
}

/* Puts the words in the place of %s. */
static const char *fill(const char *format, const char *words, char ret[LOADER_REMEDY_SIZE]) {
	const char *place = strstr(format, "%s");

	snprintf(ret, LOADER_REMEDY_SIZE, "%.*s%s%s, and restart the machine",
		(int)(place - format), format, words, place + 2);
	return ret;
}

const char *loader_add(const struct look *look, const char *words, char ret[LOADER_REMEDY_SIZE]) {
	return fill(find(look)->add, words, ret);
}

const char *loader_remove(
	const struct look *look, const char *words, char ret[LOADER_REMEDY_SIZE]) {
	return fill(find(look)->remove, words, ret);
}

const char *loader_file(const struct look *look) {
	const char *file = find(look)->file;

	return file && file_exists(look->root, file) ? file : NULL;
}

const char *initramfs_command(const struct look *look) {
	static const struct {
		const char *sign;
		const char *command;
	} tools[] = {
		{"/etc/initramfs-tools", "update-initramfs -u -k all"},
		{"/etc/mkinitcpio.conf", "mkinitcpio -P"},
		{"/etc/booster.yaml", "/usr/lib/booster/regenerate_images"},
		{"/etc/dracut.conf.d", "dracut -f --regenerate-all"},
	};

	for (size_t i = 0; i < COUNT(tools); i++) {
		if (file_exists(look->root, tools[i].sign)) {
			return tools[i].command;
		}
	}
	return "make the initramfs again";
}
