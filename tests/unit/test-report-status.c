// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/status.h"

#include <errno.h>
#include <stdlib.h>

#include <jansson.h>

#include "snapshot.h"

#define CARD  "0000:21:00"
#define OTHER "0000:61:00"

/* 2026-01-02 03:04:05 UTC */
#define MOMENT_S 1767323045

/* A machine with two cards, and the journals of up to two guests. */
struct scene {
	struct snapshot snapshot;
	struct found found[2];
	struct journals journals;
	struct status status;
};

static int set_up(void **state) {
	return setenv("TZ", "UTC", 1);
}

static void begin(struct scene *scene) {
	*scene = (struct scene){.snapshot = snapshot_take("twins")};
	scene->journals.all = scene->found;
}

static void end(struct scene *scene) {
	status_free(&scene->status);
	for (size_t i = 0; i < scene->journals.count; i++) {
		journal_free(&scene->found[i].journal);
	}
	snapshot_free(&scene->snapshot);
}

#define AUTO_SCENE CLEANUP(end)

static struct journal *add_journal(struct scene *scene, const char *title, const char *door) {
	struct found *found = &scene->found[scene->journals.count++];
	struct journal *journal = calloc(1, sizeof(*journal));

	assert_non_null(journal);
	assert_int_equal(name_set(journal->guest, sizeof(journal->guest), "libvirt:1234"), 0);
	assert_int_equal(name_set(journal->title, sizeof(journal->title), title), 0);
	assert_int_equal(name_set(journal->owner.door, sizeof(journal->owner.door), door), 0);
	*found = (struct found){.guest = journal->guest, .journal = journal};
	return journal;
}

static void add_device(struct journal *journal, const char *name) {
	journal->devices[journal->device_count++].address = address_of(name);
}

static void add_step(struct journal *journal, const char *text) {
	assert_int_equal(step_parse(text, &journal->records[journal->record_count++].step), 0);
}

static void bind(struct scene *scene, const char *name, const char *driver) {
	struct device *device = (struct device *)device_of(&scene->snapshot, name);

	device->has_vfio_device = strcmp(driver, "vfio-pci") == 0;
	assert_int_equal(name_set(device->driver, sizeof(device->driver), driver), 0);
}

static void make(struct scene *scene) {
	assert_int_equal(status_make(&scene->snapshot.host, &scene->journals, &scene->status), 0);
}

static const struct card_status *card_of(const struct scene *scene, const char *slot) {
	for (size_t i = 0; i < scene->status.count; i++) {
		if (strcmp(scene->status.cards[i].slot, slot) == 0) {
			return &scene->status.cards[i];
		}
	}
	fail_msg("%s is not in it", slot);
	return NULL;
}

static enum card_state state_of(struct scene *scene, const char *slot) {
	status_free(&scene->status);
	make(scene);
	return card_of(scene, slot)->state;
}

/* A journal that says: the guest has the whole card. */
static struct journal *hold_card(struct scene *scene) {
	struct journal *journal = add_journal(scene, "libvirt:win 11", "libvirt");

	add_device(journal, CARD ".0");
	add_device(journal, CARD ".1");
	add_step(journal, "driver " CARD ".0 nvidia -");
	add_step(journal, "override " CARD ".0 - vfio-pci");
	journal->held = true;
	return journal;
}

static void a_card_without_a_guest_is_the_hosts(void **state) {
	AUTO_SCENE struct scene scene;

	begin(&scene);
	assert_int_equal(state_of(&scene, CARD), CARD_HOST);
	assert_null(card_of(&scene, CARD)->handover);
	assert_int_equal(card_of(&scene, CARD)->function_count, 2);
}

static void a_card_on_vfio_is_a_guests(void **state) {
	AUTO_SCENE struct scene scene;

	begin(&scene);
	bind(&scene, CARD ".0", "vfio-pci");
	assert_int_equal(state_of(&scene, CARD), CARD_MIXED);
	bind(&scene, CARD ".1", "vfio-pci");
	assert_int_equal(state_of(&scene, CARD), CARD_GUEST);
	(void)hold_card(&scene);
	assert_int_equal(state_of(&scene, CARD), CARD_GUEST);
	assert_int_equal(state_of(&scene, OTHER), CARD_HOST);
}

