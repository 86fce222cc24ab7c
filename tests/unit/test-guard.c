// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "run/line.h"

#define GUEST "libvirt:1234"

/* A guest that runs for some minutes, on a host whose logind does not answer in the beginning. */
struct post {
	struct ops ops;
	unsigned int looks_left;   /* until the journal is gone */
	unsigned int silent;       /* how often it is asked in vain */
	bool homeward;             /* the journal is */
	unsigned int asked, freed; /* the inhibitor's */
	uint64_t now_us, asked_us;
	char why[128];
};

static void add_line(struct text *text, unsigned int number, const char *format, ...) PRINTF(3, 4);

static void add_line(struct text *text, unsigned int number, const char *format, ...) {
	va_list args;

	va_start(args, format);
	assert_int_equal(line_format(number, format, args, text), 0);
	va_end(args);
}

static int read_journal(
	struct ops *ops, const char *guest, char **ret, size_t *ret_length, struct error *error) {
	struct post *post = (struct post *)ops;
	struct text text = {0};

	if (post->looks_left == 0) {
		return -ENOENT;
	}
	post->looks_left--;
	add_line(&text, 1, "journal 1 b00t %s win11", guest);
	add_line(&text, 2, "owner libvirt 10 20 30 40");
	add_line(&text, 3, "device 0000:01:00.1 listed 10de:228b 1043:86f0 a1 %%");
	add_line(&text, 4, "device 0000:01:00.0 listed 10de:2484 1043:86f0 a1 %%");
	add_line(&text, 5, post->homeward ? "home" : "held");
	*ret = text.data;
	*ret_length = text.length;
	return 0;
}

static int look_at_guest(struct ops *ops, const char *key, const struct owner *owner,
	struct sight *ret, struct error *error) {
	*ret = (struct sight){.state = GUEST_RUNNING, .awaited = {.pid = 77, .start = 7}};
	return 0;
}

static int watch(struct ops *ops, const struct process *processes, size_t count,
	unsigned int timeout_ms, struct error *error) {
	((struct post *)ops)->now_us += timeout_ms * 1000ULL / 6;
	return 0;
}

static int keep_awake(struct ops *ops, const char *why) {
	struct post *post = (struct post *)ops;

	if (!why) {
		post->freed++;
		return 0;
	}
	assert_true(post->asked == 0 || post->now_us - post->asked_us >= 30ULL * 1000 * 1000);
	snprintf(post->why, sizeof(post->why), "%s", why);
	post->asked_us = post->now_us;
	return ++post->asked > post->silent ? 0 : -ETIMEDOUT;
}

static int get(struct ops *ops, enum fact fact, const char *subject, char ret[VALUE_SIZE],
	struct error *error) {
	return -ENODEV;
}

static uint64_t now_us(struct ops *ops) {
	return ++((struct post *)ops)->now_us;
}

static struct post post_of(unsigned int looks, unsigned int silent) {
	return (struct post){
		.ops = {.journal_read = read_journal,
			.guest = look_at_guest,
			.watch = watch,
			.keep_awake = keep_awake,
			.get = get,
			.now_us = now_us},
		.looks_left = looks,
		.silent = silent,
	};
}

static void stand(struct post *post) {
	struct handover handover = {.ops = &post->ops};
	struct error error = {0};

	assert_int_equal(guard(&handover, GUEST, &error), RESULT_DONE);
	assert_int_equal(post->freed, 1);
}

static void who_keeps_the_host_awake_is_asked_until_he_does(void **state) {
	struct post post = post_of(20, 2);

	stand(&post);
	assert_int_equal(post.asked, 3);
	assert_string_equal(post.why, "win11 has the card 0000:01:00.0");
}

/* The first look tells whoever waits for the guard, and nothing comes before that. */
static void nobody_is_asked_before_the_guard_is_at_its_post(void **state) {
	struct post post = post_of(1, 0);

	stand(&post);
	assert_int_equal(post.asked, 0);
}

static void nobody_is_asked_while_a_card_comes_home(void **state) {
	struct post post = post_of(2, 0);

	post.homeward = true;
	stand(&post);
	assert_int_equal(post.asked, 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_keeps_the_host_awake_is_asked_until_he_does),
		cmocka_unit_test(nobody_is_asked_before_the_guard_is_at_its_post),
		cmocka_unit_test(nobody_is_asked_while_a_card_comes_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
