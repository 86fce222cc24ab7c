// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/room.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux-tree.h"

#define IMAGE "boot/initrd.img-1"

static struct tree tree;

static int set_up(void **state) {
	tree_make(&tree);
	return 0;
}

static int tear_down(void **state) {
	tree_remove(&tree);
	return 0;
}

/* As large as no file system is, so that no second one fits. */
static void put_large(const char *path) {
	AUTO_CLOSE int fd = -1;

	tree_file(&tree, path, "");
	fd = openat(tree.fd, path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)1 << 42), 0);
}

/* Nobody makes those anew. */
static void an_image_that_is_not_made_anew_needs_no_room(void **state) {
	struct error error = {0};

	put_large("boot/initramfs-0-rescue-1.img");
	assert_int_equal(room_check(tree.fd, &error), 0);
}

static void an_image_that_may_not_fit_is_not_made_anew(void **state) {
	struct error error = {0};

	tree_file(&tree, IMAGE, "small");
	assert_int_equal(room_check(tree.fd, &error), 0);
	put_large(IMAGE);
	assert_int_equal(room_check(tree.fd, &error), -ENOSPC);
	assert_non_null(strstr(error.text, "/" IMAGE " cannot be made anew for certain"));
}

/* Kernel, initramfs and command line in one: by its place, or because a preset names it. */
static void a_unified_image_that_may_not_fit_is_not_made_anew(void **state) {
	static const char *const images[] = {"efi/EFI/Linux/arch-linux.efi",
		"boot/efi/EFI/Linux/6.1.efi", "boot/EFI/BOOT/BOOTX64.EFI"};

	tree_file(&tree, "etc/mkinitcpio.d/linux.preset",
		"ALL_kver=\"/boot/vmlinuz-linux\"\ndefault_uki=\"/boot/EFI/BOOT/BOOTX64.EFI\"\n");
	put_large("boot/vmlinuz-linux");
	put_large("boot/efi/EFI/Microsoft/bootmgfw.efi");
	for (size_t i = 0; i < COUNT(images); i++) {
		struct error error = {0};

		assert_int_equal(room_check(tree.fd, &error), 0);
		put_large(images[i]);
		assert_int_equal(room_check(tree.fd, &error), -ENOSPC);
		assert_non_null(strstr(error.text, images[i]));
		assert_int_equal(unlinkat(tree.fd, images[i], 0), 0);
	}
}

/* On a partition that two systems have in common, by the ids that kernel-install gives them. */
static void another_systems_image_needs_no_room(void **state) {
	static const char *const others[] = {"efi/fedcba9876543210fedcba9876543210/6.1.0/initrd",
		"efi/EFI/Linux/fedcba9876543210fedcba9876543210-6.1.0.efi"};
	struct error error = {0};

	for (size_t i = 0; i < COUNT(others); i++) {
		put_large(others[i]);
	}
	assert_int_equal(room_check(tree.fd, &error), -ENOSPC);
	tree_file(&tree, "etc/machine-id", "0123456789abcdef0123456789abcdef\n");
	assert_int_equal(room_check(tree.fd, &error), 0);
	tree_file(&tree, "etc/kernel/entry-token", "fedcba9876543210fedcba9876543210\n");
	assert_int_equal(room_check(tree.fd, &error), -ENOSPC);
}

/* A word for the command line may have one made, too: that is in the image, or beside a copy. */
static void a_plan_needs_room_if_a_program_of_it_makes_images(void **state) {
	static const struct {
		enum loader_kind loader;
		const char *program;
		int r;
	} trials[] = {{LOADER_UKI, "/usr/bin/mkinitcpio", -ENOSPC},
		{LOADER_KERNEL_INSTALL, "/usr/bin/kernel-install", -ENOSPC},
		{LOADER_LIMINE, "/usr/bin/limine-update", -ENOSPC},
		{LOADER_GRUB_DEBIAN, "/usr/sbin/update-initramfs", -ENOSPC},
		{LOADER_GRUB_DEBIAN, "/usr/sbin/update-grub", 0}};

	put_large(IMAGE);
	for (size_t i = 0; i < COUNT(trials); i++) {
		const struct boot boot = {.initramfs = &initramfses[INITRAMFS_TOOLS],
			.loader = {.loader = &loaders[trials[i].loader]}};
		AUTO_BOOT_PLAN struct boot_plan plan = {0};
		struct boot_command *command = boot_plan_add_command(&plan, BOOT_WAY_BOTH);
		struct error error = {0};

		assert_non_null(command);
		assert_int_equal(names_add(&command->words, trials[i].program), 0);
		assert_int_equal(room_check_plan(tree.fd, &boot, &plan, &error), trials[i].r);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(an_image_that_is_not_made_anew_needs_no_room),
		TEST(an_image_that_may_not_fit_is_not_made_anew),
		TEST(a_unified_image_that_may_not_fit_is_not_made_anew),
		TEST(another_systems_image_needs_no_room),
		TEST(a_plan_needs_room_if_a_program_of_it_makes_images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
