// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * module NAME: whether a module is loaded; built in counts as loaded. Names are the kernel's, with
 * '_'; '-' is taken for it. The one file that knows libkmod.
 */
#include "linux/module.h"

#include <errno.h>
#include <libkmod.h>
#include <stddef.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/library.h"
#include "base/text.h"
#include "linux/attribute.h"
#include "linux/binding.h"

#define MODULES          "sys/module"
#define BUILTIN_LIST_MAX (1U << 20)

/* clang-format off */
#define SYMBOLS(X)                                                                                 \
	X(kmod_new)                                                                                \
	X(kmod_unref)                                                                              \
	X(kmod_list_next)                                                                          \
	X(kmod_module_new_from_lookup)                                                             \
	X(kmod_module_new_from_name)                                                               \
	X(kmod_module_get_module)                                                                  \
	X(kmod_module_get_path)                                                                    \
	X(kmod_module_probe_insert_module)                                                         \
	X(kmod_module_remove_module)                                                               \
	X(kmod_module_unref)                                                                       \
	X(kmod_module_unref_list)
/* clang-format on */

#define POINTER(name) SYMBOL_POINTER(name);
#define ENTRY(name)   {#name, offsetof(struct libkmod, name)},

struct libkmod {
	SYMBOLS(POINTER)
	struct kmod_ctx *context;
};

static int open_kmod(struct machine *machine, struct libkmod *ret, struct error *error) {
	static const struct symbol symbols[] = {SYMBOLS(ENTRY)};
	int r;

	if (!machine->real) {
		return error_set(
			error, -EOPNOTSUPP, "modules are those of the running kernel only");
	}
	r = library_load("libkmod.so.2", symbols, COUNT(symbols), ret, error);
	if (r < 0) {
		return r;
	}
	ret->context = ret->kmod_new(NULL, NULL);
	return ret->context ? 0 : error_set(error, -ENOMEM, "cannot open the kernel's modules");
}

static void close_kmod(struct libkmod *kmod) {
	if (kmod->context) {
		kmod->kmod_unref(kmod->context);
	}
}

/*
 * As modprobe does, except for a command that modprobe.d gives in place of the module (`install`):
 * it is run only if there is no file of that name, since Debian's nvidia is found in no other way.
 * Others are passed by: on many a machine with a passed-through card there is a script that sets
 * the override of every card. Returns a positive number if modprobe.d blacklists it.
 */
static int insert(const struct libkmod *kmod, struct kmod_module *module) {
	unsigned int flags = KMOD_PROBE_APPLY_BLACKLIST_ALIAS_ONLY;
	int r;

	if (kmod->kmod_module_get_path(module)) {
		flags |= KMOD_PROBE_IGNORE_COMMAND;
	}
	r = kmod->kmod_module_probe_insert_module(module, flags, NULL, NULL, NULL, NULL);
	return r == -EEXIST ? 0 : r;
}

/* 0 as soon as one was loaded; otherwise what became of the last. */
static int insert_list(struct machine *machine, const struct libkmod *kmod, struct kmod_list *list,
	const char *driver) {
	int result = -ENOENT;

	for (struct kmod_list *at = list; at; at = kmod->kmod_list_next(list, at)) {
		struct kmod_module *module = kmod->kmod_module_get_module(at);
		int r = insert(kmod, module);

		kmod->kmod_module_unref(module);
		result = result == 0 ? 0 : r;
		if (driver && binding_has_driver(machine->root, "pci", driver)) {
			break;
		}
	}
	return result;
}

int module_load(
	struct machine *machine, const char *name, const char *driver, struct error *error) {
	CLEANUP(close_kmod) struct libkmod kmod = {0};
	struct kmod_list *list = NULL;
	int r = open_kmod(machine, &kmod, error);

	if (r < 0) {
		return r;
	}
	r = kmod.kmod_module_new_from_lookup(kmod.context, name, &list);
	if (r >= 0) {
		r = insert_list(machine, &kmod, list, driver);
		kmod.kmod_module_unref_list(list);
	}
	if (r > 0) {
		return error_set(error, -EPERM,
			"module %s is blacklisted: see `modprobe -c | grep blacklist`", name);
	}
	if (r == -ENOENT) {
		return error_set(error, r, "the kernel that runs has no module %s", name);
	}
	if (r < 0) {
		return error_set(error, r,
			"module %s cannot be loaded: %s; the kernel's log says more", name,
			strerror(-r));
	}
	return 0;
}

/* The kernel's name of it: '_' for '-'. */
static int make_name(const char *subject, char ret[MODULE_SIZE], struct error *error) {
	if (!word_is_name(subject) || name_set(ret, MODULE_SIZE, subject) < 0) {
		return error_set(error, -EINVAL, "\"%s\" cannot be the name of a module", subject);
	}
	for (char *c = ret; *c; c++) {
		*c = *c == '-' ? '_' : *c;
	}
	return 0;
}

