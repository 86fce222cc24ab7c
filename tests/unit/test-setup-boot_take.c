// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/take_out.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "setup/boot/words.h"

/* Every form as somebody has written it, and what becomes of it. */

static struct take_place place_of(const char *data, unsigned int number, const char *line) {
	return (struct take_place){.data = data,
		.length = strlen(data),
		.line = {.path = "/etc/x", .number = number, .text = (char *)line}};
}

static void whole_lines_go(void **state) {
	static const struct {
		const char *before;
		unsigned int number;
		const char *line, *after;
		bool wrapped;
	} rows[] = {
		{"blacklist xhci_hcd\n", 1, "blacklist xhci_hcd", "", true},
		{"# mine\nblacklist nouveau", 2, "blacklist nouveau", "# mine\n", true},
		{"a\r\n\tblacklist nouveau \r\nb\r\n", 2, "blacklist nouveau", "a\r\nb\r\n", true},
		{"a\nblacklist \\\n  nouveau\nb\n", 2, "blacklist    nouveau", "a\nb\n", true},
		{"vfio\nvfio_iommu_type1\nvfio_pci\n", 2, "vfio_iommu_type1", "vfio\nvfio_pci\n",
			false},
		{"options a b=\"x/y&z\"\nvfio\n", 2, "vfio", "options a b=\"x/y&z\"\n", false},
		/* udev has comments between two lines that belong together. */
		{"A==\"1\", \\\n# why\nB=\"2\"\nC\n", 1, "A==\"1\",  B=\"2\"", "C\n", false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct take_place place = place_of(rows[i].before, rows[i].number, rows[i].line);
		AUTO_TEXT struct text after = {0};

		place.wrapped = rows[i].wrapped;
		assert_int_equal(take_line(&place, &after), 0);
		assert_string_equal(after.data, rows[i].after);
	}
}

static void ids_go_one_by_one(void **state) {
	static const struct {
		const char *before, *line, *ids[3], *after;
	} rows[] = {
		{"options vfio-pci ids=10de:1f08,10de:10f9\n",
			"options vfio-pci ids=10de:1f08,10de:10f9", {"10de:1f08"},
			"options vfio-pci ids=10de:10f9\n"},
		{"options vfio-pci ids=10de:1f08,10de:10f9,8086:1\n",
			"options vfio-pci ids=10de:1f08,10de:10f9,8086:1", {"10de:10f9", "8086:1"},
			"options vfio-pci ids=10de:1f08\n"},
		{"options vfio-pci ids=a,b\nx\n", "options vfio-pci ids=a,b", {"a", "b"}, "x\n"},
		{"options vfio_pci ids=\"a,b\" disable_vga=1",
			"options vfio_pci ids=\"a,b\" disable_vga=1", {"a", "b"},
			"options vfio_pci disable_vga=1"},
		{"options vfio-pci disable_vga=1 ids=a\r\n", "options vfio-pci disable_vga=1 ids=a",
			{"a"}, "options vfio-pci disable_vga=1\r\n"},
		{"options vfio-pci \\\n\tids=a,b \\\n\tdisable_vga=1\n",
			"options vfio-pci  \tids=a,b  \tdisable_vga=1", {"a", "b"},
			"options vfio-pci \\\n \\\n\tdisable_vga=1\n"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct take_place place = place_of(rows[i].before, 1, rows[i].line);
		const struct names ids = {(char **)rows[i].ids, rows[i].ids[1] ? 2 : 1};
		AUTO_TEXT struct text after = {0};

		place.wrapped = true;
		assert_int_equal(take_ids(&place, &ids, &after), 0);
		assert_string_equal(after.data, rows[i].after);
	}
}

static void parameters_go_one_by_one(void **state) {
	static const struct {
		const char *before, *after;
	} rows[] = {
		{"options nouveau modeset=0\n", ""},
		{"options nouveau modeset=0 runpm=0\n", "options nouveau runpm=0\n"},
		{"options nouveau runpm=0 modeset=0", "options nouveau runpm=0"},
	};
	static char *words[] = {(char *)"modeset=0"};
	static const struct names dark = {words, COUNT(words)};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_FREE char *line = strndup(rows[i].before, strcspn(rows[i].before, "\n"));
		const struct take_place place = place_of(rows[i].before, 1, line);
		AUTO_TEXT struct text after = {0};

		assert_int_equal(take_parameters(&place, &dark, &after), 0);
		assert_string_equal(after.data, rows[i].after);
	}
}

static void vfio_goes_out_of_what_comes_before(void **state) {
	static const struct {
		const char *before, *after;
	} rows[] = {
		{"softdep nvidia pre: vfio-pci\n", ""},
		{"softdep nvidia pre: vfio vfio-pci post: nvidia_uvm",
			"softdep nvidia post: nvidia_uvm"},
		{"softdep amdgpu pre: drm vfio-pci\n", "softdep amdgpu pre: drm\n"},
		{"softdep amdgpu pre: vfio_pci drm", "softdep amdgpu pre: drm"},
		{"softdep amdgpu post: vfio-pci pre: vfio-pci", "softdep amdgpu post: vfio-pci"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_FREE char *line = strndup(rows[i].before, strcspn(rows[i].before, "\n"));
		const struct take_place place = place_of(rows[i].before, 1, line);
		AUTO_TEXT struct text after = {0};

		assert_int_equal(take_softdep(&place, &after), 0);
		assert_string_equal(after.data, rows[i].after);
	}
}

static char *vfio_words[] = {
	(char *)"vfio_pci", (char *)"vfio", (char *)"vfio_iommu_type1", (char *)"vfio-pci"};
static const struct names vfio = {vfio_words, COUNT(vfio_words)};

static void words_go_out_of_a_shells_list(void **state) {
	static const struct {
		const char *variable, *before, *after;
		unsigned int number;
	} rows[] = {
		{"MODULES", "MODULES=(vfio_pci vfio vfio_iommu_type1)\n", "MODULES=()\n", 1},
		{"MODULES", "# vfio\nMODULES=(vfio_pci btrfs vfio) # mine",
			"# vfio\nMODULES=(btrfs) # mine", 2},
		{"MODULES", "MODULES=(btrfs vfio_pci amdgpu)\n", "MODULES=(btrfs amdgpu)\n", 1},
		{"MODULES", "MODULES=(\n  vfio_pci # the card\n  vfio\n  btrfs\n)\n",
			"MODULES=(\n  # the card\n  btrfs\n)\n", 1},
		{"MODULES", "MODULES=(# a'b\n\tvfio\n\tbtrfs\n)\n", "MODULES=(# a'b\n\tbtrfs\n)\n",
			1},
		{"MODULES", "MODULES=('vfio_pci' \"vfio\" btrfs)\r\n", "MODULES=(btrfs)\r\n", 1},
		{"MODULES", "MODULES=\"vfio_pci btrfs\"\n", "MODULES=\"btrfs\"\n", 1},
		{"force_drivers", "force_drivers+=\" vfio_pci vfio vfio_iommu_type1 \"\n", "", 1},
		{"force_drivers", "a=1\nforce_drivers+=\" vfio_pci btrfs \"\n",
			"a=1\nforce_drivers+=\" btrfs \"\n", 2},
		{"force_drivers", "force_drivers=\" vfio_pci \"", "force_drivers=\" \"", 1},
		{"force_drivers", "force_drivers+=\" btrfs \\\n  vfio_pci \\\n  vfio \\\n  drm\"\n",
			"force_drivers+=\" btrfs \\\n  drm\"\n", 1},
		{"add_drivers", "add_drivers+=vfio # x/y&z\n", "add_drivers+= # x/y&z\n", 1},
		{"MODULES", "MODULES=(a\n  b vfio\n)\n", "MODULES=(a\n  b\n)\n", 1},
		/* Without a command "then" would be an error of the shell's. */
		{"MODULES", "if true; then\n  MODULES+=(vfio)\nfi\n",
			"if true; then\n  MODULES+=()\nfi\n", 2},
		{"add_drivers", "f() {\nadd_drivers+=\" vfio \"\n}\n",
			"f() {\nadd_drivers+=\" \"\n}\n", 2},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct take_place place = place_of(rows[i].before, rows[i].number, "");
		AUTO_TEXT struct text after = {0};

		assert_int_equal(take_from_list(&place, rows[i].variable, &vfio, &after), 0);
		assert_string_equal(after.data, rows[i].after);
	}
}

static void words_go_out_of_yaml(void **state) {
	static const struct {
		const char *before, *after;
	} rows[] = {
		{"modules_force_load: vfio_pci,vfio,vfio_iommu_type1\n", ""},
		{"modules_force_load: vfio_pci,btrfs,vfio\n", "modules_force_load: btrfs\n"},
		{"modules_force_load: \"btrfs, vfio, drm\" # mine",
			"modules_force_load: \"btrfs, drm\" # mine"},
		{"modules_force_load: vfio_pci, btrfs\r\n", "modules_force_load: btrfs\r\n"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_FREE char *line = strndup(rows[i].before, strcspn(rows[i].before, "\r\n"));
		const struct take_place place = place_of(rows[i].before, 1, line);
		AUTO_TEXT struct text after = {0};

		assert_int_equal(take_from_yaml(&place, &vfio, &after), 0);
		assert_string_equal(after.data, rows[i].after);
	}
}

static void a_word_of_the_command_line_becomes_shorter_or_goes(void **state) {
	static const struct word_place grub = {FORM_SHELL, "GRUB_CMDLINE_LINUX_DEFAULT"},
				       words = {FORM_WORDS, NULL}, entry = {FORM_ENTRIES, NULL};
	static const struct {
		const struct word_place *place;
		const char *before, *word, *by, *after;
	} rows[] = {
		{&grub, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet vfio-pci.ids=a:1,b:2 x=/y&z\"",
			"vfio-pci.ids=a:1,b:2", "vfio-pci.ids=b:2",
			"GRUB_CMDLINE_LINUX_DEFAULT=\"quiet vfio-pci.ids=b:2 x=/y&z\""},
		{&grub, "GRUB_CMDLINE_LINUX_DEFAULT=\"vfio-pci.ids=a:1 q vfio-pci.ids=a:1\"\r\n",
			"vfio-pci.ids=a:1", "", "GRUB_CMDLINE_LINUX_DEFAULT=\"q\"\r\n"},
		{&grub, "GRUB_CMDLINE_LINUX_DEFAULT=quiet\\ vfio-pci.ids=a:1\nX=1\n",
			"vfio-pci.ids=a:1", "", "GRUB_CMDLINE_LINUX_DEFAULT=quiet\\ \nX=1\n"},
		{&words, "root=x vfio-pci.ids=a:1,b:2\n", "vfio-pci.ids=a:1,b:2",
			"vfio-pci.ids=a:1", "root=x vfio-pci.ids=a:1\n"},
		{&entry, "options root=x\noptions vfio-pci.ids=a:1 q\n", "vfio-pci.ids=a:1",
			"vfio-pci.ids=b:1", "options root=x\noptions vfio-pci.ids=b:1 q\n"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct text before = {(char *)rows[i].before, strlen(rows[i].before), 0};
		AUTO_TEXT struct text after = {0};

		assert_int_equal(
			word_replace(rows[i].place, &before, rows[i].word, rows[i].by, &after), 0);
		assert_string_equal(after.data, rows[i].after);
	}
}

static void what_is_not_certain_is_left_alone(void **state) {
	static const char *const lists[] = {"MODULES=(vfio $more)\n", "MODULES=\"vfio\n",
		"MODULES=(vfio) MODULES=(vfio)\n", "MODULES=vf\\io\n", "MODULES=(btrfs)\n",
		"x=1\nMODULES=(vfio)\n", "MODULES=$(vfio)\n", "MODULES+=(\"vfio_pci x\" vfio)\n"};
	AUTO_TEXT struct text after = {0};
	struct take_place place;

	for (size_t i = 0; i < COUNT(lists); i++) {
		place = place_of(lists[i], 1, "");
		assert_int_equal(take_from_list(&place, "MODULES", &vfio, &after), -EINVAL);
	}
	/* The file has changed, or its reader joins no lines. */
	place = place_of("vfio\n", 1, "vfio_pci");
	assert_int_equal(take_line(&place, &after), -EINVAL);
	place = place_of("vfio_pci \\\nbtrfs\n", 1, "vfio_pci   btrfs");
	place.single = true;
	assert_int_equal(take_line(&place, &after), -EINVAL);
	/* Which of the two lists counts, the kernel alone knows. */
	place = place_of("options vfio-pci ids=a ids=b\n", 1, "options vfio-pci ids=a ids=b");
	assert_int_equal(take_ids(&place, &vfio, &after), -EINVAL);
	place = place_of("softdep x pre: drm\n", 1, "softdep x pre: drm");
	assert_int_equal(take_softdep(&place, &after), -EINVAL);
	place = place_of("modules_force_load: drm\n", 1, "modules_force_load: drm");
	assert_int_equal(take_from_yaml(&place, &vfio, &after), -EINVAL);
	assert_null(after.data);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_lines_go),
		cmocka_unit_test(ids_go_one_by_one),
		cmocka_unit_test(vfio_goes_out_of_what_comes_before),
		cmocka_unit_test(parameters_go_one_by_one),
		cmocka_unit_test(words_go_out_of_a_shells_list),
		cmocka_unit_test(words_go_out_of_yaml),
		cmocka_unit_test(a_word_of_the_command_line_becomes_shorter_or_goes),
		cmocka_unit_test(what_is_not_certain_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
