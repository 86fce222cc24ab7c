// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/door.h"

#include "base/file.h"
#include "host/hook.h"
#include "setup/confinement.h"
#include "setup/libvirt.h"
#include "setup/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define CONFIGURATION "/etc/baton"

const struct door door_libvirt_place = {
	.name = "libvirt",
	.hypervisor = "/etc/libvirt",
	.directories = {HOOK_DIRECTORY, HOOK_D},
	.link = HOOK_D "/baton",
	.program = PROGRAMS "/baton-libvirt-hook",
};

const struct door door_proxmox_place = {
	.name = "proxmox",
	.hypervisor = "/etc/pve/qemu-server",
	.directories = {"/var/lib/vz/snippets", NULL},
	.link = "/var/lib/vz/snippets/baton",
	.program = PROGRAMS "/baton-proxmox-hook",
};

struct look {
	int root;
	uid_t owner;
	const struct door *door;
	struct changes *changes;
	struct findings *findings;
	struct error *error;
};

/* What the path is when its links are followed, or not. */
static int read_stat(int root, const char *path, int flags, struct stat *ret) {
	AUTO_CLOSE int fd = path_open(root, path, O_PATH | flags);

	if (fd < 0) {
		return fd;
	}
	return fstat(fd, ret) < 0 ? -errno : 0;
}

static bool is_same(const struct stat *a, const struct stat *b) {
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool door_is_here(int root, const struct door *door) {
	return file_exists(root, door->hypervisor);
}

bool door_is_installed(int root, const struct door *door) {
	struct stat link, program;

	return read_stat(root, door->link, 0, &link) == 0 &&
	       read_stat(root, door->program, 0, &program) == 0 && is_same(&link, &program);
}

/* Fills *ret with the program at the end of all links; -EPERM, and it has been told why not. */
static int look_program(const struct look *look, struct trusted *ret) {
	const char *program = look->door->program;
	struct error why;
	struct trusted end;
	int r = trust_check(look->root, look->owner, program, &end, &why);

	if (r == -ENOENT) {
		findings_add(look->findings, "door-program", FINDING_ERROR, program,
			"install baton again", "is not there");
		return -EPERM;
	}
	if (r < 0) {
		findings_add(look->findings, "writable-by-others", FINDING_ERROR, program, why.text,
			"must not be executed as root");
		return -EPERM;
	}
	if (!S_ISREG(end.stat.st_mode) || !(end.stat.st_mode & S_IXUSR)) {
		findings_add(look->findings, "door-program", FINDING_ERROR, program,
			"install baton again", "is nothing that can be executed");
		return -EPERM;
	}
	findings_add(look->findings, "", FINDING_OK, program, "",
		"can be executed, and only root can write it");
	*ret = end;
	return 0;
}

static int add_change(
	const struct look *look, enum change_kind kind, const char *subject, const char *value) {
	int r = changes_add(look->changes, kind, subject, value);

	return r < 0 ? error_set(look->error, r, "cannot plan for %s: %s", subject, strerror(-r))
		     : 0;
}

/* Those that are there have to be directories which nobody else can write. */
static int look_directories(const struct look *look) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < COUNT(look->door->directories); i++) {
		const char *path = look->door->directories[i];
		struct trusted end;
		struct error why;

		if (!path) {
			break;
		}
		r = trust_check(look->root, look->owner, path, &end, &why);
		if (r == -ENOENT) {
			r = add_change(look, CHANGE_DIRECTORY, path, "made");
		} else if (r < 0) {
			findings_add(look->findings, "writable-by-others", FINDING_ERROR, path,
				why.text, "is no place for a program that root executes");
			r = 0;
		} else if (!S_ISDIR(end.stat.st_mode)) {
			findings_add(look->findings, "door-blocked", FINDING_ERROR, path,
				"rename it", "is not a directory");
		}
	}
	return r;
}

static int look_link(const struct look *look) {
	const struct door *door = look->door;
	struct stat stat;
	int r = read_stat(look->root, door->link, O_NOFOLLOW, &stat);

	if (r == -ENOENT || r == -ENOTDIR) {
		return add_change(look, CHANGE_LINK, door->link, door->program);
	}
	if (r < 0) {
		return error_set(look->error, r, "cannot look at %s: %s", door->link, strerror(-r));
	}
	if (door_is_installed(look->root, door)) {
		findings_add(look->findings, "", FINDING_OK, door->link, "", "is there already");
	} else {
		findings_add(look->findings, "door-blocked", FINDING_ERROR, door->link,
			"rename it or remove it", "is there, and is not the link to %s",
			door->program);
	}
	return 0;
}

