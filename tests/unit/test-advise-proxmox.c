// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/proxmox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BEFORE "# a note\nbios: ovmf\ncpu: host\nmachine: q35\n\n[PENDING]\ncores: 4\n"
#define AFTER  "# a note\nbios: ovmf\ncpu: host,hidden=1\n\n[PENDING]\ncores: 4\n"
#define DIGEST "a04b87cf19289b0f8f975e6539843ae3e2960a18" /* sha1sum of BEFORE */

static void words_of(const char *before, const char *after, struct names *ret) {
	AUTO_TEXT struct text a = {0}, b = {0};

	assert_int_equal(text_add(&a, "%s", before), 0);
	assert_int_equal(text_add(&b, "%s", after), 0);
	assert_int_equal(proxmox_words("100", &a, &b, ret), 0);
}

/* qm looks again when it has the guest's lock: who was quicker is not written over. */
static void qm_is_told_which_configuration_it_is_to_change(void **state) {
	static const char *const expected[] = {"qm", "set", "100", "--cpu", "host,hidden=1",
		"--delete", "machine", "--digest", DIGEST};
	AUTO_NAMES struct names words = {0};
	AUTO_TEXT struct text before = {0};

	words_of(BEFORE, AFTER, &words);
	assert_int_equal(text_add(&before, "%s", BEFORE), 0);
	assert_int_equal(proxmox_only_if(&before, &words), 0);
	assert_int_equal(words.count, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++) {
		assert_string_equal(words.names[i], expected[i]);
	}
}

static void where_nothing_differs_nothing_is_called(void **state) {
	AUTO_NAMES struct names words = {0};

	words_of(BEFORE, BEFORE, &words);
	assert_int_equal(words.count, 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(qm_is_told_which_configuration_it_is_to_change),
		cmocka_unit_test(where_nothing_differs_nothing_is_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