/* Who keeps it from being unloaded: other modules, or how many unnamed users. */
static void name_users(int root, const char *name, struct text *ret) {
	AUTO_NAMES struct names holders = {0};
	char path[128];
	int64_t references = 0;
	int r = name_format(path, sizeof(path), MODULES "/%s/holders", name);

	r = r < 0 ? r : names_read(root, path, &holders);
	for (size_t i = 0; r >= 0 && i < holders.count; i++) {
		r = text_add(ret, "%s%s", i ? ", " : "module ", holders.names[i]);
	}
	if (r >= 0 && holders.count == 0 &&
		name_format(path, sizeof(path), MODULES "/%s/refcnt", name) >= 0 &&
		file_read_signed(root, path, &references) >= 0) {
		r = text_add(
			ret, "%lld user(s) that the kernel does not name", (long long)references);
	}
	if (r < 0) {
		text_free(ret);
	}
}

static int unload(struct machine *machine, const char *name, struct error *error) {
	CLEANUP(close_kmod) struct libkmod kmod = {0};
	AUTO_TEXT struct text users = {0};
	struct kmod_module *module = NULL;
	int r = open_kmod(machine, &kmod, error);

	if (r < 0) {
		return r;
	}
	r = kmod.kmod_module_new_from_name(kmod.context, name, &module);
	if (r >= 0) {
		/* Never waits and never by force: one that is in use fails cleanly. */
		r = kmod.kmod_module_remove_module(module, 0);
		kmod.kmod_module_unref(module);
	}
	if (r >= 0 || r == -ENOENT) {
		return 0;
	}
	/* EAGAIN would say that waiting helps. */
	r = r == -EAGAIN ? -EBUSY : r;
	name_users(machine->root, name, &users);
	return error_set(error, r, "module %s cannot be unloaded: %s (used by %s)%s", name,
		strerror(-r), users.data ? users.data : "nobody who is known",
		strcmp(name, "nvidia") == 0 ? "; `fuser -v /dev/nvidiactl` may tell who" : "");
}

/* Is "name.ko" the last part of that line? '-' and '_' are alike. */
static bool line_names(const char *line, size_t length, const char *name) {
	size_t name_length = strlen(name), suffix = strlen(".ko");
	const char *at = line + length - suffix - name_length;

	if (length < name_length + suffix + 1 || at[-1] != '/' ||
		strncmp(line + length - suffix, ".ko", suffix) != 0) {
		return false;
	}
	for (size_t i = 0; i < name_length; i++) {
		if ((at[i] == '-' ? '_' : at[i]) != name[i]) {
			return false;
		}
	}
	return true;
}

/* A module that is built in and has no parameters is not in /sys/module. */
static bool is_built_in(int root, const char *name) {
	AUTO_FREE char *list = NULL;
	struct utsname kernel;
	char path[128];

	if (uname(&kernel) < 0 ||
		name_format(path, sizeof(path), "lib/modules/%s/modules.builtin", kernel.release) <
			0 ||
		file_read(root, path, BUILTIN_LIST_MAX, &list, NULL) < 0) {
		return false;
	}
	for (const char *line = list; *line; line += strspn(line, "\n")) {
		size_t length = strcspn(line, "\n");

		if (line_names(line, length, name)) {
			return true;
		}
		line += length;
	}
	return false;
}

/*
 * Whether its directory is there: it comes before a module's first instruction and goes after its
 * last, and loading returns only when the module is live.
 */
static int get(
	struct machine *machine, const char *subject, char ret[VALUE_SIZE], struct error *error) {
	char name[MODULE_SIZE], path[128];
	bool loaded;
	int r = make_name(subject, name, error);

	if (r < 0) {
		return r;
	}
	r = name_format(path, sizeof(path), MODULES "/%s", name);
	if (r < 0) {
		return error_set(error, r, "\"%s\" cannot be the name of a module", subject);
	}
	loaded = file_exists(machine->root, path) || is_built_in(machine->root, name);
	strcpy(ret, loaded ? VALUE_LOADED : VALUE_NONE);
	return 0;
}

static int apply(struct machine *machine, const struct change *change, struct error *error) {
	char name[MODULE_SIZE];
	int r = make_name(change->step.subject, name, error);

	if (r < 0) {
		return r;
	}
	return strcmp(change->step.to, VALUE_LOADED) == 0 ? module_load(machine, name, NULL, error)
							  : unload(machine, name, error);
}

const struct fact_row module_row = {get, apply, .blocks = true};
