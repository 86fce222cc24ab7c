// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/area.h"
#include "host/hook.h"
#include "setup/door.h"

/* libvirt's hooks, baton's among them. */

#define LIBVIRT "/etc/libvirt"

/* What `baton install` would say of its door, which is there. */
static void take_door(struct look *look, const struct door *door) {
	AUTO_CHANGES struct changes changes = {0};
	AUTO_FINDINGS struct findings findings = {0};

	look_keep(look, door_look(look->root, look->on->owner, door, &changes, &findings, NULL));
	look_take(look, &findings);
}

static size_t count_guests(const struct look *look, bool proxmox) {
	size_t count = 0;

	for (size_t i = 0; i < look->on->guest_count; i++) {
		count += look->on->guests[i].proxmox == proxmox && look->on->guests[i].has_devices;
	}
	return count;
}

static bool is_link(int root, const char *path) {
	AUTO_CLOSE int fd = path_open(root, path, O_PATH | O_NOFOLLOW);
	struct stat stat;

	return fd >= 0 && fstat(fd, &stat) == 0 && S_ISLNK(stat.st_mode);
}

static void look_libvirt(struct look *look) {
	const struct door *door = &door_libvirt_place;
	AUTO_FINDINGS struct findings findings = {0};
	size_t guests = count_guests(look, false);

	if (!door_is_here(look->root, door)) {
		return;
	}
	if (is_link(look->root, door->link)) {
		take_door(look, door);
		return;
	}
	if (guests > 0) {
		look_add(look, "door-missing", LIBVIRT, "baton install libvirt",
			"has %zu guest%s with PCI devices, and does not call baton", guests,
			guests > 1 ? "s" : "");
		look_at(look, door->link, 0, "is not there");
	}
	look_keep(look, door_look_hooks(look->root, NULL, &findings, NULL));
	look_take(look, &findings);
}

static bool is_executable(const struct stat *stat) {
	return stat->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH);
}

/* 1: a plain file that is no hook, because nobody may execute it. */
static bool is_powerless(int root, const char *path) {
	AUTO_CLOSE int fd = path_open(root, path, O_PATH);
	struct stat stat;

	return fd >= 0 && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && !is_executable(&stat);
}

static void look_one_executable(struct look *look, const char *path) {
	if (is_powerless(look->root, path)) {
		look_add(look, "hook-not-executable", path, look_command(look, "chmod +x %s", path),
			"is no hook, because it may not be executed");
		look_at(look, path, 0, NULL);
	}
}

/* What in qemu.d is plainly no hook: a text for people, or what an editor has left. */
static bool is_other(const char *name) {
	static const char *const ends[] = {".md", ".txt", ".conf", ".bak", ".orig", "~"};

	for (size_t i = 0; i < COUNT(ends); i++) {
		if (text_ends(name, ends[i])) {
			return true;
		}
	}
	return name[0] == '.' || strncmp(name, "README", 6) == 0;
}

static void look_executable(struct look *look) {
	AUTO_NAMES struct names names = {0};
	char path[PATH_MAX];

	look_one_executable(look, HOOK_FIRST);
	if (names_read(look->root, HOOK_D, &names) < 0) {
		return;
	}
	for (size_t i = 0; i < names.count; i++) {
		if (!is_other(names.names[i]) &&
			name_format(path, sizeof(path), HOOK_D "/%s", names.names[i]) == 0) {
			look_one_executable(look, path);
		}
	}
}

/* qemu.d/GUEST/prepare/begin/...: run by a hooks/qemu that knows of it, and by libvirt never. */
static void look_tree(struct look *look) {
	static const char *const operations[] = {
		"prepare", "start", "started", "stopped", "release"};
	AUTO_NAMES struct names names = {0};

	if ((file_exists(look->root, HOOK_FIRST) && !is_powerless(look->root, HOOK_FIRST)) ||
		names_read(look->root, HOOK_D, &names) < 0) {
		return;
	}
	for (size_t i = 0; i < names.count; i++) {
		for (size_t k = 0; k < COUNT(operations); k++) {
			char path[PATH_MAX];

			if (name_format(path, sizeof(path), HOOK_D "/%s/%s", names.names[i],
				    operations[k]) == 0 &&
				look_knows(look, path)) {
				look_add(look, "hook-tree-ignored", path,
					"put what it does into an executable file in " HOOK_D,
					"is a directory, and libvirt runs no hooks in those: only a script " HOOK_FIRST
					" would");
				look_at(look, HOOK_FIRST, 0, "is not there");
				break;
			}
		}
	}
}

