// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/loader.h"

#include <errno.h>
#include <string.h>

#include "inventory/boot/command_line.h"

#define PROXMOX_REFRESH                                                                            \
	{ "/usr/sbin/proxmox-boot-tool", "refresh" }
#define EFI_VARIABLES "/sys/firmware/efi/efivars/"
#define LOADER_GUID   "-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

const char *loader_entries(int root) {
	static const char *const directories[] = {
		"/boot/loader/entries", "/efi/loader/entries", "/boot/efi/loader/entries"};

	for (size_t i = 0; i < COUNT(directories); i++) {
		AUTO_NAMES struct names names = {0};

		if (names_read(root, directories[i], &names) == 0 && names.count > 0) {
			return directories[i];
		}
	}
	return NULL;
}

static bool has_entries(int root) {
	return loader_entries(root) != NULL;
}

static int find_bls(void *context, const struct source_line *line) {
	*(bool *)context |=
		text_starts(line->text, "GRUB_ENABLE_BLSCFG=") && strstr(line->text, "true");
	return 0;
}

/* Does GRUB read entries here that grubby writes? */
static bool has_bls(int root) {
	bool found = false;
	const struct line_reader reader = {.found = find_bls, .context = &found};

	return lines_read(root, GRUB_DEFAULT, &reader) == 0 && found;
}

/* default_uki="/efi/EFI/Linux/arch-linux.efi" */
static int find_uki(void *context, const struct source_line *line) {
	const char *equals = strchr(line->text, '=');

	*(bool *)context |= equals && equals - line->text > 4 && memcmp(equals - 4, "_uki", 4) == 0;
	return 0;
}

static bool makes_uki(int root) {
	static const char *const presets[] = {"/etc/mkinitcpio.d"};
	static const struct drop_ins all = {presets, COUNT(presets), ".preset"};
	bool found = false;
	const struct line_reader reader = {.found = find_uki, .context = &found};

	return lines_read_all(root, &all, &reader) == 0 && found;
}

int loader_token(int root, char *ret, size_t size) {
	int r = file_read_line(root, "/etc/kernel/entry-token", ret, size);

	return r < 0 ? file_read_line(root, "/etc/machine-id", ret, size) : r;
}

/* kernel-install calls entries by that and the release. */
static bool has_kernel_installs(int root) {
	char token[128], prefix[136];
	const char *directory = loader_entries(root);
	AUTO_NAMES struct names names = {0};

	if (file_exists(root, KERNEL_CMDLINE)) {
		return true;
	}
	if (!directory || names_read(root, directory, &names) < 0 ||
		loader_token(root, token, sizeof(token)) < 0 ||
		name_format(prefix, sizeof(prefix), "%s-", token) < 0) {
		return false;
	}
	for (size_t i = 0; i < names.count; i++) {
		if (text_starts(names.names[i], prefix)) {
			return true;
		}
	}
	return false;
}

