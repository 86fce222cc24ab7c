// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/namespace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"
#include "host/disk/mount.h"
#include "host/holder/pids.h"
#include "host/holder/who.h"
#include "host/link.h"

/* More are only looked at by the files that processes have open there. */
#define NAMESPACES_MAX 4096

struct seen {
	unsigned long *numbers;
	size_t count;
};

static void seen_free(struct seen *seen) {
	free(seen->numbers);
	*seen = (struct seen){0};
}

/* New ones are rare among processes: the last is the likeliest. */
static bool is_seen(const struct seen *seen, unsigned long number) {
	for (size_t i = seen->count; i > 0; i--) {
		if (seen->numbers[i - 1] == number) {
			return true;
		}
	}
	return seen->count == NAMESPACES_MAX;
}

static int note(struct seen *seen, unsigned long number) {
	if (!ARRAY_ROOM(seen->numbers, seen->count)) {
		return -ENOMEM;
	}
	seen->numbers[seen->count++] = number;
	return 0;
}

/* "mnt:[4026531841]": the link of /proc says it without going anywhere. */
static int read_number(int process, unsigned long *ret) {
	char link[64];

	return link_read(process, "ns/mnt", link, sizeof(link)) == 0 &&
			       sscanf(link, "mnt:[%lu]", ret) == 1
		       ? 0
		       : -ENOENT;
}

/* Who it is, is read only of those that have a mount of their own. */
static int read_of(
	int root, int process, int pid, const struct nodes *nodes, struct holders *holders) {
	const struct holder like = {.kind = HOLDER_MOUNT, .who.pid = pid};
	size_t first = holders->count;
	int r = mounts_read_of(root, nodes, process, &like, holders);

	for (size_t i = first; i < holders->count; i++) {
		who_read(root, process, pid, &holders->holders[i].who);
	}
	return r;
}

/* One that has ended meanwhile, or does not let us look, leaves it to the others in there. */
static int look_at(
	int root, int pid, struct seen *seen, const struct nodes *nodes, struct holders *holders) {
	AUTO_CLOSE int process = who_open(root, pid);
	unsigned long number;
	int r;

	if (process < 0 || read_number(process, &number) < 0 || is_seen(seen, number)) {
		return 0;
	}
	/* The machine's own are those that mounts_read has seen. */
	r = pid == 1 ? 0 : read_of(root, process, pid, nodes, holders);
	if (r < 0) {
		return r == -ENOMEM || r == -E2BIG ? r : 0;
	}
	return note(seen, number);
}

int namespaces_read(int root, const struct nodes *nodes, struct holders *holders) {
	AUTO_PIDS struct pids pids = {0};
	CLEANUP(seen_free) struct seen seen = {0};
	int r = pids_read(root, &pids);

	/* In their order: the first process comes first. */
	for (size_t i = 0; i < pids.count && r == 0; i++) {
		r = look_at(root, pids.pids[i], &seen, nodes, holders);
	}
	return r == -ENOMEM || r == -E2BIG ? r : 0;
}
