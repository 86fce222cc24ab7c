// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/walk.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/text.h"
#include "host/holder/look.h"
#include "host/holder/pids.h"
#include "host/holder/user.h"

#define PASSWD_MAX_SIZE (4U << 20)

/* How long a process may keep the one who looks at it blocked, and how long a look at one may take
 * that has much to show. */
#define PATIENCE_MS 125
#define LIMIT_MS    10000

struct walk {
	int root;
	struct pids pids;
	struct look look;
	struct found *found; /* shared with the children */
};

static void walk_done(struct walk *walk) {
	pids_free(&walk->pids);
	aside_memory_free(walk->found, sizeof(*walk->found));
}

/* In the child; its value: is the process hidden? */
static void look_at(void *context, size_t index, void *ret_value) {
	struct walk *walk = context;
	bool hidden = walk->look.proc < 0 && look_begin(walk->root, &walk->look) < 0;

	hidden = hidden || look_at_process(&walk->look, walk->pids.pids[index]) < 0;
	memcpy(ret_value, &hidden, sizeof(hidden));
}

static int walk_all(struct walk *walk, size_t *ret_hidden) {
	const struct aside aside = {
		.read = look_at,
		.context = walk,
		.size = sizeof(bool),
		.root = walk->root,
		.patience_ms = PATIENCE_MS,
		.limit_ms = LIMIT_MS,
	};
	AUTO_FREE bool *hidden = calloc(walk->pids.count + 1, sizeof(*hidden));
	AUTO_FREE bool *answered = calloc(walk->pids.count + 1, sizeof(*answered));
	int r = hidden && answered ? aside_read(&aside, walk->pids.count, hidden, answered)
				   : -ENOMEM;

	if (r < 0) {
		return r;
	}
	*ret_hidden = 0;
	for (size_t i = 0; i < walk->pids.count; i++) {
		*ret_hidden += !answered[i] || hidden[i];
	}
	return walk->found->full ? -E2BIG : 0;
}

/* The name instead of the number, if the machine's own file has one. */
static void set_user(const char *passwd, struct holder *holder) {
	if (passwd && holder->who.user[0]) {
		(void)!user_name_parse(passwd, holder->who.uid, holder->who.user);
	}
}

static int add_found(int root, struct found *found, struct holders *holders) {
	AUTO_FREE char *passwd = NULL;
	int r = found->count ? file_read(root, "etc/passwd", PASSWD_MAX_SIZE, &passwd, NULL) : 0;

	r = r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < found->count && r == 0; i++) {
		set_user(passwd, &found->holders[i]);
		r = holders_add(holders, &found->holders[i]);
	}
	return r;
}

int processes_read(int root, const struct nodes *nodes, const struct filesystems *filesystems,
	struct holders *holders, size_t *ret_hidden) {
	CLEANUP(walk_done)
	struct walk walk = {
		.root = root,
		.look = {.proc = -1, .kfd = -1, .nodes = nodes, .filesystems = filesystems},
	};
	size_t hidden;
	int r = pids_read(root, &walk.pids);

	if (r < 0) {
		return r;
	}
	walk.found = aside_memory_new(sizeof(*walk.found));
	if (!walk.found) {
		return -ENOMEM;
	}
	walk.look.found = walk.found;
	r = walk_all(&walk, &hidden);
	r = r < 0 ? r : add_found(root, walk.found, holders);
	if (r == 0) {
		*ret_hidden = hidden;
	}
	return r;
}