/* What has a tool of its own comes before what that tool uses. */
const struct loader loaders[LOADER_KIND_COUNT] = {
	{.kind = LOADER_NIXOS, .id = "nixos", .name = "NixOS", .signs = {"/etc/NIXOS"}},
	{.kind = LOADER_OSTREE,
		.id = "rpm-ostree",
		.name = "rpm-ostree",
		.signs = {"/run/ostree-booted", "/usr/bin/rpm-ostree"},
		.form = FORM_ENTRIES},
	{.kind = LOADER_KERNELSTUB,
		.id = "kernelstub",
		.name = "systemd-boot with kernelstub",
		.signs = {"/etc/kernelstub/configuration", "/usr/bin/kernelstub"},
		.boots = "systemd-boot",
		.form = FORM_ENTRIES,
		.shows = true},
	{.kind = LOADER_PROXMOX,
		.id = "proxmox-boot-tool",
		.name = "systemd-boot with proxmox-boot-tool",
		.signs = {"/etc/kernel/proxmox-boot-uuids"},
		.boots = "systemd-boot",
		.form = FORM_WORDS,
		.file = KERNEL_CMDLINE,
		.make = PROXMOX_REFRESH},
	{.kind = LOADER_PROXMOX_GRUB,
		.id = "proxmox-boot-tool-grub",
		.name = "GRUB with proxmox-boot-tool",
		.signs = {"/etc/kernel/proxmox-boot-uuids", GRUB_DEFAULT},
		.boots = "GRUB",
		.form = FORM_SHELL,
		.file = GRUB_DEFAULT,
		.directory = "/etc/default/grub.d",
		.suffix = ".cfg",
		.variables = GRUB_VARIABLES,
		.make = PROXMOX_REFRESH},
	{.kind = LOADER_LIMINE,
		.id = "limine",
		.name = "Limine with limine-entry-tool",
		.signs = {"/etc/default/limine"},
		.boots = "Limine",
		.form = FORM_SHELL,
		.file = "/etc/default/limine",
		.variables = {"KERNEL_CMDLINE[default]"},
		.make = {"/usr/bin/limine-update"}},
	{.kind = LOADER_GRUBBY,
		.id = "grubby",
		.fits = has_bls,
		.name = "GRUB with an entry for each kernel (grubby)",
		.signs = {"/usr/sbin/grubby", GRUB_DEFAULT},
		.boots = "GRUB",
		.form = FORM_ENTRIES,
		.shows = true},
	{.kind = LOADER_GRUB_DEBIAN,
		.id = "grub-debian",
		.name = "GRUB",
		.signs = {GRUB_DEFAULT, "/usr/sbin/update-grub"},
		.boots = "GRUB",
		.form = FORM_SHELL,
		.file = GRUB_DEFAULT,
		.directory = "/etc/default/grub.d",
		.suffix = ".cfg",
		.variables = GRUB_VARIABLES,
		.make = {"/usr/sbin/update-grub"},
		.menu = "/boot/grub/grub.cfg",
		.tried = true},
	{.kind = LOADER_GRUB2,
		.id = "grub2",
		.name = "GRUB",
		.signs = {GRUB_DEFAULT, "/usr/sbin/grub2-mkconfig"},
		.boots = "GRUB",
		.form = FORM_SHELL,
		.file = GRUB_DEFAULT,
		.variables = GRUB_VARIABLES,
		.make = {"/usr/sbin/grub2-mkconfig", "-o", "/boot/grub2/grub.cfg"},
		.menu = "/boot/grub2/grub.cfg"},
	{.kind = LOADER_GRUB,
		.id = "grub",
		.name = "GRUB",
		.signs = {GRUB_DEFAULT},
		.boots = "GRUB",
		.form = FORM_SHELL,
		.file = GRUB_DEFAULT,
		.variables = GRUB_VARIABLES,
		.make = {"/usr/bin/grub-mkconfig", "-o", "/boot/grub/grub.cfg"},
		.menu = "/boot/grub/grub.cfg"},
	{.kind = LOADER_UKI,
		.id = "uki",
		.fits = makes_uki,
		.name = "a unified kernel image that mkinitcpio makes",
		.signs = {"/usr/bin/mkinitcpio"},
		.form = FORM_DROP_INS,
		.file = KERNEL_CMDLINE,
		.directory = "/etc/cmdline.d",
		.suffix = ".conf",
		.make = {"/usr/bin/mkinitcpio", "-P"}},
	{.kind = LOADER_KERNEL_INSTALL,
		.id = "kernel-install",
		.fits = has_kernel_installs,
		.name = "systemd-boot with kernel-install",
		.signs = {"/usr/bin/kernel-install"},
		.boots = "systemd-boot",
		.form = FORM_WORDS,
		.file = KERNEL_CMDLINE,
		.tried = true,
		.shows = true},
	{.kind = LOADER_ENTRIES,
		.id = "systemd-boot",
		.fits = has_entries,
		.name = "systemd-boot with entries written by hand",
		.boots = "systemd-boot",
		.form = FORM_ENTRIES,
		.shows = true},
	{.kind = LOADER_UNKNOWN, .id = "unknown", .name = "not recognised"},
};

bool loader_reads_drop_ins(int root, const struct loader *loader) {
	AUTO_FREE char *script = NULL;

	return loader->form == FORM_SHELL && loader->directory &&
	       file_read(root, "/usr/sbin/grub-mkconfig", 1U << 20, &script, NULL) == 0 &&
	       strstr(script, "/default/grub.d/") != NULL;
}

