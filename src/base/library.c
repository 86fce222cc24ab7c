// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

int library_load(const char *soname, const struct symbol *symbols, size_t count, void *table,
	struct error *error) {
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (!library) {
		return error_set(error, -ENOPKG, "cannot load %s: %s", soname, dlerror());
	}
	for (size_t i = 0; i < count; i++) {
		void *function = dlsym(library, symbols[i].name);

		if (!function) {
			return error_set(error, -ENOPKG, "%s is too old: it has no %s", soname,
				symbols[i].name);
		}
		memcpy((char *)table + symbols[i].offset, &function, sizeof(function));
	}
	return 0;
}