/* Somebody took it from the guest. */
static void a_card_that_a_guest_holds_is_never_the_hosts(void **state) {
	AUTO_SCENE struct scene scene;

	begin(&scene);
	(void)hold_card(&scene);
	assert_int_equal(state_of(&scene, CARD), CARD_MIXED);
	bind(&scene, CARD ".1", "vfio-pci");
	assert_int_equal(state_of(&scene, CARD), CARD_MIXED);
}

static void a_card_between_both_is_unresolved(void **state) {
	AUTO_SCENE struct scene scene;
	struct journal *journal;

	begin(&scene);
	journal = hold_card(&scene);
	journal->held = false;
	assert_int_equal(state_of(&scene, CARD), CARD_UNRESOLVED);
	/* What was undone is nobody's any more. */
	journal->records[0].popped = journal->records[1].popped = true;
	assert_int_equal(state_of(&scene, CARD), CARD_HOST);
	((struct device *)device_of(&scene.snapshot, CARD ".1"))->in_flight = true;
	assert_int_equal(state_of(&scene, CARD), CARD_UNRESOLVED);
}

static void that_nobody_could_be_seen_at_work_is_not_that_nobody_is(void **state) {
	AUTO_SCENE struct scene scene;
	AUTO_TEXT struct text text = {0};

	begin(&scene);
	bind(&scene, CARD ".1", "");
	((struct device *)device_of(&scene.snapshot, CARD ".1"))->maybe_in_flight = true;
	make(&scene);
	assert_int_equal(report_status(&scene.status, &text), 0);
	assert_non_null(strstr(text.data, "  " CARD ".1 - (in flight?)\n    not seen: whether "));
}

static void a_card_is_told_with_its_guest_its_door_and_since_when(void **state) {
	AUTO_SCENE struct scene scene;
	AUTO_TEXT struct text text = {0};

	begin(&scene);
	(void)hold_card(&scene);
	bind(&scene, CARD ".0", "vfio-pci");
	bind(&scene, CARD ".1", "vfio-pci");
	make(&scene);
	scene.status.handovers[0].written_s = MOMENT_S;
	assert_int_equal(report_status(&scene.status, &text), 0);
	assert_non_null(strstr(text.data, CARD "    GUEST      libvirt:win 11\n"
					       "  " CARD ".0 vfio-pci\n"
					       "  " CARD ".1 vfio-pci\n"
					       "  through libvirt, since 2026-01-02 03:04:05\n"));
	assert_non_null(strstr(text.data, OTHER "    HOST       -\n"));
	assert_null(strstr(text.data, "left"));
	assert_null(strstr(text.data, "lock"));
}

static void how_long_ago_that_was_is_told_where_the_time_is_known(void **state) {
	static const struct {
		int64_t ago_s;
		const char *text;
	} rows[] = {
		{0, "0 s"},
		{59, "59 s"},
		{60, "1 min"},
		{3599, "59 min"},
		{2 * 3600 + 5 * 60 + 7, "2 h 5 min"},
		{86399, "23 h 59 min"},
		{3 * 86400 + 2 * 3600 + 1, "3 d 2 h"},
	};
	AUTO_SCENE struct scene scene;
	AUTO_TEXT struct text json = {0};
	struct error error;

	begin(&scene);
	(void)hold_card(&scene);
	make(&scene);
	scene.status.handovers[0].written_s = MOMENT_S;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_TEXT struct text text = {0};
		char line[128];

		scene.status.now_s = MOMENT_S + rows[i].ago_s;
		assert_int_equal(report_status(&scene.status, &text), 0);
		snprintf(line, sizeof(line),
			"  through libvirt, since 2026-01-02 03:04:05 (%s ago)\n", rows[i].text);
		assert_non_null(strstr(text.data, line));
	}
	scene.status.now_s = MOMENT_S;
	assert_int_equal(report_status_json(&scene.status, &json, &error), 0);
	assert_non_null(strstr(json.data, "\"now\": \"2026-01-02T03:04:05Z\""));
	assert_non_null(strstr(json.data, "\"since\": \"2026-01-02T03:04:05Z\""));
}

