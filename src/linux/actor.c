// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/actor.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/aside.h"
#include "base/text.h"
#include "linux/process.h"

#define COMMAND_LINE_MAX (1U << 20)
#define PATIENCE_MS      125
#define LIMIT_MS         2000

bool actor_parse_command(const char *data, size_t length, char *ret, size_t size) {
	size_t count = 0;

	while (length > 0 && data[length - 1] == '\0') {
		length--;
	}
	for (; count < length && count < size - 1; count++) {
		ret[count] = data[count] ? data[count] : ' ';
	}
	ret[count] = '\0';
	return count > 0;
}

struct question {
	int root;
	struct process process;
};

static void read_command(void *context, size_t index, void *ret_value) {
	const struct question *question = context;
	struct actor *actor = ret_value;
	AUTO_FREE char *data = NULL;
	char path[64];
	size_t length;

	if (name_format(path, sizeof(path), "proc/%d/cmdline", (int)question->process.pid) >= 0 &&
		file_read(question->root, path, COMMAND_LINE_MAX, &data, &length) == 0) {
		(void)actor_parse_command(data, length, actor->command, sizeof(actor->command));
	}
}

/* Aside, because the kernel reads a command line under locks of that process, which may be stuck.
 */
static void ask_command(int root, struct process process, struct actor *ret) {
	struct question question = {.root = root, .process = process};
	struct aside aside = {
		.read = read_command,
		.context = &question,
		.size = sizeof(*ret),
		.root = root,
		.patience_ms = PATIENCE_MS,
		.limit_ms = LIMIT_MS,
	};
	struct actor answer;
	bool answered;

	if (aside_read(&aside, 1, &answer, &answered) == 0 && answered && answer.command[0]) {
		memcpy(ret->command, answer.command, sizeof(ret->command));
	}
}

/* A start is told in ticks since the machine was started. */
static int64_t make_time(uint64_t start) {
	struct timespec now, up;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	return (int64_t)now.tv_sec - (int64_t)up.tv_sec +
	       (int64_t)(start / (uint64_t)sysconf(_SC_CLK_TCK));
}

int actor_find(struct process process, struct actor *ret) {
	struct actor actor = {.process = process, .since_s = make_time(process.start)};
	AUTO_CLOSE int root = root_open("/");
	struct process_stat stat;
	int r = root < 0 ? root : process_stat_read(root, process.pid, &stat);

	if (r < 0) {
		return r == -ENOENT ? -ESRCH : r;
	}
	static_assert(sizeof(stat.comm) <= sizeof(actor.command), "a name fits into a command");
	memcpy(actor.command, stat.comm, sizeof(stat.comm));
	ask_command(root, process, &actor);
	/* Looked at last: what was read is of this process, and of no later one with its pid. */
	if (!process_alive(process)) {
		return -ESRCH;
	}
	*ret = actor;
	return 0;
}