static void look_hook(
	const struct hook *hook, const struct stat *program, struct findings *findings) {
	if (program && is_same(&hook->stat, program)) {
		if (strcmp(hook->path, door_libvirt_place.link) != 0) {
			findings_add(findings, "door-twice", FINDING_ERROR, hook->path, "remove it",
				"is baton too: every guest would call it twice");
		}
		return;
	}
	if (hook->word) {
		findings_add(findings, "hook-fights", FINDING_WARNING, hook->path,
			"take that out of it, or remove it",
			"has \"%s\" in it: if it hands over devices itself, the two fight",
			hook->word);
	}
}

/* One after the other as libvirt calls them, the door among them where it is or is going to be. */
static int format_order(const struct hooks *hooks, struct text *ret, size_t *ret_count) {
	const char *link = door_libvirt_place.link;
	bool placed = false;
	int r = 0;

	*ret_count = 0;
	for (size_t i = 0; r == 0 && i <= hooks->count; i++) {
		const struct hook *hook = i < hooks->count ? &hooks->items[i] : NULL;

		if (hook && !hook->by_libvirt) {
			continue;
		}
		/* hooks/qemu is before hooks/qemu.d in this order too. */
		if (!placed && (!hook || strcmp(hook->path, link) >= 0)) {
			r = text_add(ret, " %s", link);
			*ret_count += 1;
			placed = true;
		}
		if (r == 0 && hook && strcmp(hook->path, link) != 0) {
			r = text_add(ret, " %s", hook->path);
			*ret_count += 1;
		}
	}
	return r;
}

static int tell_order(const struct hooks *hooks, struct findings *findings, struct error *error) {
	AUTO_TEXT struct text order = {0};
	size_t count;

	if (format_order(hooks, &order, &count) < 0) {
		return error_set(error, -ENOMEM, "out of memory");
	}
	if (count > 1) {
		findings_add(findings, "", FINDING_OK, HOOK_DIRECTORY, "",
			"has other hooks, which keep running; the order is%s", order.data);
	}
	return 0;
}

int door_look_hooks(
	int root, const struct stat *program, struct findings *findings, struct error *error) {
	AUTO_HOOKS struct hooks hooks = {0};
	const char *unaware;
	char remedy[64];
	int r = hooks_read(root, &hooks, error);

	if (r < 0) {
		return r;
	}
	for (size_t i = 0; i < hooks.count; i++) {
		look_hook(&hooks.items[i], program, findings);
	}
	r = program ? tell_order(&hooks, findings, error) : 0;
	/* Without baton's there may be none, and then there is nothing to be unaware of. */
	unaware = program || hooks.count > 0 ? libvirt_unaware(root, &hooks) : NULL;
	if (unaware && name_format(remedy, sizeof(remedy), "systemctl restart %s", unaware) == 0) {
		findings_add(findings, "libvirt-restart", FINDING_WARNING, unaware, remedy,
			"was started when there was no hook, and calls none until it is started again, which disturbs no guest");
	}
	return r;
}

static void look_version(const struct look *look) {
	unsigned int version = libvirt_version(look->root);

	if (version && version < LIBVIRT_QEMU_D) {
		findings_add(look->findings, "libvirt-too-old", FINDING_ERROR, HOOK_D,
			"update libvirt, or link " HOOK_FIRST " by hand",
			"is nothing that libvirt %u.%u looks into: 6.5 is the first that does",
			version / 1000, version % 1000);
	}
}

int door_look(int root, uid_t owner, const struct door *door, struct changes *changes,
	struct findings *findings, struct error *error) {
	const struct look look = {root, owner, door, changes, findings, error};
	struct trusted program;
	int r;

	if (look_program(&look, &program) < 0) {
		return 0;
	}
	r = look_directories(&look);
	r = r < 0 ? r : look_link(&look);
	if (r < 0 || door != &door_libvirt_place) {
		return r;
	}
	look_version(&look);
	confinement_look(root, program.path, findings);
	return door_look_hooks(root, &program.stat, findings, error);
}

void door_look_configuration(int root, uid_t owner, struct findings *findings) {
	struct error why;

	if (trust_check_tree(root, owner, CONFIGURATION, &why) < 0) {
		findings_add(findings, "writable-by-others", FINDING_ERROR, CONFIGURATION, why.text,
			"decides what is handed over");
	}
}
