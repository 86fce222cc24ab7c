// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/session.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/table.h"

enum result session_open(
	const struct invocation *invocation, const char *guest, struct session *ret) {
	struct session session = {.platform = invocation->platform, .guest = invocation->door};
	struct error error = {0};
	int r;

	session.owner = invocation->options & OPTION_ROOT ? CONFIGURATION_OWNER_ANY
							  : CONFIGURATION_OWNER_ROOT;
	session.root = root_open(invocation->root);
	if (session.root < 0) {
		error_set(&error, session.root, "cannot read %s: %s", invocation->root,
			strerror(-session.root));
		return session_report(&session, RESULT_USAGE, &error);
	}
	session.configuration = calloc(1, sizeof(*session.configuration));
	r = session.configuration ? configuration_read(session.root, session.owner, guest,
					    session.configuration, &error)
				  : error_set(&error, -ENOMEM, "out of memory");
	if (r < 0) {
		(void)session_report(&session, RESULT_USAGE, &error);
		session_close(&session);
		return RESULT_USAGE;
	}
	*ret = session;
	return RESULT_DONE;
}

enum result session_take_guest(struct session *session, const char *guest) {
	struct error error = {0};

	if (configuration_read(
		    session->root, session->owner, guest, session->configuration, &error) < 0) {
		return session_fail(session, RESULT_USAGE, &error);
	}
	return RESULT_DONE;
}

enum result session_open_anyway(const struct invocation *invocation, struct session *ret) {
	struct session session = {.platform = invocation->platform, .guest = invocation->door};
	struct error error;

	if (session_open(invocation, NULL, ret) == RESULT_DONE) {
		return RESULT_DONE;
	}
	session.root = root_open(invocation->root);
	session.configuration = calloc(1, sizeof(*session.configuration));
	if (session.root < 0 || !session.configuration) {
		error_set(&error, -ENOMEM, "cannot begin: %s",
			session.root < 0 ? strerror(-session.root) : "out of memory");
		(void)session_report(&session, RESULT_UNRESOLVED, &error);
		session_close(&session);
		return RESULT_UNRESOLVED;
	}
	configuration_init(session.configuration);
	*ret = session;
	return RESULT_DONE;
}

enum result session_begin_report(const struct invocation *invocation, struct session *session) {
	struct error error = {0};
	AUTO_FREE struct run_report *report = NULL;

	if (!(invocation->options & OPTION_JSON)) {
		return RESULT_DONE;
	}
	report = calloc(1, sizeof(*report));
	if (!report) {
		error_set(&error, -ENOMEM, "out of memory");
	}
	if (!report || run_report_begin(report, &error) < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	session->report = TAKE(report);
	return RESULT_DONE;
}

/* The result is that of what was done, also where the report of it is lost. */
enum result session_end_report(struct session *session, enum result result) {
	AUTO_FREE struct run_report *report = TAKE(session->report);
	AUTO_TEXT struct text text = {0};
	struct error error = {0};

	if (!report) {
		return result;
	}
	if (run_report_end(report, result, session->handover.plan, &text, &error) < 0) {
		return command_fail(result, &error);
	}
	fputs(text.data, stdout);
	return result;
}

enum result session_fail(
	const struct session *session, enum result result, const struct error *error) {
	if (session->guest) {
		return door_fail(session->platform, session->guest, result, error);
	}
	if (!session->report) {
		return command_fail(result, error);
	}
	run_report_error(session->report, error->text);
	return result;
}

void session_name_guest(const struct session *session, const char *guest) {
	if (session->report) {
		run_report_guest(session->report, guest);
	}
}

void session_say(const struct session *session, struct text *line) {
	if (!session->report && line->length) {
		line->data[line->length - 1] = '\0';
		(void)text_tame(line->data);
		puts(line->data);
	}
}

void session_warn(const struct session *session) {
	const struct plan *plan = session->handover.plan;

	for (size_t i = 0; !session->report && i < plan->warning_count; i++) {
		AUTO_TEXT struct text text = {0};

		if (warning_format(&plan->warnings[i], &text) == 0) {
			fprintf(stderr, "warning: %s\n", text.data);
		}
	}
}

/* A step as a line of the timeline: "      12.3 ms  driver 0000:01:00.0 nvidia -". */
static void print_event(const struct event *event) {
	static const char *const words[] = {
		[OUTCOME_DONE] = "",
		[OUTCOME_FAILED] = "  FAILED",
		[OUTCOME_UNDONE] = "",
		[OUTCOME_LEFT_ALONE] = "  left alone",
		[OUTCOME_GONE] = "  gone, nothing to undo",
		[OUTCOME_SHARED] = "  is so already",
		[OUTCOME_STAYS] = "  stays",
		[OUTCOME_STUCK] = "  STUCK",
		[OUTCOME_REFUSED] = "  refused",
		[OUTCOME_WARNED] = "",
		[OUTCOME_TAKEN] = "  TAKEN AWAY",
	};
	char text[STEP_TEXT_SIZE];

	if (event->outcome == OUTCOME_WARNED) {
		fprintf(stderr, "warning: %s\n", event->detail);
		return;
	}
	fprintf(stderr, "%8" PRIu64 ".%" PRIu64 " ms  %s%s%s%s\n", event->duration_us / 1000,
		event->duration_us / 100 % 10,
		event->step ? step_format(event->step, text) : event->guest, words[event->outcome],
		event->detail ? ": " : "", event->detail ? event->detail : "");
}

static void tell(void *context, const struct event *event) {
	const struct session *session = context;

	if (!session->report) {
		print_event(event);
	} else if (event->outcome != OUTCOME_WARNED) { /* which the report takes from the plan */
		run_report_event(session->report, event);
	}
}

enum result session_open_machine(struct session *session, bool told) {
	struct error error = {0};

