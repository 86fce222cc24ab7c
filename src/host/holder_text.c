// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder_text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	const char *predicate;
} ways[] = {
	[WAY_OPEN] = {"open", "is open in"},
	[WAY_MAPPED] = {"mapped", "is mapped into the memory of"},
	[WAY_BUFFER] = {"buffer", "has a buffer that is in the hands of"},
	[WAY_DIRECTORY] = {"directory", "carries the working directory of"},
	[WAY_FILE] = {"file", "carries files that are open in"},
};

const char *holder_way_name(enum holder_way way) {
	assert(way < COUNT(ways));
	return ways[way].name;
}

/* What is empty is left out. */
static void add(char ret[HOLDER_TEXT_SIZE], const char *before, const char *value) {
	size_t length = strlen(ret);

	if (value[0]) {
		snprintf(ret + length, HOLDER_TEXT_SIZE - length, "%s%s", before, value);
	}
}

static void format_process(const struct holder *holder, char ret[HOLDER_TEXT_SIZE]) {
	snprintf(ret, HOLDER_TEXT_SIZE, "%s %s (process %d", ways[holder->way].predicate,
		holder->name[0] ? holder->name : "a program", holder->pid);
	/* Who has no name is a number. */
	add(ret, strchr("0123456789", holder->user[0]) ? " of user " : " of ", holder->user);
	add(ret, ", ", holder->unit);
	add(ret, ", ", holder->user_unit);
	add(ret, ", guest ", holder->guest);
	add(ret, ", ", holder->node);
	add(ret, "", ")");
}

void holder_format(const struct holder *holder, char ret[HOLDER_TEXT_SIZE]) {
	switch (holder->kind) {
	case HOLDER_PROCESS:
		format_process(holder, ret);
		break;
	case HOLDER_MOUNT:
		snprintf(ret, HOLDER_TEXT_SIZE, "carries the file system mounted on %s (%s)",
			holder->name, holder->node);
		break;
	case HOLDER_SWAP:
		snprintf(ret, HOLDER_TEXT_SIZE, "carries swap space (%s)", holder->name);
		break;
	case HOLDER_ROUTE:
		snprintf(ret, HOLDER_TEXT_SIZE, "carries the default route (%s)", holder->name);
		break;
	}
}
