// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/stuck.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/aside.h"
#include "base/text.h"
#include "host/holder/holder.h"
#include "host/holder/pids.h"
#include "host/link.h"

#define FILE_MAX_SIZE 16384
#define PATH_SIZE     64
#define GONE          " (deleted)"

/* How long a task that becomes another program may keep us waiting (aside.h). */
#define PATIENCE_MS 125
#define LIMIT_MS    2000

static bool add_frame(struct stuck *stuck, const char *name, size_t length) {
	char *frame = stuck->frames[stuck->frame_count];

	if (stuck->frame_count == STUCK_FRAMES || length == 0 || length >= FUNCTION_SIZE) {
		return false;
	}
	memcpy(frame, name, length);
	frame[length] = '\0';
	stuck->frame_count++;
	return true;
}

void stack_parse(const char *data, struct stuck *stuck) {
	while (*data) {
		size_t length = strcspn(data, "\n");
		const char *name = memchr(data, ']', length);

		name = name && name[1] == ' ' ? name + 2 : NULL;
		if (name && name < data + length) {
			(void)add_frame(stuck, name, strcspn(name, "+ \n"));
		}
		data += length + (data[length] == '\n');
	}
}

static int read_of(int root, int pid, const char *name, char **ret) {
	char path[PATH_SIZE];
	int r = name_format(path, sizeof(path), "proc/%d/%s", pid, name);

	return r < 0 ? r : file_read(root, path, FILE_MAX_SIZE, ret, NULL);
}

/* The node of one open file, if it has gone from that directory of /dev. */
static bool is_orphan(int files, const char *name, const char *directory, char ret[LABEL_SIZE]) {
	char link[LINK_SIZE];
	const char *node;

	if (link_read(files, name, link, sizeof(link)) < 0 || !text_starts(link, "/dev/")) {
		return false;
	}
	node = link + strlen("/dev/");
	if (!text_starts(node, directory) || !text_ends(node, GONE)) {
		return false;
	}
	link[strlen(link) - strlen(GONE)] = '\0';
	label_set(ret, node);
	return true;
}

static bool has_orphan(int root, int pid, const char *directory, struct holder *ret) {
	AUTO_DIR DIR *files = NULL;
	AUTO_FREE char *comm = NULL;
	const struct dirent *entry;
	char path[PATH_SIZE];

	if (name_format(path, sizeof(path), "proc/%d/fd", pid) < 0 ||
		dir_stream(root, path, &files) < 0) {
		return false;
	}
	while ((entry = readdir(files))) {
		if (!is_orphan(dirfd(files), entry->d_name, directory, ret->node)) {
			continue;
		}
		ret->kind = HOLDER_PROCESS;
		ret->who.pid = pid;
		if (read_of(root, pid, "comm", &comm) == 0) {
			comm[strcspn(comm, "\n")] = '\0';
			label_set(ret->name, comm);
		}
		return true;
	}
	return false;
}

void orphan_find(int root, const char *directory, struct holder *ret) {
	AUTO_PIDS struct pids pids = {0};
	struct holder holder = {0};

	*ret = holder;
	(void)!pids_read(root, &pids);
	for (size_t i = 0; i < pids.count; i++) {
		if (has_orphan(root, pids.pids[i], directory, &holder)) {
			*ret = holder;
			return;
		}
	}
}

/* A sound card's nodes go before its driver's remove waits for who has them open. */
static bool waits_for_orphans(const struct stuck *stuck) {
	for (size_t i = 0; i < stuck->frame_count; i++) {
		if (text_starts(stuck->frames[i], "snd_card_")) {
			return true;
		}
	}
	return false;
}

static int read_command(int root, int pid, struct stuck *ret) {
	AUTO_FREE char *comm = NULL;
	int r = read_of(root, pid, "comm", &comm);

	if (r < 0) {
		return r == -ENOENT ? -ESRCH : r;
	}
	comm[strcspn(comm, "\n")] = '\0';
	(void)!name_set(ret->command, sizeof(ret->command), comm);
	return 0;
}

static void read_wait(int root, struct stuck *stuck) {
	AUTO_FREE char *stack = NULL, *wchan = NULL;

	if (read_of(root, stuck->pid, "stack", &stack) == 0) {
		stack_parse(stack, stuck);
	}
	if (stuck->frame_count == 0 && read_of(root, stuck->pid, "wchan", &wchan) == 0 &&
		strcmp(wchan, "0") != 0) {
		(void)add_frame(stuck, wchan, strcspn(wchan, "\n"));
	}
	if (waits_for_orphans(stuck)) {
		orphan_find(root, "snd/", &stuck->holder);
	}
}

int stuck_read_here(int root, int pid, struct stuck *ret) {
	struct stuck stuck = {.pid = pid};
	int r = read_command(root, pid, &stuck);

	if (r == 0) {
		read_wait(root, &stuck);
		*ret = stuck;
	}
	return r;
}

struct question {
	int root;
	const struct stuck *stuck;
};

static void read_wait_aside(void *context, size_t index, void *ret_value) {
	const struct question *question = context;
	struct stuck stuck = *question->stuck;

	read_wait(question->root, &stuck);
	memcpy(ret_value, &stuck, sizeof(stuck));
}

int stuck_read(int root, int pid, struct stuck *ret) {
	struct stuck stuck = {.pid = pid}, answer;
	struct question question = {.root = root, .stuck = &stuck};
	const struct aside aside = {
		.read = read_wait_aside,
		.context = &question,
		.size = sizeof(answer),
		.root = root,
		.patience_ms = PATIENCE_MS,
		.limit_ms = LIMIT_MS,
	};
	bool answered;
	int r = read_command(root, pid, &stuck);

	r = r < 0 ? r : aside_read(&aside, 1, &answer, &answered);
	if (r == 0) {
		*ret = answered ? answer : stuck;
	}
	return r;
}