	session->handover.ops = session->platform->open(
		session->configuration, told ? tell : NULL, session, &error);
	if (!session->handover.ops) {
		return session_fail(session, RESULT_REFUSED, &error);
	}
	return RESULT_DONE;
}

enum result session_step_aside(const struct session *session) {
	struct error error = {0};
	bool ends = false;

	/* What cannot be read is no session of anybody's. */
	if (host_ends_with_display_manager(session->root, getpid(), &ends) < 0 || !ends ||
		session->platform->aside(&error) == 0) {
		return RESULT_DONE;
	}
	return session_fail(session, RESULT_REFUSED, &error);
}

void session_close(struct session *session) {
	plan_free(&session->handover.plan);
	if (session->handover.ops) {
		session->platform->close(session->handover.ops);
	}
	free(session->configuration);
	closep(&session->root);
	*session = (struct session){.root = -1};
}

int session_find_guest(const struct session *session, const char *word, char ret[GUEST_SIZE],
	struct error *error) {
	AUTO_NAMES struct names keys = {0};
	struct ops *ops = session->handover.ops;
	int r = ops->journal_list(ops, &keys, error);

	for (size_t i = 0; r >= 0 && i < keys.count; i++) {
		AUTO_JOURNAL struct journal *journal = NULL;

		if (strcmp(keys.names[i], word) == 0) {
			return name_set(ret, GUEST_SIZE, word);
		}
		/* One that cannot be read is only known by its key. */
		if (journal_load(ops, keys.names[i], &journal, NULL) == 0 &&
			strcmp(journal->title, word) == 0) {
			return name_set(ret, GUEST_SIZE, keys.names[i]);
		}
	}
	return r < 0 ? r : error_set(error, -ENOENT, "no journal is of a guest \"%s\"", word);
}

/* One entry for each reason. */
static void log_refusals(const struct session *session, const struct plan *plan) {
	for (size_t i = 0; i < plan->refusal_count; i++) {
		AUTO_TEXT struct text text = {0};
		struct event event = {.guest = session->guest, .outcome = OUTCOME_REFUSED};

		if (refusal_format(&plan->refusals[i], &text) == 0) {
			event.detail = text.data;
			session->platform->log(&event);
		}
	}
}

enum result session_report(
	const struct session *session, enum result result, const struct error *error) {
	const struct plan *plan = session->handover.plan;

	if (result == RESULT_REFUSED && plan && plan->refusal_count > 0) {
		AUTO_TEXT struct text text = {0};

		if (session->guest) {
			log_refusals(session, plan);
		}
		if (!session->report && plan_format(plan, &text) == 0) {
			fputs(text.data, stderr);
		}
		return result;
	}
	return result == RESULT_DONE ? result : session_fail(session, result, error);
}

enum result session_show_plan(const struct session *session, const char *guest) {
	const struct plan *plan = session->handover.plan;
	AUTO_TEXT struct text text = {0};

	for (size_t i = 0; session->report && i < plan->step_count; i++) {
		run_report_step(session->report, guest, &plan->steps[i].step);
	}
	if (!session->report && plan_format(plan, &text) == 0) {
		fputs(text.data, stdout);
	}
	return plan->refusal_count > 0 ? RESULT_REFUSED : RESULT_DONE;
}

void session_show_step(const struct session *session, const char *guest, const struct step *step) {
	char text[STEP_TEXT_SIZE];

	if (session->report) {
		run_report_step(session->report, guest, step);
	} else {
		puts(step_format(step, text));
	}
}
