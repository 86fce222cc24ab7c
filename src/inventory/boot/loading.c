// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/loading.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/driver/modprobe.h"

#define LINK "/etc/modules-load.d/modules.conf"

static int add(struct boot_lines *lines, enum boot_line_kind kind, const struct source_line *line,
	char *module) {
	return boot_lines_add(lines, &(struct boot_line){.kind = kind,
					     .path = (char *)line->path,
					     .number = line->number,
					     .text = line->text,
					     .module = module});
}

struct loaded_reading {
	struct boot_lines *lines;
	bool linked; /* Debian's link in modules-load.d to /etc/modules, which is read by itself */
};

/* /etc/modules lets parameters follow. */
static int add_loaded(void *context, const struct source_line *line) {
	const struct loaded_reading *reading = context;
	AUTO_FREE char *module = strndup(line->text, strcspn(line->text, " \t"));

	if (reading->linked && strcmp(line->path, LINK) == 0) {
		return 0;
	}
	return module ? add(reading->lines, BOOT_LINE_LOADED, line, module) : -ENOMEM;
}

/* softdep nvidia pre: vfio-pci post: nvidia-uvm */
static bool is_before(char *rest) {
	bool pre = false;

	for (char *word = strtok_r(NULL, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
		if (strcmp(word, "pre:") == 0 || strcmp(word, "post:") == 0) {
			pre = *word == 'p' && word[1] == 'r';
		} else if (pre && text_starts(word, "vfio")) {
			return true;
		}
	}
	return false;
}

/* What gives devices to VFIO or its like, and what keeps a graphics driver from its work. */
static bool is_told(const char *module, const char *line) {
	return text_starts(module, "vfio") || strcmp(module, "pci-stub") == 0 ||
	       strcmp(module, "pci_stub") == 0 ||
	       (strcmp(module, "nouveau") == 0 && strstr(line, "modeset=0"));
}

static int add_modprobe(void *context, const struct source_line *line) {
	AUTO_FREE char *copy = strdup(line->text);
	char *rest = NULL, *word = copy ? strtok_r(copy, " \t", &rest) : NULL;
	char *module = word ? strtok_r(NULL, " \t", &rest) : NULL;

	if (!copy) {
		return -ENOMEM;
	}
	if (!module) {
		return 0;
	}
	if (strcmp(word, "options") == 0 && is_told(module, line->text)) {
		return add(context, BOOT_LINE_OPTIONS, line, module);
	}
	if (strcmp(word, "alias") == 0) {
		const char *pattern = module;

		module = strtok_r(NULL, " \t", &rest);
		return module && text_starts(pattern, "pci:") && is_told(module, "")
			       ? add(context, BOOT_LINE_ALIAS, line, module)
			       : 0;
	}
	if (strcmp(word, "blacklist") == 0) {
		return add(context, BOOT_LINE_BLACKLIST, line, module);
	}
	if (strcmp(word, "install") == 0) {
		return add(context, BOOT_LINE_INSTALL, line, module);
	}
	return strcmp(word, "softdep") == 0 && is_before(rest)
		       ? add(context, BOOT_LINE_BEFORE, line, module)
		       : 0;
}

int loading_read(int root, struct boot_lines *ret) {
	static const char *const directories[] = {"/etc/modules-load.d", "/run/modules-load.d",
		"/usr/local/lib/modules-load.d", "/usr/lib/modules-load.d", "/lib/modules-load.d"};
	static const struct drop_ins all = {directories, COUNT(directories), ".conf"};
	struct loaded_reading reading = {ret, false};
	const struct line_reader loaded = {.found = add_loaded, .context = &reading};
	const struct line_reader modprobe = {.found = add_modprobe, .context = ret};
	char target[16];
	int r = lines_read(root, "/etc/modules", &loaded);

	reading.linked = link_read_name(root, LINK, target, sizeof(target)) == 0 &&
			 strcmp(target, "modules") == 0;
	r = r < 0 ? r : lines_read_all(root, &all, &loaded);
	return r < 0 ? r : modprobe_read(root, &modprobe);
}
