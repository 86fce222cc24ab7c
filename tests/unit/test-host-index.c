// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/index.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"

/* An index is made as depmod makes it: what stands below a node is written before it. */
struct entry {
	const char *key;
	const char *value;
};

static const struct entry entries[] = {
	{"pci:v000010DEd*sv*sd*bc03sc*i*", "nouveau"},
	{"pci:v000010DEd*sv*sd*bc03sc00i00*", "nvidia"},
	{"usb:v046D", "mouse"},
	{"vfio_pci:v*d*sv*sd*bc*sc*i*", "vfio_pci"},
	{"vfio_pci:v000015B3d0000101Esv*", "mlx5_vfio_pci"},
	{"vfio_pci:v000015B3d0000101Esv*", "other_vfio_pci"},
	{"vfio_pciX", "no"},
};

static void add_number(struct text *text, uint32_t number) {
	const char bytes[] = {
		(char)(number >> 24), (char)(number >> 16), (char)(number >> 8), (char)number};

	assert_int_equal(text_append(text, bytes, sizeof(bytes)), 0);
}

/* The entries from first to end are equal in their first `length` letters. */
static size_t common(size_t first, size_t end, size_t length) {
	while (entries[first].key[length] &&
		entries[first].key[length] == entries[end - 1].key[length]) {
		length++;
	}
	return length;
}

static uint32_t write_node(struct text *text, size_t first, size_t end, size_t length);

/* Writes the children, fills their offsets in by letter, and tells which letters there are. */
static void write_children(struct text *text, size_t first, size_t end, size_t length,
	uint32_t offsets[128], unsigned char letters[2]) {
	letters[0] = 127;
	letters[1] = 0;
	while (first < end) {
		unsigned char letter = (unsigned char)entries[first].key[length];
		size_t next = first + 1;

		while (next < end && (unsigned char)entries[next].key[length] == letter) {
			next++;
		}
		offsets[letter] = write_node(text, first, next, length + 1);
		letters[0] = letter < letters[0] ? letter : letters[0];
		letters[1] = letter > letters[1] ? letter : letters[1];
		first = next;
	}
}

static uint32_t write_node(struct text *text, size_t first, size_t end, size_t length) {
	size_t until = common(first, end, length), values = first;
	uint32_t offsets[128] = {0}, flags = 0, at;
	unsigned char letters[2];

	while (values < end && !entries[values].key[until]) {
		values++;
	}
	write_children(text, values, end, until, offsets, letters);
	at = (uint32_t)text->length;
	if (until > length) {
		flags |= 0x80000000;
		assert_int_equal(text_append(text, entries[first].key + length, until - length), 0);
		assert_int_equal(text_append(text, "", 1), 0);
	}
	if (values < end) {
		flags |= 0x20000000;
		assert_int_equal(text_append(text, (const char *)letters, 2), 0);
		for (unsigned int letter = letters[0]; letter <= letters[1]; letter++) {
			add_number(text, offsets[letter]);
		}
	}
	if (values > first) {
		flags |= 0x40000000;
		add_number(text, (uint32_t)(values - first));
	}
	for (size_t i = first; i < values; i++) {
		add_number(text, 7); /* the priority */
		assert_int_equal(
			text_append(text, entries[i].value, strlen(entries[i].value) + 1), 0);
	}
	return flags | at;
}

static struct text make_index(void) {
	struct text text = {0};
	uint32_t root;

	add_number(&text, 0xB007F457);
	add_number(&text, 0x00020001);
	add_number(&text, 0);
	root = write_node(&text, 0, COUNT(entries), 0);
	for (int i = 0; i < 4; i++) {
		text.data[8 + i] = (char)(root >> (24 - 8 * i));
	}
	return text;
}

static int open_bytes(const char *data, size_t length) {
	int fd = memfd_create("index", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, length), length);
	return fd;
}

static int note(void *context, const char *key, const char *value) {
	return text_add(context, "%s=%s\n", key, value);
}

static int search(const char *data, size_t length, const char *prefix, struct text *ret) {
	AUTO_CLOSE int fd = open_bytes(data, length);

	return index_search(fd, prefix, note, ret);
}

