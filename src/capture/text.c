// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/block.h"

struct reading {
	struct entries entries;
	struct block block;
};

/* "101" -> 'A': three digits. */
static bool read_octal(const char *digits, unsigned int *ret) {
	unsigned int value = 0;

	for (size_t i = 0; i < 3; i++) {
		if (digits[i] < '0' || digits[i] > '7') {
			return false;
		}
		value = value << 3 | (unsigned int)(digits[i] - '0');
	}
	*ret = value;
	return true;
}

/* "\n", "\t", "\\" and "\NNN" (octal), as in umockdev. In place; returns the length. */
static size_t unescape(char *value) {
	char *to = value, *from = value;

	while (*from) {
		unsigned int byte = (unsigned char)*from++;

		if (byte == '\\' && *from && strchr("nt\\", *from)) {
			byte = *from == 'n' ? '\n' : *from == 't' ? '\t' : '\\';
			from++;
		} else if (byte == '\\' && read_octal(from, &byte)) {
			from += 3;
		}
		*to++ = (char)byte;
	}
	*to = '\0';
	return (size_t)(to - value);
}

static int hex_digit(char c) {
	const char *digits = "0123456789abcdef", *found;

	c = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
	found = c ? strchr(digits, c) : NULL;
	return found ? (int)(found - digits) : -1;
}

/* Bytes in hex, in place. -EINVAL. */
static int decode(char *hex, size_t *ret_length) {
	const char *from = hex;
	size_t length = 0;

	for (; *from; from += 2) {
		int high = hex_digit(from[0]), low = high < 0 ? -1 : hex_digit(from[1]);

		if (low < 0) {
			return -EINVAL;
		}
		hex[length++] = (char)(high << 4 | low);
	}
	*ret_length = length;
	return 0;
}

/* H: of a device, B: of a file anywhere. */
static int add_bytes(struct reading *reading, char letter, const char *name, char *hex) {
	size_t length = 0;

	if (decode(hex, &length) < 0) {
		return -EINVAL;
	}
	return letter == 'H' ? block_attribute(&reading->block, name, hex, length)
			     : entry_file(&reading->entries, name, hex, length);
}

/* S: another name below /dev for the node of N: */
static int add_alias(struct reading *reading, const char *alias) {
	char path[TEXT_PATH_MAX], target[TEXT_PATH_MAX];
	int r = name_format(path, sizeof(path), "/dev/%s", alias);

	r = r < 0 ? r : name_format(target, sizeof(target), "/dev/%s", reading->block.name);
	return r < 0 ? r : entry_link_to(&reading->entries, path, target);
}

/* T: of these, nothing is known but that they are there. */
static int add_names(struct reading *reading, char *names) {
	char *name;
	int r = reading->block.path[0] && !reading->block.is_file ? 0 : -EINVAL;

	while (r == 0 && (name = strsep(&names, " "))) {
		r = block_attribute(&reading->block, name, "", 0);
	}
	return r;
}

static int set_mode(struct reading *reading, const char *path, const char *octal) {
	unsigned int mode;

	octal += strlen(octal) == 4 && *octal == '0';
	if (!entry_path_is_sound(path) || !read_octal(octal, &mode) || octal[3]) {
		return -EINVAL;
	}
	return reading->entries.sink->mode(reading->entries.sink->context, path, mode);
}

/* A line whose key is followed by a value. */
static int read_pair(struct reading *reading, char letter, const char *key, char *value) {
	switch (letter) {
	case 'X':
		return entry_link(&reading->entries, key, value);
	case 'M':
		return set_mode(reading, key, value);
	case 'B':
		return add_bytes(reading, letter, key, value);
	default:
		break;
	}
	if (!reading->block.path[0] || reading->block.is_file) {
		return -EINVAL; /* of which device? */
	}
	switch (letter) {
	case 'E':
		return block_property(&reading->block, key, value);
	case 'H':
		return add_bytes(reading, letter, key, value);
	case 'L':
		return block_link(&reading->block, key, value);
	case 'A':
		return block_attribute(&reading->block, key, value, unescape(value));
	default:
		return -EINVAL;
	}
}

/* "A: vendor=0x10de": the letter, then a key, for some with a value behind '='. */
static int read_entry(struct reading *reading, char letter, char *key) {
	char *value;

	switch (letter) {
	case 'N':
		return name_set(reading->block.name, sizeof(reading->block.name), key);
	case 'S':
		return add_alias(reading, key);
	case 'P':
	case 'F':
		return block_start(&reading->block, key, letter == 'F');
	case 'T':
		return add_names(reading, key);
	case 'D':
		return entry_directory(&reading->entries, key);
	default:
		break;
	}
	value = strchr(key, '=');
	if (!value) {
		return -EINVAL;
	}
	*value++ = '\0';
	return read_pair(reading, letter, key, value);
}

static int read_line(struct reading *reading, char *line) {
	struct block *block = &reading->block;

	if (block->is_file && line[0] == '|') {
		return text_add(&block->content, "%s\n", line + (line[1] == ' ' ? 2 : 1));
	}
	if (line[0] == '#') {
		return 0;
	}
	if (!line[0]) {
		return block_finish(&reading->block);
	}
	return line[1] == ':' && line[2] == ' ' ? read_entry(reading, line[0], line + 3) : -EINVAL;
}

static int fail(int r, unsigned int number, struct error *error) {
	switch (r) {
	case -EINVAL:
		return error_set(error, r, "line %u is none of a captured machine", number);
	case -E2BIG:
		return error_set(error, r, "line %u: there are more than %d entries", number,
			TEXT_ENTRIES_MAX);
	default:
		return error_set(error, r, "line %u: %s", number, strerror(-r));
	}
}

int text_read(char *data, size_t length, const struct text_sink *sink, struct error *error) {
	struct reading reading = {.entries = {.sink = sink}};
	unsigned int number = 0;
	char *line;
	int r = 0;

	reading.block.entries = &reading.entries;
	if (memchr(data, '\0', length)) {
		return error_set(error, -EINVAL, "it is no text");
	}
	while (r == 0 && (line = strsep(&data, "\n"))) {
		number++;
		r = read_line(&reading, line);
	}
	r = r < 0 ? r : block_finish(&reading.block);
	block_done(&reading.block);
	return r < 0 ? fail(r, number, error) : 0;
}
