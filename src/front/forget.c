// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "front/definition.h"
#include "front/session.h"

/* As it is remembered, which a guest may be that is not here any more; or as it is configured. */
static int forget_word(const struct session *session, const char *word, struct error *error) {
	struct definition guest;
	struct ops *ops = session->handover.ops;
	int r = session->platform->forget(ops, word, error), found;

	if (r != -ENOENT) {
		return r;
	}
	found = definition_find(session->root, session->owner, word, &guest, error);
	return found < 0 ? found : session->platform->forget(ops, guest.title, error);
}

static enum result forget(const struct session *session, const char *word) {
	struct error error = {0};
	int r = forget_word(session, word, &error);

	if (r == -ENAMETOOLONG) {
		error_set(&error, r, "\"%s\" is too long for a guest", word);
		return command_fail(RESULT_USAGE, &error);
	}
	if (r == -ENOENT) {
		error_set(&error, r, "nothing is remembered of a guest \"%s\"", word);
		return command_fail(RESULT_USAGE, &error);
	}
	if (r < 0) {
		return command_fail(r == -EINVAL ? RESULT_USAGE : RESULT_UNDONE, &error);
	}
	return RESULT_DONE;
}

int command_forget(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	enum result result = session_open_anyway(invocation, &session), worst;

	worst = result ? result : session_open_machine(&session, false);
	for (size_t i = 0; worst == RESULT_DONE && i < invocation->word_count; i++) {
		result = forget(&session, invocation->words[i]);
		worst = result > worst ? result : worst;
	}
	return worst;
}
