// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/mapping.h"

#include <string.h>

#include "base/text.h"

/* Hexadecimal or decimal digits and the character behind them: a process has thousands of lines,
 * and sscanf takes longer for one than the kernel does. */
static bool take_number(const char **at, unsigned int base, char behind, uint64_t *ret) {
	const char *c = *at;
	uint64_t value = 0;

	for (;; c++) {
		unsigned int digit = (unsigned char)*c - '0';

		if (digit > 9) {
			digit = (unsigned char)*c - 'a' + 10U;
			if (digit < 10 || digit >= base) {
				break;
			}
		}
		value = value * base + digit;
	}
	if (c == *at || *c != behind) {
		return false;
	}
	*at = c + 1;
	*ret = value;
	return true;
}

/* "rw-s " */
static bool take_permissions(const char **at, bool *ret_shared) {
	const char *c = *at;

	if (strnlen(c, 5) < 5 || c[4] != ' ') {
		return false;
	}
	*ret_shared = c[3] == 's';
	*at = c + 5;
	return true;
}

/* "7f0a4e2a9000-7f0a4e2aa000 rw-s 00000000 00:05 321                 /dev/dri/card0": an inode of
 * 0 is nobody's. */
static bool parse(const char *line, size_t length, struct mapping *ret) {
	const char *at = line;
	uint64_t offset, major, minor;
	size_t rest;

	if (!take_number(&at, 16, '-', &ret->start) || !take_number(&at, 16, ' ', &ret->end) ||
		!take_permissions(&at, &ret->shared) || !take_number(&at, 16, ' ', &offset) ||
		!take_number(&at, 16, ':', &major) || !take_number(&at, 16, ' ', &minor) ||
		!take_number(&at, 10, ' ', &ret->inode) || ret->inode == 0) {
		return false;
	}
	at += strspn(at, " ");
	if (at >= line + length) {
		return false;
	}
	rest = length - (size_t)(at - line);
	rest = rest < sizeof(ret->name) ? rest : sizeof(ret->name) - 1;
	memcpy(ret->name, at, rest);
	ret->name[rest] = '\0';
	ret->major = (uint32_t)major;
	ret->minor = (uint32_t)minor;
	return true;
}

bool mapping_next(const char **text, struct mapping *ret) {
	while (**text) {
		const char *line = *text;
		size_t length = strcspn(line, "\n");

		*text = line + length + (line[length] == '\n');
		if (parse(line, length, ret)) {
			return true;
		}
	}
	return false;
}

bool mapping_may_be_device(const struct mapping *mapping) {
	static const char *const memory[] = {
		"/SYSV", "/dev/shm/", "/dev/zero (deleted)", "/dmabuf:", "/memfd:", "anon_inode:"};

	for (size_t i = 0; i < COUNT(memory); i++) {
		if (text_starts(mapping->name, memory[i])) {
			return false;
		}
	}
	return mapping->shared || strstr(mapping->name, "/dev/");
}
