// SPDX-License-Identifier: GPL-2.0-or-later
#include "looked.h"
#include "report/list.h"

#include <stdlib.h>

#include "base/character.h"

static struct snapshot take(const char *name) {
	struct snapshot snapshot = snapshot_take(name);

	snapshot_write(&snapshot, "/usr/share/misc/pci.ids", ids);
	return snapshot;
}

static void draw(
	const struct snapshot *snapshot, const struct terminal *terminal, struct text *ret) {
	AUTO_LOOKED struct looked looked = {0};

	look(snapshot, &looked);
	assert_int_equal(report_boxes(&looked.listing, terminal, ret), 0);
}

static void compare(const char *machine, const struct terminal *terminal, const char *name) {
	AUTO_CLOSE int golden = root_open(GOLDEN "/boxes");
	AUTO_SNAPSHOT struct snapshot snapshot = take(machine);
	struct machine directory = {.root = golden};
	AUTO_TEXT struct text text = {0};
	AUTO_FREE char *expected = NULL;
	const char *mode = getenv("GOLDEN");

	assert_true(golden >= 0);
	draw(&snapshot, terminal, &text);
	if (mode && strcmp(mode, "write") == 0) {
		assert_int_equal(machine_write(&directory, name, text.data), 0);
	}
	assert_int_equal(file_read(golden, name, 1 << 20, &expected, NULL), 0);
	assert_string_equal(text.data, expected);
}

/*
 * What a person sees of each machine stands in tests/golden/boxes/. After a change that is meant,
 * write them anew with GOLDEN=write in the environment, and look at the difference.
 */
static void the_boxes_of_every_machine_are_as_expected(void **state) {
	const struct terminal usual = {.is_one = true, .utf8 = true, .columns = 80};
	const struct terminal wide = {.is_one = true, .utf8 = true, .columns = 120};
	const struct terminal ascii = {.is_one = true, .columns = 80};

	for (size_t i = 0; i < COUNT(machines); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s.txt", machines[i]);
		compare(machines[i], &usual, name);
	}
	compare("sata-in-group", &wide, "sata-in-group-120.txt");
	compare("nvidia-single", &wide, "nvidia-single-120.txt");
	compare("sata-in-group", &ascii, "sata-in-group-ascii.txt");
}

static size_t measure(const char *line, size_t length) {
	size_t columns = 0, bytes;

	for (size_t i = 0; i < length; i += bytes) {
		uint32_t code;

		bytes = character_read(line + i, &code);
		assert_true(bytes > 0);
		columns += character_columns(code);
	}
	return columns;
}

static void measure_lines(const char *text, size_t columns) {
	for (const char *line = text; *line; line = text_next_line(line)) {
		size_t width = measure(line, strcspn(line, "\n"));

		assert_true(width <= columns);
		if (text_starts(line, "\u2502") || text_starts(line, "\u250c")) {
			assert_int_equal(width, columns);
		}
	}
}

static void no_line_is_wider_than_the_terminal_and_boxes_are_as_wide(void **state) {
	for (size_t i = 0; i < COUNT(machines); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = take(machines[i]);

		for (size_t columns = 40; columns <= 120; columns += 16) {
			const struct terminal terminal = {
				.is_one = true, .utf8 = true, .columns = columns};
			AUTO_TEXT struct text text = {0};

			draw(&snapshot, &terminal, &text);
			measure_lines(text.data, columns);
		}
	}
}

static void colours_change_nothing_else(void **state) {
	struct terminal terminal = {.is_one = true, .utf8 = true, .columns = 80};
	AUTO_SNAPSHOT struct snapshot snapshot = take("nvidia-single");
	AUTO_TEXT struct text plain = {0}, coloured = {0};
	size_t length = 0;

	draw(&snapshot, &terminal, &plain);
	assert_null(strchr(plain.data, '\033'));
	terminal.coloured = true;
	draw(&snapshot, &terminal, &coloured);
	assert_non_null(strstr(coloured.data, "\033[33m\u25cf "));
	for (const char *c = coloured.data; *c; c++) {
		if (*c == '\033') {
			c += strcspn(c, "m");
		} else {
			coloured.data[length++] = *c;
		}
	}
	coloured.data[length] = '\0';
	assert_string_equal(coloured.data, plain.data);
}

/* The same sentence, whoever reads it. */
static void every_verdict_is_there(void **state) {
	const struct terminal terminal = {.is_one = true, .utf8 = true, .columns = 120};
	AUTO_SNAPSHOT struct snapshot snapshot = take("nvidia-single");
	AUTO_LOOKED struct looked looked = {0};
	AUTO_TEXT struct text text = {0};

	look(&snapshot, &looked);
	assert_int_equal(report_boxes(&looked.listing, &terminal, &text), 0);
	for (size_t i = 0; i < looked.verdicts.count; i++) {
		AUTO_TEXT struct text line = {0};

		assert_int_equal(text_add(&line, "\u2502 \u25cf "), 0);
		assert_int_equal(verdict_format(&looked.verdicts.verdicts[i], &line), 0);
		assert_non_null(strstr(text.data, line.data));
	}
}

static void only_what_is_wanted_is_drawn(void **state) {
	const struct terminal terminal = {.is_one = true, .utf8 = true, .columns = 80};
	AUTO_SNAPSHOT struct snapshot snapshot = take("nvidia-single");
	const struct address selected[] = {address_of("0000:00:03.1"), address_of("0000:00:08.3")};
	AUTO_LOOKED struct looked looked = {0};
	AUTO_TEXT struct text text = {0};

	look(&snapshot, &looked);
	looked.listing.selected = selected;
	looked.listing.selected_count = COUNT(selected);
	assert_int_equal(report_boxes(&looked.listing, &terminal, &text), 0);
	assert_non_null(strstr(text.data, " Group 5 "));
	assert_non_null(strstr(text.data, "bridges, which stay: 0000:00:03.1"));
	assert_non_null(strstr(text.data, " Group 17 "));
	assert_null(strstr(text.data, "0000:0a:00.0"));
	assert_null(strstr(text.data, "nobody hands over"));
}

static void whose_it_is_is_said(void **state) {
	const struct terminal terminal = {.is_one = true, .columns = 80};
	AUTO_SNAPSHOT struct snapshot snapshot = take("nvidia-single");
	struct claimed_device claimed[] = {
		{.title = "libvirt:win11", .address = address_of("0000:0a:00.0"), .held = true},
		{.title = "libvirt:mac", .address = address_of("0000:04:00.0")}};
	AUTO_LOOKED struct looked looked = {0};
	AUTO_TEXT struct text text = {0};

	look(&snapshot, &looked);
	looked.claims = (struct claims){.devices = claimed, .device_count = COUNT(claimed)};
	looked.listing.unread = "Not all could be read";
	assert_int_equal(report_boxes(&looked.listing, &terminal, &text), 0);
	assert_non_null(strstr(text.data, "|   with libvirt:win11 "));
	assert_non_null(strstr(text.data, "|   on its way to or from libvirt:mac "));
	assert_non_null(strstr(text.data, "\n! Not all could be read.\n"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_boxes_of_every_machine_are_as_expected),
		cmocka_unit_test(no_line_is_wider_than_the_terminal_and_boxes_are_as_wide),
		cmocka_unit_test(colours_change_nothing_else),
		cmocka_unit_test(every_verdict_is_there),
		cmocka_unit_test(only_what_is_wanted_is_drawn),
		cmocka_unit_test(whose_it_is_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
