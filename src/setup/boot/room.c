// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/room.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/statvfs.h>

#include "setup/boot/fresh.h"
#include "setup/boot/image.h"
#include "setup/boot/kernels.h"

#define MARGIN    (4U << 20)
#define ID_LENGTH 32

struct room {
	int root;
	char ids[2][128];    /* what kernel-install calls this machine; empty: not known */
	struct text presets; /* the lines of mkinitcpio's that name the images it makes */
	struct error *error;
};

/* default_uki="/efi/EFI/Linux/arch-linux.efi", default_image="/boot/initramfs-linux.img" */
static int note_preset(void *context, const struct source_line *line) {
	struct room *room = context;

	return strstr(line->text, "_uki=") || strstr(line->text, "_image=")
		       ? text_add_line(&room->presets, "%s", line->text)
		       : 0;
}

static int read_presets(struct room *room) {
	static const char *const directories[] = {"/etc/mkinitcpio.d"};
	static const struct drop_ins all = {directories, COUNT(directories), ".preset"};
	const struct line_reader reader = {.found = note_preset, .context = room};
	int r = text_append(&room->presets, "", 0);

	return r < 0 ? r : lines_read_all(room->root, &all, &reader);
}

static void read_ids(struct room *room) {
	static const char *const files[] = {"/etc/machine-id", "/etc/kernel/entry-token"};

	for (size_t i = 0; i < COUNT(files); i++) {
		if (file_read_line(room->root, files[i], room->ids[i], sizeof(room->ids[i])) < 0) {
			room->ids[i][0] = '\0';
		}
	}
}

/* Is it in a directory, or does its name begin with an id, that is another system's? */
static bool is_others(const struct room *room, const char *path) {
	for (const char *part = path; room->ids[0][0] && part; part = strchr(part, '/')) {
		size_t length = 0;

		part += *part == '/';
		while (isxdigit((unsigned char)part[length])) {
			length++;
		}
		if (length == ID_LENGTH && strchr("/-", part[length]) &&
			strncmp(part, room->ids[0], ID_LENGTH) != 0 &&
			strncmp(part, room->ids[1], ID_LENGTH) != 0) {
			return true;
		}
	}
	return false;
}

/* Kernel, initramfs and command line in one. */
static bool is_unified(const char *path) {
	return text_ends(path, ".efi") && strcasestr(path, "/EFI/Linux/");
}

static bool is_made_anew(const struct room *room, const char *path) {
	return strstr(room->presets.data, path) ||
	       ((image_is(path) || is_unified(path)) && !is_others(room, path));
}

static int check_file(void *context, const char *path, const struct stat *stat) {
	const struct room *room = context;
	AUTO_CLOSE int fd = path_open(room->root, path, O_PATH | O_NOFOLLOW);
	struct statvfs system;
	uint64_t free;

	if (!is_made_anew(room, path) || fd < 0 || fstatvfs(fd, &system) < 0) {
		return 0;
	}
	free = (uint64_t)system.f_bfree * system.f_frsize;
	if (system.f_flag & ST_RDONLY) {
		return error_set(room->error, -EROFS,
			"%s cannot be made anew, because the file system that it is on is mounted "
			"read-only",
			path);
	}
	if (free < (uint64_t)stat->st_size + MARGIN) {
		return error_set(room->error, -ENOSPC,
			"%s cannot be made anew for certain: it has %ju MiB, and %ju MiB are free "
			"beside it: remove old kernels, and try again",
			path, (uintmax_t)(stat->st_size >> 20), (uintmax_t)(free >> 20));
	}
	return 0;
}

int room_check(int root, struct error *error) {
	struct room room = {.root = root, .error = error};
	const struct fresh all = {.root = root, .found = check_file, .context = &room};
	int r = read_presets(&room);

	read_ids(&room);
	r = r < 0 ? r : fresh_find(&all);
	text_free(&room.presets);
	return r == -ENOMEM ? error_set(error, r, "out of memory") : r;
}

/* Beside what makes the initramfs: what makes entries may make an image, or write a copy of it. */
static bool makes_images(const struct boot *boot, const char *program) {
	const struct loader *loader = boot->loader.loader;
	bool entries = loader->kind == LOADER_UKI || loader->kind == LOADER_LIMINE;

	return (boot->initramfs->make[0] && strcmp(program, boot->initramfs->make[0]) == 0) ||
	       (entries && strcmp(program, loader->make[0]) == 0) ||
	       strcmp(program, KERNEL_INSTALL) == 0;
}

int room_check_plan(
	int root, const struct boot *boot, const struct boot_plan *plan, struct error *error) {
	for (size_t i = 0; i < plan->command_count; i++) {
		if (makes_images(boot, plan->commands[i].words.names[0])) {
			return room_check(root, error);
		}
	}
	return 0;
}
