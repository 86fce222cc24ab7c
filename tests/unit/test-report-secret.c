// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/secret.h"

#include "looked.h"
#include "report/drawing.h"
#include "report/markup.h"
#include "report/page.h"

#define UUID "6b1f0a52-3c4d-4e5f-8a9b-0c1d2e3f4a5b"

static const char *serials[] = {"2070", "S4EWNX0", "WD-WCC4E", "WD-WCC4E123"};
static const struct secrets known = {.serials = serials, .count = COUNT(serials)};

static void what_tells_a_machine_from_others_is_left_out(void **state) {
	static const char *const rows[][2] = {
		{"luks-6b1f0a52-3c4d-4e5f-8a9b-0c1d2e3f4a5b", "luks-(UUID)"},
		{"luks-6b1f0a52-3c4d-4e5f-8a9b-0c1d2e3f4a5b-part1", "luks-(UUID)-part1"},
		{"6b1f0a52-3c4d-4e5f-8a9b-0c1d2e3f4a5b-", "(UUID)-"},
		{"vg-6b1f0a52--3c4d--4e5f--8a9b--0c1d2e3f4a5b", "vg-(UUID)"},
		{"uuid-6b1f0a52\\x2d3c4d\\x2d4e5f\\x2d8a9b\\x2d0c1d2e3f4a5b.swap",
			"uuid-(UUID).swap"},
		{"CRYPT-6b1f0a523c4d4e5f8a9b0c1d2e3f4a5b-home", "CRYPT-(UUID)-home"},
		{"UUID=A1B2-C3D4 /boot/efi", "UUID=(UUID) /boot/efi"},
		{"/dev/disk/by-uuid/A1B2-C3D4", "/dev/disk/by-uuid/(UUID)"},
		{"usb-Stick_2070-0:0", "usb-Stick_(serial)-0:0"},
		{"10.0.2.1, version 10.0.2.1", "(address), version 10.0.2.1"},
		{"wwx02005e100001", "(interface)"},
		{"wlx02005e100001.100", "(interface).100"},
		{"02:00:5e:10:00:01.dev", "(address).dev"},
		{"the serial 00-11-22-33-44-55-66-77", "the serial (address)"},
		{"192.168.1.5:8006", "(address):8006"},
		{"mnt-192.168.1.5-nfs.mount", "mnt-(address)-nfs.mount"},
		{"[2001:db8::7]:8006", "[(address)]:8006"},
		{"usb-Stick_S4EWNX0-0:0", "usb-Stick_(serial)-0:0"},
		{"WD-WCC4E, WD-WCC4E123", "(serial), (serial)"},
		{"enx02005e100001 is up", "(interface) is up"},
		{"a login by 192.0.2.7.", "a login by (address)."},
		{"the way to 192.0.2.7:/srv", "the way to (address):/srv"},
		{"2001:db8::7/64", "(address)/64"},
		{"fe80:0:0:0:1:2:3:4", "(address)"},
		{"02:00:5e:10:00:01", "(address)"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_TEXT struct text text = {0};

		assert_int_equal(secrets_conceal(&known, rows[i][0], &text), 0);
		assert_string_equal(text.data, rows[i][1]);
	}
}

static void what_only_looks_so_stays(void **state) {
	static const char *const texts[] = {"0000:0a:00.0", "10000:e1:00.0", "driver 580.105.08",
		"6.1.0-28-amd64", "10de:1e84", "nvme0n1p2", "::", "enp4s0", "face", "", "1.2.3",
		"12:30", "5.15.153.1-microsoft-standard-WSL2", "10.0.300.1", "2026-11-26",
		"6b1f0a52-3c4d-4e5f-8a9b-0c1d2e3f4a5bc", "RTX 2070", "10de-1e84", "xA1B2-C3D4",
		"QEMU 10.0.2.1", "Linux 5.15.153.1", "580.105.08.1", "10.0.02.1", "WD-WCC4",
		"xS4EWNX0", "S4EWNX01"};

	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO_TEXT struct text text = {0};

		assert_int_equal(secrets_conceal(&known, texts[i], &text), 0);
		assert_string_equal(text.data, texts[i]);
	}
}

static void markup_means_nothing_in_a_text(void **state) {
	AUTO_TEXT struct text text = {0};
	struct markup markup;

	markup_begin(&markup, &known, &text);
	markup_element(&markup, "b", "what", "<a href='x'>&\"\033\xff");
	markup_cut(&markup, "luks-6b1f0a52-3c4d-4e5f-8a9b-0c1d2e3f4a5b", 9);
	markup_cut(&markup, "&&&&", 3);
	assert_int_equal(markup_end(&markup), 0);
	assert_string_equal(text.data, "<b class=\"what\">&lt;a href=&#39;x&#39;&gt;&amp;&quot;?"
				       "?</b>"
				       "luks-(UU\u2026&amp;&amp;\u2026");
}

