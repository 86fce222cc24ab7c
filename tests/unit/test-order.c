// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/order.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "machine.h"
#include "run/line.h"

/*
 * baton start and baton stop on a machine that is told moment by moment: each wait leads to the
 * next, and the last one lasts.
 */

#define NONE "proxmox:102" /* has no devices */
#define UNIT "qemu:elsewhere"

struct moment {
	enum guest_state state;
	bool maybe;
	bool up;
	bool journal;
	bool young; /* it has only its first line yet */
	bool held;
	int looks;  /* what looking at the guest gives */
	int answer; /* the hypervisor's; -EAGAIN: it is still at it */
};

static struct world {
	struct ops ops;
	const struct moment *moments;
	size_t count, now;
	uint64_t now_us;
	unsigned int asked;
	struct machine machine;
} world;

/* Whoever runs the tests, and whatever is installed here. */
uid_t geteuid(void) {
	return 0;
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): theirs are reserved */
int access(const char *path, int mode) {
	return 0;
}

static const struct moment *moment(void) {
	return &world.moments[world.now];
}

static int look_at_guest(struct ops *ops, const char *key, const struct owner *owner,
	struct sight *ret, struct error *error) {
	assert_string_not_equal(owner->door, "");
	*ret = (struct sight){.state = moment()->state, .maybe = moment()->maybe};
	if (ret->state == GUEST_RUNNING) {
		ret->awaited = (struct process){.pid = 77, .start = 7};
	}
	return moment()->looks ? error_set(error, moment()->looks, "this takes for ever") : 0;
}

static int get(struct ops *ops, enum fact fact, const char *subject, char ret[VALUE_SIZE],
	struct error *error) {
	return name_set(ret, VALUE_SIZE, moment()->up ? VALUE_UP : VALUE_DOWN);
}

static int add_line(struct text *text, unsigned int number, const char *format, ...) PRINTF(3, 4);

static int add_line(struct text *text, unsigned int number, const char *format, ...) {
	va_list args;
	int r;

	va_start(args, format);
	r = line_format(number, format, args, text);
	va_end(args);
	return r;
}

static int read_journal(
	struct ops *ops, const char *guest, char **ret, size_t *ret_length, struct error *error) {
	struct text text = {0};

	if (!moment()->journal) {
		return -ENOENT;
	}
	assert_int_equal(add_line(&text, 1, "journal 1 b00t %s %s", guest, guest), 0);
	if (moment()->young) {
		*ret = text.data;
		*ret_length = text.length;
		return 0;
	}
	assert_int_equal(add_line(&text, 2, "owner qemu 10 20 0 0"), 0);
	assert_int_equal(
		add_line(&text, 3, "device 0000:01:00.0 listed 10de:2484 1043:86f0 a1 %%"), 0);
	if (moment()->held) {
		assert_int_equal(add_line(&text, 4, "held"), 0);
	}
	*ret = text.data;
	*ret_length = text.length;
	return 0;
}

static int watch(struct ops *ops, const struct process *processes, size_t count,
	unsigned int timeout_ms, struct error *error) {
	world.now_us += timeout_ms * 1000ULL;
	world.now += world.now + 1 < world.count ? 1 : 0;
	return 0;
}

static uint64_t now_us(struct ops *ops) {
	return world.now_us;
}

static struct ops *open_ops(const struct configuration *configuration,
	void (*tell)(void *context, const struct event *event), void *context,
	struct error *error) {
	return &world.ops;
}

static void close_ops(struct ops *ops) {
}

static int begin(const struct errand *errand, struct errand_child *ret, struct error *error) {
	*ret = (struct errand_child){.answer = open("/dev/null", O_RDONLY | O_CLOEXEC)};
	world.asked++;
	return 0;
}

static int end(struct errand_child *child) {
	if (moment()->answer >= 0) {
		close(child->answer);
		child->answer = -1;
	}
	return moment()->answer;
}

static const struct platform platform = {
	.open = open_ops, .close = close_ops, .errand_begin = begin, .errand_end = end};

static int set_up(void **state) {
	world = (struct world){.ops = {.guest = look_at_guest,
				       .get = get,
				       .journal_read = read_journal,
				       .watch = watch,
				       .now_us = now_us}};
	return machine_load("proxmox-server", &world.machine);
}

static int tear_down(void **state) {
	machine_free(&world.machine);
	return 0;
}

/* The exit code; asked: how often its hypervisor is to be asked. */
static void play(int (*command)(const struct invocation *invocation), const char *word,
	const struct moment *moments, size_t count, enum result result, unsigned int asked) {
	char guest[TITLE_SIZE], *words[] = {guest};
	const struct invocation invocation = {
		.platform = &platform,
		.options = OPTION_ROOT, /* the files are not root's */
		.root = world.machine.path,
		.words = words,
		.word_count = 1,
	};

	strcpy(guest, word);
	world.moments = moments;
	world.count = count;
	world.now = 0;
	world.asked = 0;
	assert_int_equal(command(&invocation), result);
	assert_int_equal(world.asked, asked);
}

#define PLAY(command, word, result, asked, ...)                                                    \
	do {                                                                                       \
		const struct moment moments[] = {__VA_ARGS__};                                     \
                                                                                                   \
		play(command, word, moments, COUNT(moments), result, asked);                       \
	} while (0)

