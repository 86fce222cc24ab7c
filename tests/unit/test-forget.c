// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/command.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "machine.h"

/* What is remembered: of one guest that is here, and of one that is not any more. */
static const char *const remembered[] = {"proxmox:101", "libvirt:former"};
static char forgotten[TITLE_SIZE];

static int forget(struct ops *ops, const char *guest, struct error *error) {
	int r = name_set(forgotten, sizeof(forgotten), guest);

	for (size_t i = 0; r == 0 && i < COUNT(remembered); i++) {
		if (strcmp(guest, remembered[i]) == 0) {
			return 0;
		}
	}
	return r < 0 ? r : -ENOENT;
}

static struct ops *open_ops(const struct configuration *configuration,
	void (*tell)(void *context, const struct event *event), void *context,
	struct error *error) {
	static struct ops ops;

	return &ops;
}

static void close_ops(struct ops *ops) {
}

static void a_guest_is_forgotten_by_all_its_names(void **state) {
	static const struct platform platform = {
		.open = open_ops, .close = close_ops, .forget = forget};
	char number[] = "101", door[] = "proxmox:101", former[] = "libvirt:former";
	char other[] = "102", nobody[] = "nobody", two[] = "games", long_word[TITLE_SIZE + 1];
	const struct {
		char *word;
		enum result result;
	} rows[] = {
		{number, RESULT_DONE},
		{door, RESULT_DONE},
		{former, RESULT_DONE},
		{other, RESULT_USAGE},
		{nobody, RESULT_USAGE},
		{two, RESULT_USAGE},
		{long_word, RESULT_USAGE},
	};
	AUTO_MACHINE struct machine machine = {.root = -1};

	assert_int_equal(machine_load("proxmox-server", &machine), 0);
	memset(long_word, 'x', TITLE_SIZE);
	long_word[TITLE_SIZE] = '\0';
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *words[] = {rows[i].word};
		const struct invocation invocation = {
			.platform = &platform,
			.options = OPTION_ROOT, /* the files are not root's */
			.root = machine.path,
			.words = words,
			.word_count = 1,
		};

		assert_int_equal(command_forget(&invocation), rows[i].result);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_is_forgotten_by_all_its_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