static const struct actor actor = {
	.process = {.pid = 4711, .start = 5},
	.command = "baton detach gpu",
	.since_s = MOMENT_S + 60,
};

/* The card's way out was interrupted, and one of its steps is still being taken. */
static void interrupt(struct scene *scene) {
	struct journal *journal;

	begin(scene);
	journal = add_journal(scene, "hand:x", "hand");
	add_device(journal, CARD ".0");
	add_step(journal, "module vfio_pci - loaded");
	add_step(journal, "service lightdm.service up down");
	add_step(journal, "driver " CARD ".0 nvidia -");
	journal->records[0].popped = true;
	make(scene);
	scene->status.handovers[0].written_s = MOMENT_S;
	scene->status.handovers[0].left[1].writer = actor;
}

static void what_a_writer_waits_for_is_told_behind_it(void **state) {
	AUTO_SCENE struct scene scene = {0};
	AUTO_TEXT struct text text = {0}, json = {0};
	struct error error;

	interrupt(&scene);
	scene.status.handovers[0].left[1].stuck =
		(struct stuck){.pid = 4711, .frames = {"foo_wait", "foo_remove"}, .frame_count = 2};
	assert_int_equal(report_status(&scene.status, &text), 0);
	assert_non_null(strstr(text.data,
		" 03:05:05\n    it waits in the kernel's foo_wait, called by foo_remove: python3 "
		"(process 500) has /dev/nvidia1 open\n"));
	assert_int_equal(report_status_json(&scene.status, &json, &error), 0);
	assert_non_null(strstr(json.data,
		"\"waits_for\": \"waits in the kernel's foo_wait, called by foo_remove: "));
	assert_non_null(strstr(json.data, "\"foo_remove\""));
}

static void after_an_oops_nobody_is_promised_a_repair(void **state) {
	AUTO_SCENE struct scene scene = {0};
	AUTO_TEXT struct text first = {0}, last = {0};

	interrupt(&scene);
	scene.found[0].journal->records[2].oopsed = true;
	assert_int_equal(report_status(&scene.status, &first), 0);
	assert_non_null(strstr(first.data,
		"  left: driver " CARD ".0 nvidia -\n    the kernel oopsed there: nothing more is "
		"done to it, and only a reboot helps\n"));
	assert_non_null(strstr(first.data, "`baton repair`")); /* the login screen's is still due */
	scene.found[0].journal->records[1].popped = true;
	assert_int_equal(report_status(&scene.status, &last), 0);
	assert_non_null(strstr(last.data, "nothing of it is tried again before the next boot\n"));
	assert_null(strstr(last.data, "`baton repair`"));
}

static void what_is_left_is_told_and_who_is_still_at_it(void **state) {
	AUTO_SCENE struct scene scene = {0};
	AUTO_TEXT struct text text = {0}, locked = {0}, home = {0};

	interrupt(&scene);
	assert_int_equal(report_status(&scene.status, &text), 0);
	assert_non_null(strstr(text.data, "  by hand, last heard of 2026-01-02 03:04:05\n"));
	assert_non_null(strstr(text.data,
		"hand-over of hand:x, on the way out, last heard of 2026-01-02 03:04:05\n"
		"  left: service lightdm.service up down\n"
		"  left: driver " CARD ".0 nvidia -\n"
		"    process 4711 (baton detach gpu) is still at it, and runs since 2026-01-02 "
		"03:05:05\n"
		"  left by a run that has ended: the guard goes on with it, or `baton repair`\n"));
	/* Not while somebody does. */
	scene.status.lock = actor;
	scene.found[0].journal->homeward = true;
	assert_int_equal(report_status(&scene.status, &locked), 0);
	assert_null(strstr(locked.data, "repair"));
	assert_non_null(strstr(locked.data, "hand-over of hand:x, on the way home, "));
	assert_non_null(strstr(locked.data, "\nlock: process 4711 (baton detach gpu) has it, and "
					    "runs since 2026-01-02 03:05:05\n"));
	/* Brought home by hand, what no journal had: there was no way out. */
	scene.found[0].journal->homeward = false;
	memcpy(scene.found[0].journal->owner.door, "home", sizeof("home"));
	assert_int_equal(report_status(&scene.status, &home), 0);
	assert_non_null(strstr(home.data, "hand-over of hand:x, on the way home, "));
}

