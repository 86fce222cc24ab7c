// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/journal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run/line.h"

/* A journal as its file has it, and the ops that append to it. */
struct file {
	struct ops ops;
	struct text text;
	size_t lines; /* how many were written */
};

static void add_line(struct text *text, unsigned int number, const char *format, ...) PRINTF(3, 4);

static void add_line(struct text *text, unsigned int number, const char *format, ...) {
	va_list args;

	va_start(args, format);
	assert_int_equal(line_format(number, format, args, text), 0);
	va_end(args);
}

static struct text sample(void) {
	struct text text = {0};

	add_line(&text, 1, "%s", "journal 1 b00t libvirt:1234 libvirt:win%2011");
	add_line(&text, 2, "owner libvirt 10 20 30 40");
	add_line(&text, 3, "device 0000:01:00.0 listed 10de:2484 1043:86f0 a1 %%");
	add_line(&text, 4, "push driver 0000:01:00.0 nvidia -");
	add_line(&text, 5, "writer 0 50 60");
	add_line(&text, 6, "push override 0000:01:00.0 - vfio-pci");
	add_line(&text, 7, "held");
	add_line(&text, 8, "home");
	add_line(&text, 9, "pop 1");
	return text;
}

static int parse(const struct text *text, struct journal **ret) {
	struct error error;

	*ret = calloc(1, sizeof(**ret));
	assert_non_null(*ret);
	return journal_parse(text->data, text->length, *ret, &error);
}

static void a_journal_says_what_was_written(void **state) {
	AUTO_TEXT struct text text = sample();
	AUTO_JOURNAL struct journal *journal = NULL;

	assert_int_equal(parse(&text, &journal), 0);
	assert_string_equal(journal->guest, "libvirt:1234");
	assert_string_equal(journal->title, "libvirt:win 11");
	assert_int_equal(journal->owner.daemon.pid, 30);
	assert_int_equal(journal->device_count, 1);
	assert_int_equal(journal->devices[0].identity.device, 0x2484);
	assert_int_equal(journal->devices[0].identity.revision, 0xa1);
	assert_int_equal(journal->record_count, 2);
	assert_true(journal->records[1].popped);
	assert_false(journal->held);
	assert_true(journal->homeward);
	assert_int_equal(journal_depth(journal), 1);
	assert_false(journal->torn);
	assert_int_equal(journal->written, 0);
	assert_int_equal(journal->oopses, -1); /* written by an older baton, which did not look */
}

static void the_step_after_a_writers_says_that_it_was_done(void **state) {
	AUTO_TEXT struct text text = sample();
	AUTO_JOURNAL struct journal *journal = NULL;

	add_line(&text, 10, "writer 0 70 80");
	assert_int_equal(parse(&text, &journal), 0);
	assert_int_equal(journal->records[0].writer.pid, 70);
	assert_int_equal(journal->records[0].writer.start, 80);
	journal_free(&journal);
	add_line(&text, 11, "push driver 0000:01:00.0 - vfio-pci");
	assert_int_equal(parse(&text, &journal), 0);
	assert_int_equal(journal->records[0].writer.pid, 0);
	assert_int_equal(journal->written, 0);
}

static void a_writer_of_no_process_says_that_it_has_come_back(void **state) {
	AUTO_TEXT struct text text = sample();
	AUTO_JOURNAL struct journal *journal = NULL;

	add_line(&text, 10, "writer 0 70 80");
	add_line(&text, 11, "writer 0 0 0");
	assert_int_equal(parse(&text, &journal), 0);
	assert_int_equal(journal->records[0].writer.pid, 0);
}

/* Cut anywhere, the whole lines count and nothing else does. */
static void a_torn_line_was_never_tried(void **state) {
	AUTO_TEXT struct text whole = sample();

	for (size_t length = 0; length <= whole.length; length++) {
		struct text cut = {.data = whole.data, .length = length};
		AUTO_JOURNAL struct journal *journal = NULL;
		unsigned int newlines = 0;

		for (size_t i = 0; i < length; i++) {
			newlines += whole.data[i] == '\n';
		}
		assert_int_equal(parse(&cut, &journal), 0);
		assert_true(journal->line == newlines ||
			    (newlines > 0 && journal->line == newlines - 1));
	}
}

