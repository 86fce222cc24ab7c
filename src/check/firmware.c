// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check/area.h"
#include "host/driver/module.h"

/* Secure Boot and the processor's microcode. */

#define SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define ENFORCE     "/sys/module/module/parameters/sig_enforce"
#define LOCKDOWN    "/sys/kernel/security/lockdown"
#define MITIGATIONS "/sys/devices/system/cpu/vulnerabilities"

/* Four bytes of attributes, then 1 (UEFI specification, 3.3). */
static bool is_secure(const struct look *look) {
	AUTO_FREE char *data = NULL;
	size_t length = 0;

	return file_read(look->root, SECURE_BOOT, 64, &data, &length) == 0 && length == 5 &&
	       data[4] == 1;
}

/* Does the kernel load signed modules alone? Lockdown is what Secure Boot makes it do. */
static const char *find_enforcer(const struct look *look) {
	char line[64];

	if (look_line(look, ENFORCE, line, sizeof(line)) && line[0] == 'Y') {
		return ENFORCE;
	}
	if (look_line(look, LOCKDOWN, line, sizeof(line))) {
		return strchr(line, '[') && !strstr(line, "[none]") ? LOCKDOWN : NULL;
	}
	return is_secure(look) ? SECURE_BOOT : NULL;
}

/* What a signature ends with (scripts/sign-file.c). */
static bool is_signed(int root, const char *path) {
	static const char mark[] = "~Module signature appended~\n";
	char end[sizeof(mark) - 1];
	AUTO_CLOSE int fd = file_open(root, path);
	struct stat stat;

	return fd >= 0 && fstat(fd, &stat) == 0 && stat.st_size >= (off_t)sizeof(end) &&
	       pread(fd, end, sizeof(end), stat.st_size - (off_t)sizeof(end)) ==
		       (ssize_t)sizeof(end) &&
	       memcmp(end, mark, sizeof(end)) == 0;
}

/* Into a compressed one nobody looks here. */
static void look_at_module(
	struct look *look, const char *directory, const char *file, const char *enforcer) {
	char path[PATH_MAX], name[MODULE_SIZE];

	if (!text_ends(file, ".ko") ||
		name_format(name, sizeof(name), "%.*s", (int)(strlen(file) - 3), file) < 0 ||
		name_format(path, sizeof(path), "%s/%s", directory, file) < 0) {
		return;
	}
	module_name_normalize(name);
	if (!host_module(look->host, name) && !is_signed(look->root, path)) {
		look_add(look, "module-unsigned", name,
			"have DKMS sign it, and enrol the key: mokutil --import /var/lib/dkms/mok.pub",
			"has no signature, and this kernel loads none such (Secure Boot)");
		look_at(look, path, 0, enforcer);
	}
}

static void look_modules(struct look *look) {
	static const char *const places[] = {"updates/dkms", "extra", "misc", "updates"};
	const char *enforcer = find_enforcer(look);

	for (size_t i = 0; enforcer && i < COUNT(places); i++) {
		AUTO_NAMES struct names names = {0};
		char path[PATH_MAX];

		if (name_format(path, sizeof(path), "/lib/modules/%s/%s", look->host->kernel,
			    places[i]) < 0 ||
			names_read(look->root, path, &names) < 0) {
			continue;
		}
		for (size_t k = 0; k < names.count; k++) {
			look_at_module(look, path, names.names[k], enforcer);
		}
	}
}

/* "Vulnerable: Clear CPU buffers attempted, no microcode" */
static void look_microcode(struct look *look) {
	AUTO_NAMES struct names names = {0};

	if (names_read(look->root, MITIGATIONS, &names) < 0) {
		return;
	}
	for (size_t i = 0; i < names.count; i++) {
		char path[256], line[256];

		if (name_format(path, sizeof(path), MITIGATIONS "/%s", names.names[i]) == 0 &&
			look_line(look, path, line, sizeof(line)) &&
			(strstr(line, "no microcode") || strstr(line, "No microcode"))) {
			look_add(look, "microcode", "the processor",
				"install it: apt install intel-microcode or amd64-microcode, or update the firmware",
				"runs with microcode that is too old for the kernel: guests can read what is not theirs");
			look_at(look, path, 0, line);
			return;
		}
	}
}

static const struct check checks[] = {
	{"module-unsigned", FINDING_WARNING, look_modules},
	{"microcode", FINDING_NOTE, look_microcode},
};
const struct check_area firmware_area = {checks, COUNT(checks)};
