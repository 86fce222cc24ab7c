// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/regenerate.h"

#include <errno.h>
#include <string.h>

#include "inventory/boot/mkinitcpio.h"
#include "setup/boot/kernels.h"

/* words ends with NULL. */
static bool is_planned(const struct boot_plan *plan, const char *const *words) {
	for (size_t i = 0; i < plan->command_count; i++) {
		const struct names *planned = &plan->commands[i].words;
		size_t k = 0;

		while (words[k] && k < planned->count && strcmp(words[k], planned->names[k]) == 0) {
			k++;
		}
		if (!words[k] && k == planned->count) {
			return true;
		}
	}
	return false;
}

static int add(
	struct planning *planning, enum boot_way way, const char *const *make, size_t count) {
	const char *words[8] = {0};

	for (size_t i = 0; i < count && make[i]; i++) {
		words[i] = make[i];
	}
	return is_planned(planning->plan, words) ? 0 : planning_command(planning, way, words);
}

static bool has_kernel_install(const struct boot_plan *plan) {
	for (size_t i = 0; i < plan->command_count; i++) {
		if (strcmp(plan->commands[i].words.names[0], KERNEL_INSTALL) == 0) {
			return true;
		}
	}
	return false;
}

/* The way back is worked out when it is gone: kernels come and go. */
static int add_kernel_install(struct planning *planning, enum boot_way way) {
	static const char *const back[] = {KERNEL_INSTALL, "add", NULL};
	struct boot_plan *plan = planning->plan;
	int r = has_kernel_install(plan) ? 0 : kernels_add_commands(planning->root, plan);

	if (r == 0 && !has_kernel_install(plan)) {
		return error_set(planning->error, -ENOTSUP,
			"no kernel's image is in /boot or /lib/modules, so no entry can be made");
	}
	r = planning_result(planning, r);
	return r < 0 || way == BOOT_WAY_THERE || is_planned(plan, back)
		       ? r
		       : planning_command(planning, BOOT_WAY_BACK_KERNELS, back);
}

int regenerate_menu(struct planning *planning, enum boot_way way) {
	const struct loader *loader = planning->boot->loader.loader;

	if (loader->kind == LOADER_KERNEL_INSTALL) {
		return add_kernel_install(planning, way);
	}
	return loader->make[0] ? add(planning, way, loader->make, COUNT(loader->make)) : 0;
}

int regenerate_initramfs(struct planning *planning) {
	const struct initramfs *initramfs = planning->boot->initramfs;

	/* It makes images with its deployments, and in its own way. */
	if (planning->boot->loader.loader->kind == LOADER_OSTREE || !initramfs->make[0]) {
		return 0;
	}
	if (initramfs->kind == INITRAMFS_MKINITCPIO &&
		planning->boot->loader.loader->kind == LOADER_KERNEL_INSTALL &&
		!mkinitcpio_has_presets(planning->root)) {
		return regenerate_menu(planning, BOOT_WAY_BOTH);
	}
	return add(planning, BOOT_WAY_BOTH, initramfs->make, COUNT(initramfs->make));
}