/* Its write was told to have failed, so whoever wrote it has gone on without it. */
static void a_push_whose_number_comes_again_is_no_record(void **state) {
	AUTO_TEXT struct text text = sample();
	AUTO_JOURNAL struct journal *journal = NULL;

	add_line(&text, 10, "push reset-method 0000:01:00.0 bus flr");
	add_line(&text, 10, "push driver 0000:01:00.0 - vfio-pci");
	add_line(&text, 11, "writer 2 70 80");
	assert_int_equal(parse(&text, &journal), 0);
	assert_int_equal(journal->record_count, 3);
	assert_int_equal(journal->records[2].step.fact, FACT_DRIVER);
	assert_int_equal(journal->records[2].writer.pid, 70);
}

static void the_line_after_a_torn_one_counts(void **state) {
	AUTO_TEXT struct text text = sample();
	AUTO_JOURNAL struct journal *journal = NULL;

	assert_int_equal(text_add(&text, "\n10 0123"), 0);
	add_line(&text, 10, "pop 0");
	assert_int_equal(parse(&text, &journal), 0);
	assert_int_equal(journal->line, 10);
	assert_int_equal(journal_depth(journal), 0);
}

static void a_line_that_arrived_although_its_write_failed_does_no_harm(void **state) {
	AUTO_TEXT struct text text = sample();
	AUTO_JOURNAL struct journal *journal = NULL;

	add_line(&text, 10, "push driver 0000:01:00.0 - vfio-pci");
	add_line(&text, 10, "pop 0");
	assert_int_equal(parse(&text, &journal), 0);
	assert_int_equal(journal->record_count, 2);
	assert_int_equal(journal_depth(journal), 0);
}

static void a_gap_stops_everything(void **state) {
	AUTO_TEXT struct text text = sample();
	AUTO_JOURNAL struct journal *journal = NULL;

	add_line(&text, 11, "pop 0");
	assert_int_equal(parse(&text, &journal), -EBADMSG);
}

static void a_flipped_bit_is_a_torn_line_or_a_gap_but_never_a_step(void **state) {
	AUTO_TEXT struct text text = sample();

	for (size_t i = 0; i < text.length; i++) {
		AUTO_JOURNAL struct journal *journal = NULL;
		int r;

		text.data[i] ^= 1;
		r = parse(&text, &journal);
		assert_true(r == 0 || r == -EBADMSG);
		if (r == 0) {
			assert_true(journal->line < 9);
		}
		text.data[i] ^= 1;
	}
}

static void whole_lines_that_make_no_sense_stop_everything(void **state) {
	static const char *const wrong[] = {
		"",
		"hold",
		"held now",
		"pop 2",
		"pop -1",
		"pop 0 0",
		"writer 0 1",
		"writer 9 1 1",
		"push driver 0000:01:00.0 nvidia",
		"push sleep 5 - -",
		"journal 1 b00t x y",
		"device 0000:01:00.0 listed 10DE:2484 1043:86f0 a1 %",
		"device 01 listed 10de:2484 1043:86f0 a1 %",
		"owner libvirt 1 2 3",
	};

	for (size_t i = 0; i < COUNT(wrong); i++) {
		AUTO_TEXT struct text text = sample();
		AUTO_JOURNAL struct journal *journal = NULL;

		add_line(&text, 10, "%s", wrong[i]);
		assert_int_equal(parse(&text, &journal), -EBADMSG);
	}
}

static void steps_before_the_first_line_stop_everything(void **state) {
	AUTO_TEXT struct text text = {0};
	AUTO_JOURNAL struct journal *journal = NULL;

	add_line(&text, 1, "push driver 0000:01:00.0 nvidia -");
	assert_int_equal(parse(&text, &journal), -EBADMSG);
}

