// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/qemu.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

bool qemu_is(const char *comm) {
	return text_starts(comm, "qemu") || strcmp(comm, "kvm") == 0;
}

/* The word behind the option, or NULL. */
static const char *find_value(const char *command_line, size_t length, const char *option) {
	const char *end = command_line + length;
	bool next = false;

	for (const char *word = command_line; word < end;) {
		size_t size = strnlen(word, (size_t)(end - word));

		if (next && word + size < end) {
			return word;
		}
		next = size == strlen(option) && memcmp(word, option, size) == 0;
		word += size + 1;
	}
	return NULL;
}

/* "guest=win11,debug-threads=on" or "win11": a comma in a name is written twice. */
static int take_name(const char *value, char ret[LABEL_SIZE]) {
	char name[LABEL_SIZE];
	size_t length = 0;

	if (text_starts(value, "guest=")) {
		value += strlen("guest=");
	}
	for (; *value; value++) {
		if (*value == ',' && *++value != ',') {
			break;
		}
		if (length + 1 >= sizeof(name)) {
			return -ENOENT;
		}
		name[length++] = *value;
	}
	if (length == 0) {
		return -ENOENT;
	}
	name[length] = '\0';
	memcpy(ret, name, length + 1);
	return 0;
}

int qemu_guest_parse(const char *command_line, size_t length, char ret[LABEL_SIZE]) {
	const char *value = find_value(command_line, length, "-id");

	if (!value) {
		value = find_value(command_line, length, "-name");
	}
	return value ? take_name(value, ret) : -ENOENT;
}