/* It hides nothing else, and what to do is said. */
static void a_journal_that_cannot_be_read_is_a_line(void **state) {
	AUTO_SCENE struct scene scene;
	AUTO_TEXT struct text text = {0}, json = {0};
	struct error error;

	begin(&scene);
	scene.journals.count = 1;
	scene.found[0] = (struct found){.guest = "libvirt:0815"};
	error_set(&scene.found[0].error, -EBADMSG, "the journal of libvirt:0815: line 7\033[2J");
	make(&scene);
	assert_int_equal(report_status(&scene.status, &text), 0);
	assert_non_null(strstr(text.data, CARD "    HOST       -\n"));
	assert_non_null(strstr(text.data,
		"\nunreadable: the journal of libvirt:0815: line 7?[2J\n"
		"  baton leaves the devices of libvirt:0815 alone until somebody has undone it by "
		"hand and removed the journal (docs/JOURNAL.md)\n"));
	assert_int_equal(report_status_json(&scene.status, &json, &error), 0);
	assert_non_null(strstr(json.data, "\"way\": \"unreadable\""));
	assert_non_null(strstr(json.data, "\"error\": \"the journal of libvirt:0815: line 7"));
}

static void of_a_card_at_home_that_is_of_no_use_it_is_said_why(void **state) {
	AUTO_SCENE struct scene scene;
	AUTO_TEXT struct text text = {0}, json = {0};
	struct error error;
	struct device *device;

	begin(&scene);
	device = (struct device *)device_of(&scene.snapshot, CARD ".0");
	memcpy(device->power_state, "D3cold", sizeof("D3cold"));
	make(&scene);
	assert_int_equal(report_status(&scene.status, &text), 0);
	assert_non_null(strstr(text.data, "  " CARD ".0 is of no use: it is in the power state "
					  "D3cold, and nvidia does not wake it up; `baton reattach "
					  "--cycle " CARD "` may help\n"));
	assert_int_equal(report_status_json(&scene.status, &json, &error), 0);
	assert_non_null(strstr(json.data, "\"of_no_use\": \"it is in the power state D3cold"));
}

static void of_a_card_that_nobody_took_it_is_said_who_may_have(void **state) {
	AUTO_SCENE struct scene scene;
	AUTO_TEXT struct text text = {0}, json = {0};
	struct rebinder rebinder = {.kind = REBINDER_UDEV,
		.path = (char *)"/etc/udev/rules.d/10-x.rules",
		.line = 3,
		.text = (char *)"a rule"};
	struct error error;

	begin(&scene);
	bind(&scene, CARD ".0", "vfio-pci");
	make(&scene);
	assert_ptr_equal(card_of(&scene, CARD)->stray, device_of(&scene.snapshot, CARD ".0"));
	assert_int_equal(
		rebinders_add((struct rebinders *)&card_of(&scene, CARD)->rebinders, &rebinder), 0);
	assert_int_equal(report_status(&scene.status, &text), 0);
	assert_non_null(
		strstr(text.data, "  maybe by the udev rule /etc/udev/rules.d/10-x.rules:3\n"));
	assert_int_equal(report_status_json(&scene.status, &json, &error), 0);
	assert_non_null(strstr(json.data, "\"line\": 3"));
	assert_non_null(strstr(json.data, "\"kind\": \"udev\""));
}

