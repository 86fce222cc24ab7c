// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/namespace.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"
#include "host/disk/mount.h"
#include "host/holder/hold.h"
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

/* -EEXIST: it was there already. New ones are rare among processes: the last is the likeliest. */
static int add(struct seen *seen, unsigned long number) {
	for (size_t i = seen->count; i > 0; i--) {
		if (seen->numbers[i - 1] == number) {
			return -EEXIST;
		}
	}
	if (seen->count == NAMESPACES_MAX) {
		return -EEXIST;
	}
	if (!ARRAY_ROOM(seen->numbers, seen->count)) {
		return -ENOMEM;
	}
	seen->numbers[seen->count++] = number;
	return 0;
}

/* "mnt:[4026531841]": the link of /proc says it without going anywhere. */
static int look_at(int proc, const char *pid, struct seen *seen) {
	char path[64], link[64];
	unsigned long number;

	if (name_format(path, sizeof(path), "%s/ns/mnt", pid) < 0 ||
		link_read(proc, path, link, sizeof(link)) < 0 ||
		sscanf(link, "mnt:[%lu]", &number) != 1) {
		return -EEXIST;
	}
	return add(seen, number);
}

/* Who it is, is read only of those that have a mount of their own: of a guest that is stuck, a look
 * at its command line could block us. */
static int read_of(int root, int pid, const struct nodes *nodes, struct holders *holders) {
	const struct holder process = {.kind = HOLDER_MOUNT, .who.pid = pid};
	size_t first = holders->count;
	int r = mounts_read_of(root, nodes, &process, holders);

	for (size_t i = first; i < holders->count; i++) {
		who_read(root, pid, &holders->holders[i].who);
	}
	return r;
}

int namespaces_read(int root, const struct nodes *nodes, struct holders *holders) {
	AUTO_CLOSE int proc = dir_open(root, "proc");
	CLEANUP(seen_free) struct seen seen = {0};
	AUTO_NAMES struct names names = {0};
	int r = proc < 0 ? proc : names_read(proc, ".", &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	r = look_at(proc, "1", &seen); /* the machine's own, which mounts_read has seen */
	for (size_t i = 0; i < names.count && r != -ENOMEM && r != -E2BIG; i++) {
		unsigned long long pid;

		if (number_parse(names.names[i], INT_MAX, &pid) < 0) {
			continue;
		}
		r = look_at(proc, names.names[i], &seen);
		r = r < 0 ? r : read_of(root, (int)pid, nodes, holders);
	}
	return r == -ENOMEM || r == -E2BIG ? r : 0;
}