/* A variable of the firmware's: four bytes of flags, then UTF-16. What is not ASCII is left out. */
static bool read_variable(int root, const char *name, char *ret, size_t size) {
	AUTO_FREE char *data = NULL;
	char path[128];
	size_t length = 0, n = 0;

	if (name_format(path, sizeof(path), EFI_VARIABLES "%s" LOADER_GUID, name) < 0 ||
		file_read(root, path, 4096, &data, &length) < 0) {
		return false;
	}
	for (size_t i = 4; i + 1 < length && n + 1 < size; i += 2) {
		if (data[i + 1] == '\0' && data[i] >= ' ' && data[i] <= '~') {
			ret[n++] = data[i];
		}
	}
	ret[n] = '\0';
	return n > 0;
}

/* Who started this kernel: what the boot program has left, or what only GRUB passes on. */
static int find_booted(int root, const struct names *running, struct loader_found *found) {
	if (read_variable(root, "LoaderInfo", found->booted, sizeof(found->booted))) {
		return text_add(&found->because, "%s has left its name in the firmware's variables",
			found->booted);
	}
	if (read_variable(root, "StubInfo", found->booted, sizeof(found->booted))) {
		return text_add(&found->because,
			"the firmware itself has started a unified kernel image (%s)",
			found->booted);
	}
	if (command_line_value(running, "BOOT_IMAGE")) {
		memcpy(found->booted, "GRUB", sizeof("GRUB"));
		return text_add(&found->because,
			"this kernel was started with BOOT_IMAGE=, which is GRUB's");
	}
	return text_append(&found->because, "", 0);
}

static bool is_here(int root, const struct loader *loader, const char *booted) {
	for (size_t i = 0; i < COUNT(loader->signs) && loader->signs[i]; i++) {
		if (!file_exists(root, loader->signs[i])) {
			return false;
		}
	}
	/* Somebody else started this kernel: what is there is left from former times. */
	if (loader->boots && *booted && !strcasestr(booted, loader->boots)) {
		return false;
	}
	return !loader->fits || loader->fits(root);
}

static int tell(struct loader_found *found) {
	const struct loader *loader = found->loader;
	const char *comma = found->because.length ? ", and " : "";

	if (loader->kind == LOADER_UNKNOWN) {
		return text_add(&found->because,
			"%snothing that baton knows of keeps the command line", comma);
	}
	if (loader->kind == LOADER_UKI) {
		return text_add(
			&found->because, "%sa preset in /etc/mkinitcpio.d makes one", comma);
	}
	if (loader->kind == LOADER_ENTRIES || loader->kind == LOADER_KERNEL_INSTALL) {
		return text_add(
			&found->because, "%sits entries or %s are there", comma, KERNEL_CMDLINE);
	}
	return loader->signs[1]
		       ? text_add(&found->because, "%s%s and %s are there", comma, loader->signs[0],
				 loader->signs[1])
		       : text_add(&found->because, "%s%s is there", comma, loader->signs[0]);
}

int loader_find(int root, const struct names *running, struct loader_found *ret) {
	struct loader_found found = {.loader = loaders};
	int r = find_booted(root, running, &found);

	while (found.loader->kind != LOADER_UNKNOWN && !is_here(root, found.loader, found.booted)) {
		found.loader++;
	}
	r = r < 0 ? r : tell(&found);
	if (r < 0) {
		loader_found_free(&found);
		return r;
	}
	*ret = found;
	return 0;
}

int loader_read_templates(
	const struct loader_source *source, const struct loader *loader, struct boot_lines *ret) {
	static const struct loader templates[] = {
		{.form = FORM_SHELL, .file = GRUB_DEFAULT, .variables = GRUB_VARIABLES},
		{.form = FORM_WORDS, .file = KERNEL_CMDLINE}};
	int r = 0;

	for (size_t i = 0; r == 0 && i < COUNT(templates); i++) {
		if (loader->kind == LOADER_GRUBBY && file_exists(source->root, templates[i].file)) {
			r = loader_read_from(source, &templates[i], ret);
		}
	}
	return r;
}

void loader_found_free(struct loader_found *found) {
	text_free(&found->because);
	*found = (struct loader_found){0};
}