/* The shells' completions take the guests from such lines (completions/). */
static void only_the_line_of_a_card_begins_as_a_slot_does(void **state) {
	AUTO_SCENE struct scene scene = {0};
	AUTO_TEXT struct text text = {0};
	size_t slots = 0;

	interrupt(&scene);
	scene.status.lock = actor;
	scene.status.handovers[0].written_s = 0;
	assert_int_equal(report_status(&scene.status, &text), 0);
	assert_non_null(strstr(text.data, "last heard of ?\n"));
	for (const char *line = text.data; *line; line += strcspn(line, "\n") + 1) {
		slots += strspn(line, "0123456789abcdef:") > 0;
	}
	assert_int_equal(slots, scene.status.count);
}

static void json_has_all_that_the_text_has(void **state) {
	AUTO_SCENE struct scene scene = {0};
	AUTO_TEXT struct text text = {0};
	json_t *json, *over, *card;
	const char *key, *guest, *door, *way, *written, *since, *fact, *subject, *state_name;
	int pid, lock;
	struct error error;

	interrupt(&scene);
	scene.status.lock = actor;
	assert_int_equal(report_status_json(&scene.status, &text, &error), 0);
	json = json_loads(text.data, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	assert_int_equal(json_unpack(json, "{s:{s:i}}", "lock", "pid", &lock), 0);
	assert_int_equal(lock, 4711);
	over = json_array_get(json_object_get(json, "hand_overs"), 0);
	assert_int_equal(json_unpack(over, "{s:s, s:s, s:s, s:s, s:s, s:n}", "key", &key, "guest",
				 &guest, "door", &door, "way", &way, "written", &written, "error"),
		0);
	assert_string_equal(guest, "hand:x");
	assert_string_equal(way, "out");
	assert_string_equal(written, "2026-01-02T03:04:05Z");
	assert_int_equal(json_unpack(json_object_get(over, "left"),
				 "[{s:n}, {s:s, s:s, s:{s:i, s:s}}]", "writer", "fact", &fact,
				 "subject", &subject, "writer", "pid", &pid, "since", &since),
		0);
	assert_string_equal(subject, CARD ".0");
	assert_int_equal(pid, 4711);
	assert_string_equal(since, "2026-01-02T03:05:05Z");
	card = json_array_get(json_object_get(json, "cards"), 0);
	assert_int_equal(
		json_unpack(card, "{s:s, s:s, s:n}", "state", &state_name, "door", &door, "since"),
		0);
	assert_string_equal(state_name, "UNRESOLVED");
	assert_string_equal(door, "hand");
	json_decref(json);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_without_a_guest_is_the_hosts),
		cmocka_unit_test(a_card_on_vfio_is_a_guests),
		cmocka_unit_test(a_card_that_a_guest_holds_is_never_the_hosts),
		cmocka_unit_test(a_card_between_both_is_unresolved),
		cmocka_unit_test(that_nobody_could_be_seen_at_work_is_not_that_nobody_is),
		cmocka_unit_test(a_card_is_told_with_its_guest_its_door_and_since_when),
		cmocka_unit_test(how_long_ago_that_was_is_told_where_the_time_is_known),
		cmocka_unit_test(what_is_left_is_told_and_who_is_still_at_it),
		cmocka_unit_test(what_a_writer_waits_for_is_told_behind_it),
		cmocka_unit_test(after_an_oops_nobody_is_promised_a_repair),
		cmocka_unit_test(a_journal_that_cannot_be_read_is_a_line),
		cmocka_unit_test(of_a_card_at_home_that_is_of_no_use_it_is_said_why),
		cmocka_unit_test(of_a_card_that_nobody_took_it_is_said_who_may_have),
		cmocka_unit_test(only_the_line_of_a_card_begins_as_a_slot_does),
		cmocka_unit_test(json_has_all_that_the_text_has),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
