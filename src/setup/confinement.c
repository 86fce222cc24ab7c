// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/confinement.h"

#include "base/file.h"
#include "base/text.h"
#include "host/hook.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#define BOOLEAN   "virt_hooks_unconfined"
#define HOOK_TYPE ":virt_hook_t:"

static void look_apparmor(int root, const char *path, struct findings *findings) {
	static const char *const allowed[] = {"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"};
	char line[16];

	if (file_read_line(root, "/sys/module/apparmor/parameters/enabled", line, sizeof(line)) <
			0 ||
		strcmp(line, "Y") != 0) {
		return;
	}
	for (size_t i = 0; i < COUNT(allowed); i++) {
		if (text_starts(path, allowed[i])) {
			findings_add(findings, "", FINDING_OK, path, "",
				"is where AppArmor lets libvirt execute programs");
			return;
		}
	}
	findings_add(findings, "hook-apparmor", FINDING_ERROR, path,
		"install baton with the prefix /usr: meson configure --prefix /usr",
		"is where AppArmor does not let libvirt execute programs");
}

/* A directory that install is yet to make gets the label of the one above it. */
static bool has_hook_type(int root) {
	AUTO_CLOSE int fd = dir_open(root, HOOK_DIRECTORY);
	char label[256];
	ssize_t n = fd < 0 ? -1 : fgetxattr(fd, "security.selinux", label, sizeof(label) - 1);

	label[n < 0 ? 0 : n] = '\0';
	return strstr(label, HOOK_TYPE);
}

static void look_selinux(int root, struct findings *findings) {
	uint64_t enforce;
	char line[16];

	if (file_read_number(root, "/sys/fs/selinux/enforce", 10, &enforce) < 0 || enforce != 1) {
		return;
	}
	if (!has_hook_type(root)) {
		findings_add(findings, "hook-selinux-label", FINDING_WARNING, HOOK_DIRECTORY,
			"restorecon -R " HOOK_DIRECTORY,
			"has not the label virt_hook_t, and SELinux enforces");
	}
	if (file_read_line(root, "/sys/fs/selinux/booleans/" BOOLEAN, line, sizeof(line)) == 0 &&
		line[0] != '1') {
		findings_add(findings, "hook-selinux-boolean", FINDING_WARNING, BOOLEAN,
			"setsebool -P " BOOLEAN " on",
			"is off: SELinux lets libvirt's daemons run no hooks");
		return;
	}
	findings_add(findings, "hook-selinux", FINDING_WARNING, "SELinux",
		"start a guest, and look for denials: ausearch -m avc -ts recent",
		"enforces, and whether its policy lets libvirt execute a hook can only be tried");
}

void confinement_look(int root, const char *path, struct findings *findings) {
	look_apparmor(root, path, findings);
	look_selinux(root, findings);
}
