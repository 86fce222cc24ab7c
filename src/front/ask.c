// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/ask.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool ask_can(void) {
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool ask_line(const char *question, char *ret, size_t size) {
	char line[256];
	size_t from, to;

	fflush(stdout);
	fputs(question, stderr);
	if (!fgets(line, sizeof(line), stdin)) {
		return false;
	}
	from = strspn(line, " \t\r\n");
	to = strlen(line);
	while (to > from && strchr(" \t\r\n", line[to - 1])) {
		to--;
	}
	if (to - from >= size) {
		to = from; /* too much is no answer */
	}
	memcpy(ret, line + from, to - from);
	ret[to - from] = '\0';
	return true;
}

bool ask_yes(const char *question) {
	char answer[8];

	return ask_line(question, answer, sizeof(answer)) &&
	       (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0);
}
