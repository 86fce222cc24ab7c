// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check/area.h"
#include "check/loader.h"
#include "inventory/boot/argument.h"

/* Words on the kernel's command line that were of use to boot-time assignment, and what has been
 * configured and not taken effect. */

static void look_framebuffer(struct look *look) {
	char remedy[LOADER_REMEDY_SIZE];

	for (size_t i = 0; i < look->boot.running.count; i++) {
		const char *word = look->boot.running.names[i];

		if (strstr(word, "efifb:off") || strstr(word, "vesafb:off") ||
			strstr(word, "simplefb:off") || strstr(word, "sysfb_init") ||
			strcmp(word, "nofb") == 0) {
			look_add(look, "framebuffer-argument", "the firmware's framebuffer",
				loader_remove(look, word, remedy),
				"is switched off: the machine starts without a picture until a driver has the card, and baton does not need that");
			look_at(look, KERNEL_COMMAND_LINE, 0, word);
		}
	}
}

static void look_nomodeset(struct look *look) {
	char remedy[LOADER_REMEDY_SIZE];

	if (look_has_argument(look, "nomodeset")) {
		look_add(look, "nomodeset", "nomodeset", loader_remove(look, "nomodeset", remedy),
			"keeps the host's graphics drivers from taking cards: one that comes home shows no picture");
		look_at(look, KERNEL_COMMAND_LINE, 0, "nomodeset");
	}
}

/* rd.driver.pre=vfio-pci (dracut) loads it before all others. */
static void look_driver_pre(struct look *look) {
	static const char *const keys[] = {"rd.driver.pre", "rd_driver_pre"};
	char remedy[LOADER_REMEDY_SIZE], word[LOADER_WORDS_SIZE];

	for (size_t i = 0; i < COUNT(keys); i++) {
		const char *value = look_argument(look, keys[i]);

		if (value && strstr(value, "vfio")) {
			snprintf(word, sizeof(word), "%s=%s", keys[i], value);
			look_add(look, "boot-driver-pre", "vfio-pci",
				loader_remove(look, word, remedy),
				"is loaded before the host's drivers, which is of use only to a card that the host never has");
			look_at(look, KERNEL_COMMAND_LINE, 0, word);
			return;
		}
	}
}

/* Those of which it is known what they have to do with devices (inventory/boot/argument.h). */
static void look_unapplied(struct look *look) {
	const struct boot *boot = &look->boot;

	for (size_t i = 0; boot->running.count > 0 && i < boot->next.count; i++) {
		const struct boot_line *line = &boot->next.all[i];

		if (line->kind == BOOT_LINE_WORD && argument_find(line->text) &&
			!look_has_argument(look, line->text)) {
			look_add(look, "command-line-not-applied", line->text,
				"make the boot loader's configuration again if it was not, and restart the machine",
				"is configured and was not there when this kernel started");
			look_at(look, line->path, line->number, line->text);
		}
	}
}

static bool read_time(int root, const char *path, struct timespec *ret) {
	AUTO_CLOSE int fd = path_open(root, path, O_PATH);
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat) < 0) {
		return false;
	}
	*ret = stat.st_mtim;
	return true;
}

/* Is it about VFIO, or a driver that a card may have? */
static int find_matter(void *context, const struct source_line *line) {
	static const char *const words[] = {"vfio", "nvidia", "nouveau", "amdgpu", "radeon", "i915",
		" xe", "snd_hda", "snd-hda", "xhci"};

	for (size_t i = 0; i < COUNT(words); i++) {
		if (strstr(line->text, words[i])) {
			*(bool *)context = true;
			return 1;
		}
	}
	return 0;
}

/* What modprobe.d says at boot is what it said when the initramfs was made. */
static void look_initramfs(struct look *look) {
	static const char *const forms[] = {"/boot/initrd.img-%s", "/boot/initramfs-%s.img"};
	AUTO_NAMES struct names files = {0};
	struct timespec made = {0}, changed;
	char image[256], path[512];
	bool found = false;

	for (size_t i = 0; !found && i < COUNT(forms); i++) {
		const char *place = strstr(forms[i], "%s");

		found = name_format(image, sizeof(image), "%.*s%s%s", (int)(place - forms[i]),
				forms[i], look->host->kernel, place + 2) == 0 &&
			read_time(look->root, image, &made);
	}
	if (!found || names_read(look->root, "/etc/modprobe.d", &files) < 0) {
		return;
	}
	for (size_t i = 0; i < files.count; i++) {
		bool matter = false;
		const struct line_reader reader = {find_matter, &matter};

		if (text_ends(files.names[i], ".conf") &&
			name_format(path, sizeof(path), "/etc/modprobe.d/%s", files.names[i]) ==
				0 &&
			read_time(look->root, path, &changed) && changed.tv_sec > made.tv_sec &&
			lines_read(look->root, path, &reader) >= 0 && matter) {
			look_add(look, "initramfs-old", path, initramfs_command(look),
				"is newer than the initramfs, which has what it said before");
			look_at(look, image, 0, NULL);
		}
	}
}

static const struct check checks[] = {
	{"nomodeset", FINDING_WARNING, look_nomodeset},
	{"framebuffer-argument", FINDING_NOTE, look_framebuffer},
	{"boot-driver-pre", FINDING_NOTE, look_driver_pre},
	{"command-line-not-applied", FINDING_WARNING, look_unapplied},
	{"initramfs-old", FINDING_NOTE, look_initramfs},
};
const struct check_area argument_area = {checks, COUNT(checks)};