#define ASKED                                                                                      \
	{ .state = GUEST_GONE, .answer = -EAGAIN }
#define GONE                                                                                       \
	{ .state = GUEST_GONE }
#define RUNS                                                                                       \
	{ .state = GUEST_RUNNING }
#define GUESS                                                                                      \
	{ .state = GUEST_RUNNING, .maybe = true }

static void a_qemu_that_may_be_anothers_is_waited_for(void **state) {
	PLAY(command_start, NONE, RESULT_DONE, 1, GUESS, GUESS, GONE, RUNS);
	PLAY(command_start, NONE, RESULT_DONE, 0, GUESS, RUNS);
	PLAY(command_start, NONE, RESULT_REFUSED, 0, GUESS);
	PLAY(command_stop, NONE, RESULT_DONE, 0, GUESS, GONE);
	PLAY(command_stop, NONE, RESULT_DONE, 1, GUESS, RUNS, GUESS, GONE);
}

static void a_guest_that_is_just_starting_is_stopped_once_it_runs(void **state) {
	PLAY(command_stop, NONE, RESULT_DONE, 1, {.state = GUEST_STARTING, .journal = true},
		{.state = GUEST_STARTING, .journal = true, .held = true},
		{.state = GUEST_RUNNING, .journal = true, .held = true},
		{.state = GUEST_GONE, .journal = true, .held = true}, GONE);
	PLAY(command_stop, NONE, RESULT_DONE, 0, {.state = GUEST_STARTING, .journal = true}, GONE);
}

static void what_goes_on_after_the_time_is_not_undone(void **state) {
	PLAY(command_start, NONE, RESULT_UNRESOLVED, 1, ASKED);
	PLAY(command_start, UNIT, RESULT_UNRESOLVED, 1, ASKED, {.state = GUEST_GONE, .up = true});
}

static void a_guest_that_somebody_else_has_started_runs(void **state) {
	PLAY(command_start, NONE, RESULT_DONE, 1, ASKED, {.state = GUEST_RUNNING, .answer = 1});
	PLAY(command_start, UNIT, RESULT_DONE, 1, ASKED,
		{.state = GUEST_RUNNING, .journal = true, .held = true, .answer = 1});
	PLAY(command_start, UNIT, RESULT_UNRESOLVED, 1, ASKED,
		{.state = GUEST_RUNNING, .journal = true, .answer = 1});
	PLAY(command_start, UNIT, RESULT_UNDONE, 1, ASKED, {.state = GUEST_GONE, .answer = 1});
}

static void a_journal_that_is_just_being_written_is_no_reason_to_fail(void **state) {
	PLAY(command_start, UNIT, RESULT_DONE, 1, ASKED,
		{.state = GUEST_GONE, .up = true, .journal = true, .young = true},
		{.state = GUEST_RUNNING, .up = true, .journal = true, .held = true});
}

static void a_unit_that_is_up_is_waited_for(void **state) {
	PLAY(command_start, UNIT, RESULT_DONE, 0, {.state = GUEST_GONE, .up = true},
		{.state = GUEST_STARTING, .up = true, .journal = true},
		{.state = GUEST_RUNNING, .up = true, .journal = true, .held = true});
	PLAY(command_start, UNIT, RESULT_UNRESOLVED, 0, {.state = GUEST_GONE, .up = true});
}

static void what_cannot_be_looked_at_is_not_taken_for_the_end_of_the_time(void **state) {
	PLAY(command_stop, NONE, RESULT_UNRESOLVED, 1, RUNS, RUNS,
		{.state = GUEST_RUNNING, .looks = -ETIMEDOUT});
	PLAY(command_stop, NONE, RESULT_UNDONE, 1, RUNS,
		{.state = GUEST_RUNNING, .answer = -EAGAIN});
}

static void a_guest_of_proxmox_may_come_some_time_after_the_answer(void **state) {
	PLAY(command_start, NONE, RESULT_DONE, 1, GONE, GONE, GONE, GONE,
		{.state = GUEST_STARTING, .journal = true}, RUNS);
	PLAY(command_start, NONE, RESULT_UNDONE, 1, GONE, GONE,
		{.state = GUEST_STARTING, .journal = true}, GONE);
	PLAY(command_start, NONE, RESULT_UNRESOLVED, 1, GONE);
}

static void a_configuration_that_is_not_right_keeps_no_guest_from_stopping(void **state) {
	assert_int_equal(machine_write(&world.machine, "/etc/baton/baton.conf", "[polcy]\n"), 0);
	PLAY(command_stop, UNIT, RESULT_DONE, 1, RUNS, RUNS, GONE);
	PLAY(command_start, UNIT, RESULT_USAGE, 0, GONE);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_qemu_that_may_be_anothers_is_waited_for),
		TEST(a_guest_that_is_just_starting_is_stopped_once_it_runs),
		TEST(what_goes_on_after_the_time_is_not_undone),
		TEST(a_guest_that_somebody_else_has_started_runs),
		TEST(a_journal_that_is_just_being_written_is_no_reason_to_fail),
		TEST(a_unit_that_is_up_is_waited_for),
		TEST(what_cannot_be_looked_at_is_not_taken_for_the_end_of_the_time),
		TEST(a_guest_of_proxmox_may_come_some_time_after_the_answer),
		TEST(a_configuration_that_is_not_right_keeps_no_guest_from_stopping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
