// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/session.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/file.h"
#include "host/array.h"

#define SESSIONS      "run/systemd/sessions"
#define FILE_MAX_SIZE 65536

static int set_number(const char *value, unsigned int max, unsigned int *ret) {
	unsigned long long number;
	int r = number_parse(value, max, &number);

	if (r == 0) {
		*ret = (unsigned int)number;
	}
	return r;
}

static int set_property(struct session *session, const char *key, const char *value) {
	unsigned int leader = 0;
	int r = 0;

	if (strcmp(key, "UID") == 0) {
		r = set_number(value, UINT_MAX, &session->uid);
	} else if (strcmp(key, "USER") == 0) {
		r = name_set(session->user, sizeof(session->user), value);
	} else if (strcmp(key, "SCOPE") == 0) {
		r = name_set(session->scope, sizeof(session->scope), value);
	} else if (strcmp(key, "LEADER") == 0) {
		r = set_number(value, INT_MAX, &leader);
		session->leader = (int)leader;
	} else if (strcmp(key, "CLASS") == 0) {
		/* user, user-early, user-light, background, ...; greeter, lock-screen, manager */
		session->of_a_person =
			text_starts(value, "user") || text_starts(value, "background");
	} else if (strcmp(key, "REMOTE") == 0) {
		session->remote = strcmp(value, "1") == 0;
	} else if (strcmp(key, "STATE") == 0 && strcmp(value, "closing") == 0) {
		r = -EINVAL;
	}
	return r;
}

int session_parse(const char *id, char *data, struct session *ret) {
	struct session session = {0};
	char *line;
	int r = name_format(session.scope, sizeof(session.scope), "session-%s.scope", id);

	while (r == 0 && (line = strsep(&data, "\n"))) {
		char *value = strchr(line, '=');

		if (value && line[0] != '#') {
			*value = '\0';
			r = set_property(&session, line, value + 1);
		}
	}
	if (r < 0 || session.leader <= 0) {
		return -EINVAL;
	}
	*ret = session;
	return 0;
}

static int read_session(int root, const char *id, struct session *ret) {
	char path[sizeof(SESSIONS "/") + 64];
	AUTO_FREE char *data = NULL;
	int r = name_format(path, sizeof(path), SESSIONS "/%s", id);

	/* "2.ref" beside "2" is a FIFO of logind's. */
	if (r < 0 || strchr(id, '.')) {
		return -EINVAL;
	}
	r = file_read(root, path, FILE_MAX_SIZE, &data, NULL);
	return r < 0 ? r : session_parse(id, data, ret);
}

int sessions_read(int root, struct sessions *ret) {
	AUTO_NAMES struct names ids = {0};
	AUTO_SESSIONS struct sessions sessions = {0};
	int r = names_read(root, SESSIONS, &ids);

	if (r == -ENOMEM) {
		return r;
	}
	for (size_t i = 0; i < ids.count; i++) {
		if (!ARRAY_ROOM(sessions.sessions, sessions.count)) {
			return -ENOMEM;
		}
		sessions.count +=
			read_session(root, ids.names[i], &sessions.sessions[sessions.count]) == 0;
	}
	*ret = sessions;
	sessions = (struct sessions){0};
	return 0;
}

void sessions_free(struct sessions *sessions) {
	free(sessions->sessions);
	*sessions = (struct sessions){0};
}
