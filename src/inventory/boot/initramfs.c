// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/initramfs.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "inventory/boot/mkinitcpio.h"
#include "inventory/boot/shell.h"

#define FILE_MAX_SIZE (1U << 20)
#define FILES_MAX     1024 /* in one directory */

const struct initramfs initramfses[INITRAMFS_KIND_COUNT] = {
	{INITRAMFS_TOOLS, "initramfs-tools", "/usr/sbin/mkinitramfs", "/etc/initramfs-tools",
		"update-initramfs -u -k all", {"/usr/sbin/update-initramfs", "-u", "-k", "all"},
		true},
	{INITRAMFS_DRACUT, "dracut", "/usr/bin/dracut", "/etc/dracut.conf.d",
		"dracut --force --regenerate-all",
		{"/usr/bin/dracut", "--force", "--regenerate-all"}, true},
	{INITRAMFS_MKINITCPIO, "mkinitcpio", "/usr/bin/mkinitcpio", "/etc/mkinitcpio.conf",
		"mkinitcpio -P", {"/usr/bin/mkinitcpio", "-P"}, false},
	{INITRAMFS_BOOSTER, "booster", "/usr/bin/booster", "/etc/booster.yaml",
		"/usr/lib/booster/regenerate_images", {"/usr/lib/booster/regenerate_images"},
		false},
	{INITRAMFS_UNKNOWN, "not recognised", NULL, NULL, NULL, {NULL}, false},
};

/*
 * Where dracut has come in the place of initramfs-tools, a part of that may still be there, and
 * update-initramfs a way to call dracut.
 */
static bool is_left_over(int root, enum initramfs_kind kind) {
	AUTO_FREE char *data = NULL;

	return kind == INITRAMFS_TOOLS &&
	       file_exists(root, initramfses[INITRAMFS_DRACUT].program) &&
	       (file_read(root, "/usr/sbin/update-initramfs", FILE_MAX_SIZE, &data, NULL) < 0 ||
		       !strstr(data, "mkinitramfs"));
}

const struct initramfs *initramfs_find(int root) {
	for (size_t i = 0; i < INITRAMFS_UNKNOWN; i++) {
		if (file_exists(root, initramfses[i].program) &&
			!is_left_over(root, initramfses[i].kind)) {
			return &initramfses[i];
		}
	}
	for (size_t i = 0; i < INITRAMFS_UNKNOWN; i++) {
		if (file_exists(root, initramfses[i].configuration)) {
			return &initramfses[i];
		}
	}
	return &initramfses[INITRAMFS_UNKNOWN];
}

/* Adds a line for each module of a list. */
static int add_modules(struct boot_lines *lines, const struct boot_line *line, const char *list,
	const char *separators) {
	AUTO_FREE char *copy = strdup(list);
	char *rest = copy, *module;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (module = strsep(&rest, separators))) {
		struct boot_line one = *line;

		one.module = module;
		r = *module ? boot_lines_add(lines, &one) : 0;
	}
	return r;
}

/* A module and its parameters. What modprobe.d has is no module's name, and nobody reads it. */
static int add_tools_line(void *context, const struct source_line *line) {
	static const char *const directives[] = {
		"options", "softdep", "blacklist", "install", "alias", "remove"};
	AUTO_FREE char *copy = strdup(line->text);
	struct boot_line found = {.kind = BOOT_LINE_EARLY,
		.path = (char *)line->path,
		.number = line->number,
		.text = line->text,
		.module = copy};

	if (!copy) {
		return -ENOMEM;
	}
	copy[strcspn(copy, " \t")] = '\0';
	for (size_t i = 0; i < COUNT(directives); i++) {
		if (strcmp(copy, directives[i]) == 0) {
			found.kind = BOOT_LINE_IGNORED;
			found.module = NULL;
		}
	}
	return boot_lines_add(context, &found);
}

static int read_tools(int root, struct boot_lines *lines) {
	const struct line_reader reader = {.found = add_tools_line, .context = lines};

	return lines_read(root, "/etc/initramfs-tools/modules", &reader);
}

/* modules_force_load: vfio_pci,vfio */
static int add_booster_line(void *context, const struct source_line *line) {
	static const struct {
		const char *key;
		enum boot_line_kind kind;
	} keys[] = {{"modules_force_load:", BOOT_LINE_EARLY}, {"modules:", BOOT_LINE_INCLUDED}};
	int r = 0;

	for (size_t i = 0; r == 0 && i < COUNT(keys); i++) {
		const struct boot_line found = {.kind = keys[i].kind,
			.path = (char *)line->path,
			.number = line->number,
			.text = line->text};

		if (text_starts(line->text, keys[i].key)) {
			r = add_modules(
				context, &found, line->text + strlen(keys[i].key), " \t,\"'");
		}
	}
	return r;
}

static int read_booster(int root, struct boot_lines *lines) {
	const struct line_reader reader = {.found = add_booster_line, .context = lines};

	return lines_read(root, "/etc/booster.yaml", &reader);
}

