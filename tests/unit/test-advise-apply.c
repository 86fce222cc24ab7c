// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/advise.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "machine.h"

/* baton advise --apply, as far as it goes without libvirt: virsh is a function. */

#define FILE_PATH "/etc/libvirt/qemu/fresh.xml"

static struct machine machine;
static int answer; /* what virsh is to end with */
static char *words_seen[8];
static char *defined; /* what it was given */

static int run(const char *program, char **words, struct error *error) {
	assert_non_null(strstr(program, "virsh"));
	for (size_t i = 0; i < COUNT(words_seen) && words[i]; i++) {
		words_seen[i] = strdup(words[i]);
	}
	assert_int_equal(file_read(machine.root, words[6], 1 << 20, &defined, NULL), 0);
	if (answer == 0) {
		assert_int_equal(machine_write(&machine, FILE_PATH, defined), 0);
	}
	return answer;
}

static int set_up(void **state) {
	AUTO_FREE char *data = NULL;
	AUTO_CLOSE int guests = root_open(GUESTS);

	assert_int_equal(machine_load("nvidia-single", &machine), 0);
	assert_int_equal(file_read(guests, "fresh.xml", 1 << 20, &data, NULL), 0);
	assert_int_equal(machine_write(&machine, FILE_PATH, data), 0);
	assert_int_equal(machine_write(&machine, "/var/lib/x", ""), 0);
	*state = TAKE(data);
	return 0;
}

static int tear_down(void **state) {
	for (size_t i = 0; i < COUNT(words_seen); i++) {
		free(words_seen[i]);
		words_seen[i] = NULL;
	}
	free(defined);
	defined = NULL;
	free(*state);
	machine_free(&machine);
	return 0;
}

static int apply(void) {
	static const struct platform platform = {.run = run};
	char guest[] = "fresh", card[] = "0a:00";
	char *words[] = {guest, card, NULL};
	const struct invocation invocation = {.platform = &platform,
		.options = OPTION_APPLY,
		.root = machine.path,
		.words = words,
		.word_count = 2};

	return command_advise(&invocation);
}

static char *content(const char *path) {
	char *data = NULL;

	assert_int_equal(file_read(machine.root, path, 1 << 20, &data, NULL), 0);
	return data;
}

/* The only file that was kept. */
static void assert_kept(const char *expected) {
	AUTO_NAMES struct names names = {0};
	char path[BACKUP_PATH_SIZE];
	size_t kept = 0;

	assert_int_equal(names_read(machine.root, "/var/lib/baton", &names), 0);
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *data = NULL;

		if (!text_starts(names.names[i], "libvirt-")) {
			continue;
		}
		assert_int_equal(
			name_format(path, sizeof(path), "/var/lib/baton/%s", names.names[i]), 0);
		data = content(path);
		assert_string_equal(data, expected);
		kept++;
	}
	assert_int_equal(kept, 1);
}

static void virsh_is_given_the_new_definition_and_the_former_one_is_kept(void **state) {
	static const char *const words[] = {
		"virsh", "--connect", "qemu:///system", "define", "--validate", "--file"};
	AUTO_FREE char *after = NULL;

	answer = 0;
	assert_int_equal(apply(), RESULT_DONE);
	for (size_t i = 0; i < COUNT(words); i++) {
		assert_string_equal(words_seen[i], words[i]);
	}
	assert_non_null(strstr(defined, "bus='0x0a' slot='0x00' function='0x3'"));
	assert_kept(*state);
	after = content(FILE_PATH);
	assert_string_equal(after, defined);
}

static void what_virsh_refuses_changes_nothing(void **state) {
	AUTO_FREE char *after = NULL;

	answer = 1;
	assert_int_equal(apply(), RESULT_UNDONE);
	after = content(FILE_PATH);
	assert_string_equal(after, *state);
	assert_kept(*state);
}

/* As if somebody had written it while the advice was made. */
static void what_has_changed_meanwhile_is_left_as_it_is(void **state) {
	static const struct platform platform = {.run = run};
	AUTO_FREE struct advise_session *advise = calloc(1, sizeof(*advise));
	static const char *const others[] = {
		"<domain>", "<domain/>", "<domain   />", "<another/>", "<anoth  />", ""};

	assert_non_null(advise);
	advise->session.root = machine.root;
	advise->session.platform = &platform;
	advise->guest.hypervisor = HYPERVISOR_LIBVIRT;
	assert_int_equal(name_set(advise->guest.key, sizeof(advise->guest.key), "libvirt-x"), 0);
	assert_int_equal(name_set(advise->path, sizeof(advise->path), FILE_PATH), 0);
	assert_int_equal(text_add(&advise->proposal.before, "<domain  />"), 0);
	assert_int_equal(text_add(&advise->proposal.after, "<domain><x/></domain>"), 0);
	assert_int_equal(text_add(&advise->proposal.diff, "-+"), 0);
	for (size_t i = 0; i < COUNT(others); i++) {
		AUTO_FREE char *after = NULL;

		assert_int_equal(machine_write(&machine, FILE_PATH, others[i]), 0);
		assert_int_equal(advise_apply(advise), RESULT_UNDONE);
		after = content(FILE_PATH);
		assert_string_equal(after, others[i]);
		assert_null(words_seen[0]);
	}
	proposal_free(&advise->proposal);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			virsh_is_given_the_new_definition_and_the_former_one_is_kept, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_virsh_refuses_changes_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_has_changed_meanwhile_is_left_as_it_is, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
