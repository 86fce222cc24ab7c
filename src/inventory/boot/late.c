// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/late.h"

#include <errno.h>
#include <string.h>

#include "early/early.h"
#include "host/driver/alias.h"

#define CLASS_STORAGE 0x01
#define CLASS_USB     0x0c03

/* kernel/drivers/gpu/drm/amd/amdgpu/amdgpu.ko */
static bool is_line_of(const char *line, size_t length, const char *module) {
	static const char suffix[] = ".ko";
	const char *slash = memrchr(line, '/', length);
	const char *name = slash ? slash + 1 : line;
	size_t rest = length - (size_t)(name - line), count = strlen(module);

	if (rest < count + strlen(suffix) || memcmp(name + count, suffix, strlen(suffix)) != 0) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if ((name[i] == '-' ? '_' : name[i]) != (module[i] == '-' ? '_' : module[i])) {
			return false;
		}
	}
	return true;
}

int late_is_built_in(int root, const char *kernel, const char *module, bool *ret) {
	AUTO_FREE char *data = NULL;
	size_t length = 0;
	int r = module_file_read(root, kernel, "modules.builtin", &data, &length);

	*ret = false;
	for (const char *line = data; r == 0 && !*ret && *line; line = text_next_line(line)) {
		*ret = is_line_of(line, strcspn(line, "\n"), module);
	}
	return r == -ENOMEM ? r : 0;
}

int late_find(int root, const struct host *host, const struct initramfs *initramfs,
	const struct device *device, const char *module, enum late *ret) {
	bool initial = initramfs->kind != INITRAMFS_BOOSTER;
	bool built_in = false;
	int r = 0;

	*ret = LATE_NOT;
	if (initial && early_may_free(device->class)) {
		return 0;
	}
	if (!initial && (device->class >> 16 == CLASS_STORAGE || device->class >> 8 == CLASS_USB)) {
		*ret = LATE_LOADED;
		return 0;
	}
	if (*module) {
		r = late_is_built_in(root, host->kernel, module, &built_in);
	}
	*ret = built_in ? LATE_BUILT_IN : LATE_NOT;
	return r;
}

int late_format(enum late late, const char *module, struct text *ret) {
	return late == LATE_BUILT_IN
		       ? text_add(ret,
				 ", but %s is built into the kernel and has it before baton-early can "
				 "run",
				 module)
		       : text_add(ret, ", but booster loads the drivers of disks and of USB before "
				       "baton-early can run");
}
