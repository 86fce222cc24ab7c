/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* A login session, as logind notes it in /run/systemd/sessions/ID. */
struct session {
	char scope[64]; /* "session-2.scope" */
	char user[256]; /* the name */
	unsigned int uid;
	int leader;       /* the process that opened it */
	bool of_a_person; /* not a greeter's, not a user manager's */
	bool remote;      /* from another machine */
};

struct sessions {
	struct session *sessions;
	size_t count;
};

/* Sessions that are closing are not listed. -ENOMEM. */
int sessions_read(int root, struct sessions *ret) MUST_CHECK;
void sessions_free(struct sessions *sessions);

#define AUTO_SESSIONS CLEANUP(sessions_free)

/* One file of logind's; id is its name. -EINVAL: not one that counts. */
int session_parse(const char *id, char *data, struct session *ret) MUST_CHECK;
