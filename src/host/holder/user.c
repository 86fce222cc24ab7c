// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/user.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* "alice:x:1000:1000:Alice,,,:/srv/alice:/bin/bash"; the password may be empty. */
static int parse_line(const char *line, size_t length, char name[USER_SIZE], uint32_t *ret_uid) {
	const char *end = memchr(line, ':', length), *number = NULL;
	char after;

	if (!end || end == line || end - line >= USER_SIZE) {
		return -EINVAL;
	}
	number = memchr(end + 1, ':', length - (size_t)(end + 1 - line));
	if (!number || sscanf(number, ":%" SCNu32 "%c", ret_uid, &after) != 2 || after != ':') {
		return -EINVAL;
	}
	memcpy(name, line, (size_t)(end - line));
	name[end - line] = '\0';
	return 0;
}

int user_name_parse(const char *passwd, uint32_t uid, char ret[USER_SIZE]) {
	for (; *passwd; passwd = text_next_line(passwd)) {
		char name[USER_SIZE];
		uint32_t number;

		if (parse_line(passwd, strcspn(passwd, "\n"), name, &number) == 0 &&
			number == uid) {
			memcpy(ret, name, sizeof(name));
			return 0;
		}
	}
	return -ENOENT;
}

/* "Uid:\t1000\t1000\t1000\t1000": real, effective, saved, of the file system */
int status_uid_parse(const char *status, uint32_t *ret) {
	for (; *status; status = text_next_line(status)) {
		if (sscanf(status, "Uid:\t%" SCNu32, ret) == 1) {
			return 0;
		}
	}
	return -EINVAL;
}
