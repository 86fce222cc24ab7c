// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/oops.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A kernel that counts, and a journal's file of which only the number of lines is kept. */
struct kernel {
	struct ops ops;
	int64_t oopses;
	unsigned int lines;
	bool full; /* its disk */
};

static int64_t oopses(struct ops *ops) {
	return ((struct kernel *)ops)->oopses;
}

static int append(
	struct ops *ops, const char *guest, const char *data, size_t length, struct error *error) {
	struct kernel *kernel = (struct kernel *)ops;

	if (kernel->full) {
		return -ENOSPC;
	}
	kernel->lines++;
	return 0;
}

static bool nobody_lives(struct ops *ops, struct process process) {
	return false;
}

static struct kernel kernel_of(int64_t count) {
	return (struct kernel){
		.ops = {.oopses = oopses, .journal_append = append, .alive = nobody_lives},
		.oopses = count,
	};
}

/* Two devices and a unit, changed in this order; the second device's driver last. */
static struct journal *begin(void) {
	static const char *const steps[] = {"service dm up down", "driver 0000:01:00.0 a -",
		"override 0000:02:00.0 - vfio-pci", "driver 0000:02:00.0 b -"};
	struct journal *journal = calloc(1, sizeof(*journal));

	assert_non_null(journal);
	journal->oopses = 3;
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct step step;

		assert_int_equal(step_parse(steps[i], &step), 0);
		journal_add(journal, &step, true);
		journal_set_writer(journal, i, (struct process){100 + (pid_t)i, 1});
	}
	return journal;
}

static int check(struct kernel *kernel, struct journal *journal, size_t index, int r) {
	const struct attempt attempt = {.index = index,
		.step = &journal->records[index].step,
		.died = r == -ECHILD,
		.r = r};
	struct error error;

	return oops_check(&kernel->ops, journal, &attempt, &error);
}

static void without_an_oops_nothing_is_changed_by_looking(void **state) {
	AUTO_JOURNAL struct journal *journal = begin();
	struct kernel kernel = kernel_of(3);

	assert_int_equal(check(&kernel, journal, 3, 0), 0);
	assert_int_equal(check(&kernel, journal, 3, -EIO), -EIO);
	kernel.oopses = -1; /* a kernel that does not say */
	assert_int_equal(check(&kernel, journal, 3, 0), 0);
	oops_find(&kernel.ops, journal);
	assert_int_equal(oops_count(journal), 0);
	assert_int_equal(kernel.lines, 0);
}

static void a_change_that_met_one_is_marked_whatever_became_of_it(void **state) {
	AUTO_JOURNAL struct journal *journal = begin();
	struct kernel kernel = kernel_of(4);

	assert_int_equal(check(&kernel, journal, 3, 0), -EOWNERDEAD);
	assert_true(journal->records[3].oopsed);
	assert_int_equal(kernel.lines, 1);
	/* Known by now. */
	assert_int_equal(check(&kernel, journal, 1, 0), 0);
	assert_int_equal(oops_count(journal), 1);
}

/* It had not come back, and now it is not there any more. */
static void who_was_left_in_the_kernel_may_die_under_a_later_change(void **state) {
	AUTO_JOURNAL struct journal *journal = begin();
	struct kernel kernel = kernel_of(4);

	journal_set_writer(journal, 1, (struct process){10, 20});
	assert_int_equal(check(&kernel, journal, 3, 0), 0);
	assert_true(journal->records[1].oopsed);
	assert_int_equal(oops_count(journal), 1);
	kernel.oopses = 5;
	assert_int_equal(check(&kernel, journal, 3, -EIO), -EOWNERDEAD);
	assert_true(journal->records[3].oopsed);
}

static void a_writer_that_died_is_not_taken_for_another(void **state) {
	AUTO_JOURNAL struct journal *journal = begin();
	struct kernel kernel = kernel_of(4);

	journal_set_writer(journal, 1, (struct process){10, 20});
	assert_int_equal(check(&kernel, journal, 3, -ECHILD), -EOWNERDEAD);
	assert_true(journal->records[3].oopsed);
	assert_int_equal(oops_count(journal), 1);
}

static void a_units_change_is_no_drivers(void **state) {
	AUTO_JOURNAL struct journal *journal = begin();
	struct kernel kernel = kernel_of(4);

	journal_end_writers(journal);
	assert_int_equal(check(&kernel, journal, 0, 0), -EOWNERDEAD);
	assert_int_equal(oops_count(journal), 0);
}

static void whoever_repairs_finds_the_one_that_nobody_has_told(void **state) {
	AUTO_JOURNAL struct journal *journal = begin();
	struct kernel kernel = kernel_of(4);

	journal_end_writers(journal);
	journal_set_writer(journal, 1, (struct process){10, 20});
	oops_find(&kernel.ops, journal);
	assert_true(journal->records[1].oopsed);
	assert_int_equal(oops_count(journal), 1);
}

