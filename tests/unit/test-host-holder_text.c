// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder_text.h"

#include "snapshot.h"

static void who_holds_is_told_with_all_that_names_it(void **state) {
	static const struct {
		struct holder holder;
		const char *text;
	} rows[] = {
		{{.pid = 812,
			 .user = "alice",
			 .name = "pipewire",
			 .unit = "user@1000.service",
			 .user_unit = "pipewire.service",
			 .node = "snd/controlC0"},
			"is open in pipewire (process 812 of alice, user@1000.service, "
			"pipewire.service, snd/controlC0)"},
		{{.pid = 7, .name = "kvm", .guest = "win11", .way = WAY_OPEN, .node = "vfio/14"},
			"is open in kvm (process 7, guest win11, vfio/14)"},
		{{.pid = 7, .way = WAY_MAPPED, .user = "1000", .node = "dri/card0"},
			"is mapped into the memory of a program (process 7 of user 1000, "
			"dri/card0)"},
		{{.pid = 7, .name = "weston", .way = WAY_BUFFER, .node = "dri/card0"},
			"has a buffer that is in the hands of weston (process 7, dri/card0)"},
		{{.pid = 7, .name = "sh", .way = WAY_DIRECTORY, .node = "sda1"},
			"carries the working directory of sh (process 7, sda1)"},
		{{.pid = 7, .name = "mpv", .way = WAY_FILE, .node = "sda1"},
			"carries files that are open in mpv (process 7, sda1)"},
		{{.kind = HOLDER_MOUNT, .name = "/srv", .node = "sda1"},
			"carries the file system mounted on /srv (sda1)"},
		{{.kind = HOLDER_SWAP, .name = "sda2", .node = "sda2"},
			"carries swap space (sda2)"},
		{{.kind = HOLDER_ROUTE, .name = "eno1", .node = "eno1"},
			"carries the default route (eno1)"},
	};
	char text[HOLDER_TEXT_SIZE];

	for (size_t i = 0; i < COUNT(rows); i++) {
		holder_format(&rows[i].holder, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void fill(char *field, size_t size) {
	memset(field, 'x', size - 1);
	field[size - 1] = '\0';
}

static void the_longest_one_fits(void **state) {
	struct holder holder = {.pid = 1234567890, .way = WAY_BUFFER};
	char text[HOLDER_TEXT_SIZE];

	fill(holder.user, sizeof(holder.user));
	fill(holder.name, sizeof(holder.name));
	fill(holder.unit, sizeof(holder.unit));
	fill(holder.user_unit, sizeof(holder.user_unit));
	fill(holder.guest, sizeof(holder.guest));
	fill(holder.node, sizeof(holder.node));
	holder_format(&holder, text);
	assert_int_equal(text[strlen(text) - 1], ')');
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_holds_is_told_with_all_that_names_it),
		cmocka_unit_test(the_longest_one_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