static void what_begins_so_is_found_and_nothing_else(void **state) {
	AUTO_TEXT struct text index = make_index(), vfio = {0}, card = {0}, none = {0}, all = {0};

	assert_int_equal(search(index.data, index.length, "vfio_pci:", &vfio), 0);
	assert_string_equal(vfio.data, "vfio_pci:v*d*sv*sd*bc*sc*i*=vfio_pci\n"
				       "vfio_pci:v000015B3d0000101Esv*=mlx5_vfio_pci\n"
				       "vfio_pci:v000015B3d0000101Esv*=other_vfio_pci\n");
	assert_int_equal(
		search(index.data, index.length, "pci:v000010DEd*sv*sd*bc03sc0", &card), 0);
	assert_string_equal(card.data, "pci:v000010DEd*sv*sd*bc03sc00i00*=nvidia\n");
	assert_int_equal(search(index.data, index.length, "vfio_pciXY", &none), 0);
	assert_null(none.data);
	assert_int_equal(search(index.data, index.length, "", &all), 0);
	for (size_t i = 0; i < COUNT(entries); i++) {
		assert_non_null(strstr(all.data, entries[i].key));
	}
}

static int stop(void *context, const char *key, const char *value) {
	++*(int *)context;
	return -ENOMEM;
}

static void the_one_who_asks_may_stop(void **state) {
	AUTO_TEXT struct text index = make_index();
	AUTO_CLOSE int fd = open_bytes(index.data, index.length);
	int calls = 0;

	assert_int_equal(index_search(fd, "", stop, &calls), -ENOMEM);
	assert_int_equal(calls, 1);
}

static void what_is_no_index_is_refused(void **state) {
	AUTO_TEXT struct text index = make_index(), found = {0};

	assert_int_equal(search("", 0, "", &found), -EBADMSG);
	assert_int_equal(search("alias pci:v* x\n", 15, "", &found), -EBADMSG);
	for (size_t length = 0; length < index.length; length++) {
		/* the root stands at the end, so each cut goes through it or before it */
		assert_true(search(index.data, length, "", &found) < 0);
	}
	index.data[5] = 3; /* another version */
	assert_int_equal(search(index.data, index.length, "", &found), -EBADMSG);
}

/* A node whose child is itself, under each letter that it can have. */
static void a_circle_ends(void **state) {
	AUTO_TEXT struct text index = {0}, found = {0};
	const uint32_t self = 0x20000000 | 12;

	add_number(&index, 0xB007F457);
	add_number(&index, 0x00020001);
	add_number(&index, self);
	assert_int_equal(text_append(&index, "\001\177", 2), 0);
	for (int i = 1; i <= 127; i++) {
		add_number(&index, self);
	}
	assert_int_equal(search(index.data, index.length, "", &found), -EBADMSG);
	assert_int_equal(search(index.data, index.length, "vfio_pci:", &found), -EBADMSG);
}

/* Each node has one child, which stands right behind it. */
static void nodes_may_not_be_too_deep(void **state) {
	for (unsigned int depth = 60; depth < 70; depth++) {
		AUTO_TEXT struct text index = {0}, found = {0};

		add_number(&index, 0xB007F457);
		add_number(&index, 0x00020001);
		add_number(&index, 0x20000000 | 12);
		for (unsigned int i = 1; i < depth; i++) {
			assert_int_equal(text_append(&index, "aa", 2), 0);
			add_number(&index, 0x20000000 | (12 + 6 * i));
		}
		assert_int_equal(text_append(&index, "aa", 2), 0);
		add_number(&index, 0x40000000 | (12 + 6 * depth));
		add_number(&index, 0);
		assert_int_equal(
			search(index.data, index.length, "", &found), depth <= 64 ? 0 : -EBADMSG);
	}
}

/* Whatever stands in the file, the search comes to an end and stays within it. */
static void random_damage_does_no_harm(void **state) {
	AUTO_TEXT struct text index = make_index();
	unsigned int seed = 1;

	for (int i = 0; i < 3000; i++) {
		AUTO_TEXT struct text found = {0};
		size_t at = (size_t)rand_r(&seed) % index.length;
		char before = index.data[at];

		index.data[at] = (char)rand_r(&seed);
		(void)!search(index.data, index.length, i % 2 ? "" : "vfio_pci:", &found);
		index.data[at] = i % 8 ? before : index.data[at];
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_begins_so_is_found_and_nothing_else),
		cmocka_unit_test(the_one_who_asks_may_stop),
		cmocka_unit_test(what_is_no_index_is_refused),
		cmocka_unit_test(a_circle_ends),
		cmocka_unit_test(nodes_may_not_be_too_deep),
		cmocka_unit_test(random_damage_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