/* Both writers are gone by now: one of them because it was done, the other died in the kernel. */
static void of_two_that_may_have_died_both_are_left_alone(void **state) {
	AUTO_JOURNAL struct journal *journal = begin();
	struct kernel kernel = kernel_of(4);

	journal_set_writer(journal, 1, (struct process){10, 20});
	oops_find(&kernel.ops, journal);
	assert_true(journal->records[1].oopsed);
	assert_true(journal->records[3].oopsed);
	assert_int_equal(oops_count(journal), 1);
	assert_int_equal(kernel.lines, 2);
	assert_int_equal(journal->oopses, 4);
}

static void two_that_died_are_two_oopses(void **state) {
	AUTO_JOURNAL struct journal *journal = begin();
	struct kernel kernel = kernel_of(5);

	journal_set_writer(journal, 1, (struct process){10, 20});
	oops_find(&kernel.ops, journal);
	assert_int_equal(journal->records[1].oopsed, 4);
	assert_int_equal(journal->records[3].oopsed, 5);
	assert_int_equal(oops_count(journal), 2);
}

/* The kernel has not oopsed since it was left there: so a later oops is another's. */
static void who_has_come_back_is_none_of_those_who_may_have_died(void **state) {
	AUTO_JOURNAL struct journal *journal = begin();
	struct kernel kernel = kernel_of(3);

	journal_set_writer(journal, 1, (struct process){10, 20});
	journal->records[3].popped = true;
	oops_find(&kernel.ops, journal);
	assert_int_equal(journal->records[1].writer.pid, 0);
	assert_int_equal(kernel.lines, 1);
	kernel.oopses = 4;
	oops_find(&kernel.ops, journal);
	assert_int_equal(oops_count(journal), 0);
}

/* Then only the kernel's count says it to whoever comes next, and that must not be said to be
 * known. */
static void after_one_that_cannot_be_written_none_is(void **state) {
	AUTO_JOURNAL struct journal *journal = begin();
	struct kernel kernel = kernel_of(4);

	kernel.full = true;
	assert_int_equal(check(&kernel, journal, 3, -ECHILD), -EOWNERDEAD);
	kernel.full = false;
	kernel.oopses = 5;
	assert_int_equal(check(&kernel, journal, 1, -ECHILD), -EOWNERDEAD);
	assert_int_equal(kernel.lines, 0);
	assert_int_equal(oops_count(journal), 2);
}

/* Days later, perhaps: what is left in the journal failed, and its writer has come back. */
static void what_happened_when_no_writer_was_in_the_kernel_is_nobodys(void **state) {
	AUTO_JOURNAL struct journal *journal = begin();
	struct kernel kernel = kernel_of(4);

	journal->homeward = true;
	journal->records[1].popped = true;
	journal_set_writer(journal, 1, (struct process){10, 20});
	journal_set_writer(journal, 3, (struct process){0});
	oops_find(&kernel.ops, journal);
	assert_int_equal(oops_count(journal), 0);
	assert_int_equal(journal->oopses, 4);
}

static void what_happened_while_the_guest_had_it_is_nobodys(void **state) {
	AUTO_JOURNAL struct journal *journal = begin();
	struct kernel kernel = kernel_of(4);

	journal_set_writer(journal, 3, (struct process){10, 20});
	assert_int_equal(journal_hold(&kernel.ops, journal, NULL), 0);
	kernel.lines = 0;
	oops_find(&kernel.ops, journal);
	assert_int_equal(oops_count(journal), 0);
	assert_int_equal(journal->oopses, 4);
	assert_int_equal(kernel.lines, 1); /* from here on they count again */
}

static void it_is_final_when_all_that_is_left_depends_on_it(void **state) {
	AUTO_JOURNAL struct journal *journal = begin();

	assert_false(oops_is_final(journal));
	journal->records[3].oopsed = 4;
	assert_false(oops_is_final(journal));
	journal->records[0].popped = journal->records[1].popped = true;
	assert_true(oops_is_final(journal)); /* the override of the same device */
	journal->records[1].popped = false;
	assert_false(oops_is_final(journal));
	journal->records[2].oopsed = 5; /* a second one ends everything */
	assert_true(oops_is_final(journal));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_an_oops_nothing_is_changed_by_looking),
		cmocka_unit_test(a_change_that_met_one_is_marked_whatever_became_of_it),
		cmocka_unit_test(who_was_left_in_the_kernel_may_die_under_a_later_change),
		cmocka_unit_test(a_writer_that_died_is_not_taken_for_another),
		cmocka_unit_test(a_units_change_is_no_drivers),
		cmocka_unit_test(whoever_repairs_finds_the_one_that_nobody_has_told),
		cmocka_unit_test(of_two_that_may_have_died_both_are_left_alone),
		cmocka_unit_test(two_that_died_are_two_oopses),
		cmocka_unit_test(who_has_come_back_is_none_of_those_who_may_have_died),
		cmocka_unit_test(after_one_that_cannot_be_written_none_is),
		cmocka_unit_test(what_happened_when_no_writer_was_in_the_kernel_is_nobodys),
		cmocka_unit_test(what_happened_while_the_guest_had_it_is_nobodys),
		cmocka_unit_test(it_is_final_when_all_that_is_left_depends_on_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