static int append(
	struct ops *ops, const char *guest, const char *data, size_t length, struct error *error) {
	struct file *file = (struct file *)ops;

	for (size_t i = 0; i < length; i++) {
		file->lines += data[i] == '\n';
	}
	return text_append(&file->text, data, length);
}

static int create(struct ops *ops, const char *guest, size_t reserve, struct error *error) {
	return 0;
}

static int64_t seven(struct ops *ops) {
	return 7;
}

/* What is written is what is read, whatever the names. */
static void names_of_any_kind_survive(void **state) {
	struct file file = {
		.ops = {.journal_append = append, .journal_create = create, .oopses = seven}};
	AUTO_PLAN struct plan *plan = calloc(1, sizeof(*plan));
	AUTO_JOURNAL struct journal *written = NULL, *read = NULL;
	struct request request = {.guest = "libvirt:../../x y%\n", .title = "a b\tc%\xff"};
	struct host host = {.boot_id = "0-1-2"};
	struct beginning beginning = {
		.plan = plan,
		.request = &request,
		.host = &host,
		.owner = {.door = "libvirt", .runner = {1, 2}},
	};
	struct step step;
	struct error error;

	assert_non_null(plan);
	plan->devices[plan->device_count++] = (struct planned_device){
		.name = "0000:01:00.0",
		.address = {.bus = 1},
		.identity = {.vendor = 0x10de, .serial = "00-11"},
		.listed = true,
	};
	assert_int_equal(journal_create(&file.ops, &beginning, &written, &error), 0);
	assert_int_equal(step_make(FACT_CONSOLE, "frame buffer device", "bound", "-", &step), 0);
	assert_int_equal(journal_push(&file.ops, written, &step, true, &error), 0);
	assert_int_equal(journal_oops(&file.ops, written, 0, 8, true, &error), 0);
	assert_int_equal(written->oopses, 7); /* it may have been another one, which is said next */
	assert_int_equal(parse(&file.text, &read), 0);
	assert_int_equal(read->records[0].oopsed, 8);
	assert_int_equal(read->oopses, 7);
	journal_free(&read);
	assert_int_equal(journal_oops(&file.ops, written, 0, 8, false, &error), 0);
	assert_int_equal(parse(&file.text, &read), 0);
	assert_string_equal(read->guest, request.guest);
	assert_string_equal(read->title, request.title);
	assert_string_equal(read->devices[0].name, plan->devices[0].name);
	assert_true(identity_same(&read->devices[0].identity, &plan->devices[0].identity));
	assert_string_equal(read->devices[0].identity.serial, "00-11");
	assert_true(read->devices[0].listed);
	assert_string_equal(read->records[0].step.subject, "frame buffer device");
	assert_true(read->records[0].oopsed);
	assert_int_equal(read->oopses, 8);
	assert_int_equal(read->line, file.lines);
	text_free(&file.text);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_journal_says_what_was_written),
		cmocka_unit_test(the_step_after_a_writers_says_that_it_was_done),
		cmocka_unit_test(a_writer_of_no_process_says_that_it_has_come_back),
		cmocka_unit_test(a_torn_line_was_never_tried),
		cmocka_unit_test(a_push_whose_number_comes_again_is_no_record),
		cmocka_unit_test(the_line_after_a_torn_one_counts),
		cmocka_unit_test(a_line_that_arrived_although_its_write_failed_does_no_harm),
		cmocka_unit_test(a_gap_stops_everything),
		cmocka_unit_test(a_flipped_bit_is_a_torn_line_or_a_gap_but_never_a_step),
		cmocka_unit_test(whole_lines_that_make_no_sense_stop_everything),
		cmocka_unit_test(steps_before_the_first_line_stop_everything),
		cmocka_unit_test(names_of_any_kind_survive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
