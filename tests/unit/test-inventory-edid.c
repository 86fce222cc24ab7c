// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/edid.h"

#include <errno.h>

#include "snapshot.h"

#define BLOCK 128

static void close_block(uint8_t *block) {
	block[127] = 0;
	for (size_t i = 0; i < 127; i++) {
		block[127] = (uint8_t)(block[127] - block[i]);
	}
}

static void set_text(uint8_t *block, size_t descriptor, uint8_t tag, const char *text) {
	uint8_t *at = block + 54 + 18 * descriptor;

	memset(at, 0, 5);
	at[3] = tag;
	memset(at + 5, ' ', 13);
	memcpy(at + 5, text, strlen(text));
}

/* A monitor "DELL U2720Q" with the serial number "ABC123", a timing in front. */
static void make(uint8_t block[BLOCK]) {
	static const uint8_t front[] = {0, 255, 255, 255, 255, 255, 255, 0, 0x10, 0xac, 0xf1, 0xa0,
		0x78, 0x56, 0x34, 0x12, 20, 30, 1, 4};

	memset(block, 0, BLOCK);
	memcpy(block, front, sizeof(front));
	block[54] = 0x4d;
	set_text(block, 1, 0xff, "ABC123\n");
	set_text(block, 2, 0xfc, "DELL U2720Q\n");
	set_text(block, 3, 0xfd, "");
	close_block(block);
}

/* What a block says that is whole. */
static struct edid say(uint8_t block[BLOCK]) {
	struct edid edid;

	close_block(block);
	assert_int_equal(edid_parse(block, BLOCK, &edid), 0);
	return edid;
}

static void a_monitor_says_who_it_is(void **state) {
	uint8_t block[BLOCK];
	struct edid edid;

	make(block);
	edid = say(block);
	assert_string_equal(edid.maker, "DEL");
	assert_int_equal(edid.product, 0xa0f1);
	assert_string_equal(edid.name, "DELL U2720Q");
	assert_string_equal(edid.serial, "ABC123");
}

static void thirteen_letters_need_no_newline(void **state) {
	uint8_t block[BLOCK];

	make(block);
	set_text(block, 2, 0xfc, "THIRTEEN CHAR");
	assert_string_equal(say(block).name, "THIRTEEN CHAR");
}

static void without_a_printed_serial_its_number_counts(void **state) {
	uint8_t block[BLOCK];

	make(block);
	set_text(block, 1, 0x10, "");
	assert_string_equal(say(block).serial, "305419896");
	memset(block + 12, 0, 4);
	assert_string_equal(say(block).serial, "");
}

static void a_name_that_is_no_text_is_made_one(void **state) {
	uint8_t block[BLOCK];

	make(block);
	set_text(block, 2, 0xfc, "A\033[2J\xff\nB");
	assert_string_equal(say(block).name, "A?[2J?");
}

static void one_that_is_broken_says_nothing(void **state) {
	struct edid edid = {.name = "as before"};
	uint8_t block[BLOCK];

	make(block);
	for (size_t length = 0; length < BLOCK; length++) {
		assert_int_equal(edid_parse(block, length, &edid), -EINVAL);
	}
	for (size_t at = 0; at < BLOCK; at++) {
		make(block);
		block[at] ^= 0x40;
		assert_int_equal(edid_parse(block, BLOCK, &edid), -EINVAL); /* the checksum */
	}
	make(block);
	block[18] = 2; /* another version */
	close_block(block);
	assert_int_equal(edid_parse(block, BLOCK, &edid), -EINVAL);
	make(block);
	block[8] = 0; /* no letter */
	close_block(block);
	assert_int_equal(edid_parse(block, BLOCK, &edid), -EINVAL);
	make(block);
	block[9] |= 0x1f; /* behind Z */
	close_block(block);
	assert_int_equal(edid_parse(block, BLOCK, &edid), -EINVAL);
	assert_string_equal(edid.name, "as before");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_monitor_says_who_it_is),
		cmocka_unit_test(thirteen_letters_need_no_newline),
		cmocka_unit_test(without_a_printed_serial_its_number_counts),
		cmocka_unit_test(a_name_that_is_no_text_is_made_one),
		cmocka_unit_test(one_that_is_broken_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