/* What execve says of a script: its first line has to name a program that is there. */
static const char *judge_first_line(const struct look *look, char *line) {
	char *program = line + 2 + strspn(line + 2, " \t"), *slash;
	char directory[PATH_MAX];

	if (!text_starts(line, "#!")) {
		return "does not begin with #! and the program that reads it, such as #!/bin/bash";
	}
	if (strchr(line, '\r')) {
		return "has line ends as Windows writes them, so its interpreter is not found";
	}
	program[strcspn(program, " \t")] = '\0';
	slash = strrchr(program, '/');
	if (slash &&
		name_format(directory, sizeof(directory), "%.*s/", (int)(slash - program),
			program) == 0 &&
		look_knows(look, directory) && !file_exists(look->root, program)) {
		return "names an interpreter that is not there";
	}
	return NULL;
}

static void look_at_start(struct look *look, const char *path) {
	AUTO_CLOSE int fd = file_open(look->root, path);
	char line[256] = "", remedy[PATH_MAX + 32];
	ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	const char *why;

	if (n <= 0 || text_starts(line, "\177ELF")) {
		return;
	}
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	why = judge_first_line(look, line);
	if (why) {
		snprintf(remedy, sizeof(remedy), "correct the first line of %s", path);
		look_add(look, "hook-not-runnable", path, remedy,
			"is a hook that cannot be run: it %s", why);
		look_at(look, path, 1, line);
	}
}

static int look_for_call(void *context, const struct source_line *line) {
	struct look *look = context;
	/* What is in a program is not what it does. */
	if (line->number == 1 && text_starts(line->text, "\177ELF")) {
		return 1;
	}
	if (!strstr(line->text, "virsh ")) {
		return 0;
	}
	look_add(look, "hook-calls-libvirt", line->path,
		"have it do that by /sys, or leave the devices to baton",
		"calls libvirt, which waits for the hook: both may wait for ever");
	look_at(look, line->path, line->number, line->text);
	return 1;
}

static void look_calls(struct look *look) {
	AUTO_HOOKS struct hooks hooks = {0};
	const struct line_reader reader = {look_for_call, look};

	look_keep(look, hooks_read(look->root, &hooks, NULL));
	for (size_t i = 0; i < hooks.count; i++) {
		look_keep(look, lines_read(look->root, hooks.items[i].path, &reader));
		look_at_start(look, hooks.items[i].path);
	}
}

static const struct check checks[] = {
	{"door-missing", FINDING_WARNING, look_libvirt},
	{"door-program", FINDING_ERROR, NULL},
	{"door-blocked", FINDING_ERROR, NULL},
	{"door-twice", FINDING_ERROR, NULL},
	{"hook-fights", FINDING_WARNING, NULL},
	{"libvirt-restart", FINDING_WARNING, NULL},
	{"libvirt-too-old", FINDING_ERROR, NULL},
	{"hook-apparmor", FINDING_ERROR, NULL},
	{"hook-selinux-label", FINDING_WARNING, NULL},
	{"hook-selinux-boolean", FINDING_WARNING, NULL},
	{"hook-selinux", FINDING_NOTE, NULL},
	{"hook-not-executable", FINDING_WARNING, look_executable},
	{"hook-tree-ignored", FINDING_WARNING, look_tree},
	{"hook-calls-libvirt", FINDING_WARNING, look_calls},
	{"hook-not-runnable", FINDING_WARNING, NULL},
};
const struct check_area hook_area = {checks, COUNT(checks)};