static void what_stands_between_backquotes_is_code(void **state) {
	AUTO_TEXT struct text text = {0};
	struct markup markup;

	markup_begin(&markup, &known, &text);
	markup_prose(&markup, "add it to `services<` in [policy], or not ` at all");
	assert_int_equal(markup_end(&markup), 0);
	assert_string_equal(
		text.data, "add it to <code>services&lt;</code> in [policy], or not ` at all");
}

/* A card that is in the way of which something long stands. */
static void refuse(struct looked *looked, const char *reason) {
	for (size_t i = 0; i < looked->verdicts.count; i++) {
		struct verdict *verdict = &looked->verdicts.verdicts[i];

		for (size_t j = 0; j < verdict->refusal_count; j++) {
			verdict->kind = VERDICT_NO;
			snprintf(verdict->refusals[j].reason, sizeof(verdict->refusals[j].reason),
				"%s", reason);
		}
	}
}

static void draw(struct looked *looked, const char *reason, struct text *ret) {
	AUTO_ROOMS struct rooms rooms = {0};

	looked->listing.hidden = &known;
	refuse(looked, reason);
	assert_int_equal(rooms_make(&looked->listing, &rooms), 0);
	assert_int_equal(drawing_whole(&looked->listing, &rooms, ret), 0);
}

/* Wherever in a line it stands. */
static void what_is_left_out_is_not_broken_into_lines_before(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	AUTO_LOOKED struct looked looked = {0};
	char reason[128] = "";

	look(&snapshot, &looked);
	for (size_t i = 0; i < 64; i++) {
		AUTO_TEXT struct text text = {0};

		snprintf(reason, sizeof(reason), "carries %.*s/luks-" UUID, (int)i,
			"/a/path/that/goes/on/without/any/blank/at/which/to/break/a/line");
		draw(&looked, reason, &text);
		assert_true(i > 20 || strstr(text.data, "luks-(UUID)"));
		assert_null(strstr(text.data, "6b1f"));
		assert_null(strstr(text.data, "0c1d"));
	}
}

static void lines_are_broken_between_characters(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	for (size_t i = 0; i < 2; i++) {
		AUTO_LOOKED struct looked looked = {0};
		AUTO_TEXT struct text text = {0}, reason = {0};

		look(&snapshot, &looked);
		assert_int_equal(text_add(&reason, "%s", i ? "x" : ""), 0);
		for (size_t j = 0; j < 50; j++) {
			assert_int_equal(text_add(&reason, "\u00e4"), 0);
		}
		draw(&looked, reason.data, &text);
		assert_non_null(strstr(text.data, "\u00e4\u00e4"));
		assert_null(strchr(text.data, '?'));
	}
}

static void a_page_tells_the_kernel_and_no_serial_number(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	AUTO_LOOKED struct looked looked = {0};
	AUTO_TEXT struct text text = {0};

	snprintf(snapshot.host.kernel, sizeof(snapshot.host.kernel), "5.15.153.1");
	look(&snapshot, &looked);
	looked.listing.hidden = &known;
	refuse(&looked, "is mounted on /media/S4EWNX0");
	assert_int_equal(report_page(&looked.listing, NULL, &text), 0);
	assert_non_null(strstr(text.data, "Linux 5.15.153.1 "));
	assert_non_null(strstr(text.data, "/media/(serial)"));
	assert_null(strstr(text.data, "S4EWNX0"));
}

static void serial_numbers_are_gathered_in_order(void **state) {
	struct attached attached[] = {
		{.secret_kind = SECRET_SERIAL, .secret = "ZZ1234"},
		{.secret_kind = SECRET_SERIAL, .secret = "2070"},
		{.secret_kind = SECRET_SERIAL, .secret = "Keyboard"},
		{.secret_kind = SECRET_HARDWARE, .secret = "02:00:5e:10:00:01"},
		{.secret_kind = SECRET_SERIAL, .secret = "AA12345"},
	};
	const struct attachments attachments = {.attached = attached, .count = COUNT(attached)};
	AUTO_SECRETS struct secrets secrets = {0};

	assert_int_equal(secrets_gather(&attachments, &secrets), 0);
	assert_int_equal(secrets.count, 3);
	assert_string_equal(secrets.serials[0], "2070");
	assert_string_equal(secrets.serials[1], "AA12345");
	assert_string_equal(secrets.serials[2], "ZZ1234");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_tells_a_machine_from_others_is_left_out),
		cmocka_unit_test(what_only_looks_so_stays),
		cmocka_unit_test(markup_means_nothing_in_a_text),
		cmocka_unit_test(what_stands_between_backquotes_is_code),
		cmocka_unit_test(what_is_left_out_is_not_broken_into_lines_before),
		cmocka_unit_test(lines_are_broken_between_characters),
		cmocka_unit_test(a_page_tells_the_kernel_and_no_serial_number),
		cmocka_unit_test(serial_numbers_are_gathered_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