/* A variable with modules in it, and what becomes of them. */
struct list {
	const char *variable;
	enum boot_line_kind kind;
};

static const char *find_nothing(void *context, const char *name, size_t length) {
	(void)context;
	(void)name;
	(void)length;
	return "";
}

/* In an array comments may stand between the words. */
static void blank_comments(char *value) {
	for (char *c = value; *value == '(' && *c; c++) {
		if (*c == '#' && strchr(" \t\n(", c[-1])) {
			memset(c, ' ', strcspn(c, "\n"));
		}
	}
}

/* One that only a shell could follow is told if it names VFIO. */
static int add_unknown(struct boot_lines *lines, const struct boot_line *line) {
	struct boot_line unknown = *line;

	unknown.kind = BOOT_LINE_UNKNOWN;
	return strstr(line->text, "vfio") || strstr(line->text, "pci-stub")
		       ? boot_lines_add(lines, &unknown)
		       : 0;
}

static int add_list(const struct list *list, const char *path, const struct shell_reader *shell,
	const struct shell_assignment *found, struct boot_lines *lines) {
	AUTO_FREE char *text = strndup(shell->data + found->name_at,
		found->value_at + found->value_length - found->name_at);
	AUTO_TEXT struct text value = {0};
	const struct boot_line line = {
		.kind = list->kind, .path = (char *)path, .number = found->line, .text = text};
	int r = text ? 0 : -ENOMEM;

	r = r < 0 ? r
		  : shell_expand(shell->data + found->value_at, found->value_length, find_nothing,
			    NULL, &value);
	if (r == -EINVAL || (r == 0 && list->kind == BOOT_LINE_UNKNOWN)) {
		return add_unknown(lines, &line);
	}
	if (r < 0) {
		return r;
	}
	blank_comments(value.data);
	return add_modules(lines, &line, value.data, " \t\r\n()");
}

/* force_drivers+=" vfio_pci "; MODULES=(vfio_pci vfio) */
static int read_lists(
	int root, const char *path, const struct list *lists, struct boot_lines *lines) {
	AUTO_FREE char *data = NULL;
	struct shell_reader shell = {0};
	struct shell_assignment found;
	int r = file_read(root, path, FILE_MAX_SIZE, &data, &shell.length);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	shell.data = data;
	while (r == 0 && shell_assignment_next(&shell, &found)) {
		for (const struct list *list = lists; r == 0 && list->variable; list++) {
			if (shell_is(&shell, &found, list->variable)) {
				r = add_list(list, path, &shell, &found, lines);
			}
		}
	}
	return r;
}

static int read_all_lists(
	int root, const char *directory, const struct list *lists, struct boot_lines *lines) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(root, directory, &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; r == 0 && i < names.count && i < FILES_MAX; i++) {
		char path[512];

		if (text_ends(names.names[i], ".conf") &&
			name_format(path, sizeof(path), "%s/%s", directory, names.names[i]) == 0) {
			r = read_lists(root, path, lists, lines);
		}
	}
	return r;
}

static int read_dracut(int root, struct boot_lines *lines) {
	static const struct list lists[] = {{"force_drivers", BOOT_LINE_EARLY},
		{"add_drivers", BOOT_LINE_INCLUDED}, {"drivers", BOOT_LINE_INCLUDED},
		{"install_items", BOOT_LINE_INCLUDED}, {"add_dracutmodules", BOOT_LINE_UNKNOWN},
		{"kernel_cmdline", BOOT_LINE_UNKNOWN}, {0}};
	int r = read_lists(root, "/etc/dracut.conf", lists, lines);

	r = r < 0 ? r : read_all_lists(root, "/usr/lib/dracut/dracut.conf.d", lists, lines);
	return r < 0 ? r : read_all_lists(root, "/etc/dracut.conf.d", lists, lines);
}

static int read_mkinitcpio(int root, struct boot_lines *lines) {
	static const struct list lists[] = {{"MODULES", BOOT_LINE_EARLY},
		{"FILES", BOOT_LINE_INCLUDED}, {"BINARIES", BOOT_LINE_INCLUDED},
		{"HOOKS", BOOT_LINE_UNKNOWN}, {0}};
	AUTO_NAMES struct names files = {0};
	int r = mkinitcpio_files(root, &files);

	for (size_t i = 0; r == 0 && i < files.count; i++) {
		r = read_lists(root, files.names[i], lists, lines);
	}
	return r;
}

int initramfs_read(int root, const struct initramfs *initramfs, struct boot_lines *ret) {
	switch (initramfs->kind) {
	case INITRAMFS_TOOLS:
		return read_tools(root, ret);
	case INITRAMFS_DRACUT:
		return read_dracut(root, ret);
	case INITRAMFS_MKINITCPIO:
		return read_mkinitcpio(root, ret);
	case INITRAMFS_BOOSTER:
		return read_booster(root, ret);
	case INITRAMFS_UNKNOWN:
	case INITRAMFS_KIND_COUNT:
		break;
	}
	return 0;
}
