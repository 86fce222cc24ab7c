// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/kernels.h"

#include <errno.h>

static int add_kernel(struct boot_plan *plan, const char *release, const char *image) {
	struct boot_command *command = boot_plan_add_command(plan, BOOT_WAY_THERE);
	int r = command ? names_add(&command->words, KERNEL_INSTALL) : -ENOMEM;

	r = r < 0 ? r : names_add(&command->words, "add");
	r = r < 0 ? r : names_add(&command->words, release);
	return r < 0 ? r : names_add(&command->words, image);
}

int kernels_add_commands(int root, struct boot_plan *plan) {
	static const char *const forms[][2] = {
		{"/boot/vmlinuz-", ""}, {"/lib/modules/", "/vmlinuz"}};
	AUTO_NAMES struct names kernels = {0};
	int r = names_read(root, "/lib/modules", &kernels);

	for (size_t i = 0; r == 0 && i < kernels.count; i++) {
		for (size_t k = 0; r == 0 && k < COUNT(forms); k++) {
			const char *release = kernels.names[i];
			char image[512];

			if (name_format(image, sizeof(image), "%s%s%s", forms[k][0], release,
				    forms[k][1]) == 0 &&
				file_exists(root, image)) {
				r = add_kernel(plan, release, image);
				break;
			}
		}
	}
	return r;
}
