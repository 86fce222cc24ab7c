/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "front/command.h"
#include "handover.h"
#include "report/run.h"

/*
 * What most commands begin with: the configuration, the machine, and the devices that the words on
 * the command line mean.
 */
struct session {
	const struct platform *platform;
	int root;
	enum configuration_owner owner; /* of the files of the configuration */
	struct configuration *configuration;
	struct handover handover;
	const char
		*guest; /* whose door this is, for the system journal; NULL: a person's command */
	struct run_report *report; /* --json: where the steps and what went wrong go; or NULL */
};

/* Reads the configuration (of that guest, or NULL). RESULT_DONE, or a sentence has been printed. */
enum result session_open(
	const struct invocation *invocation, const char *guest, struct session *ret);

/* Reads it again, for the guest that the words turned out to mean. */
enum result session_take_guest(struct session *session, const char *guest);

/*
 * For every way home: a configuration that cannot be read is complained about and then does not
 * matter, because a card must come home all the same.
 */
enum result session_open_anyway(const struct invocation *invocation, struct session *ret);

/*
 * For commands that act and know --json: from here on nothing is printed on stderr, and
 * session_end_report prints the report on stdout. Without --json both do nothing.
 */
enum result session_begin_report(const struct invocation *invocation, struct session *session);
enum result session_end_report(struct session *session, enum result result);

/* command_fail; or door_fail at a guest's door; or into the report. */
enum result session_fail(
	const struct session *session, enum result result, const struct error *error);

/* Whom the report is about. */
void session_name_guest(const struct session *session, const char *guest);

/* A line for people on stdout, its newline included; they have none where they want JSON. A guest's
 * name in it may be anything. */
void session_say(const struct session *session, struct text *line);

/* And opens the machine; its steps are printed, or reported, as they happen if told is true. */
enum result session_open_machine(struct session *session, bool told);

/*
 * Before the machine is opened: whoever calls us from a session of the display manager is cut off
 * when that is stopped. From here on another process goes on (linux/aside.h), and RESULT_DONE is
 * its answer.
 */
enum result session_step_aside(const struct session *session);
void session_close(struct session *session);

#define AUTO_SESSION CLEANUP(session_close)

/* What handover.plan warns of, on stderr; the report takes it from the plan. */
void session_warn(const struct session *session);

/* For a dry run: what would be done for that guest, printed or into the report. The plan is
 * handover.plan; REFUSED if it has refusals. */
enum result session_show_plan(const struct session *session, const char *guest);
void session_show_step(const struct session *session, const char *guest, const struct step *step);

/* The key of the guest that has a journal and goes by that name, or by that key. -ENOENT: none. */
int session_find_guest(const struct session *session, const char *word, char ret[GUEST_SIZE],
	struct error *error) MUST_CHECK;

/*
 * Prints, or reports, the refusals of handover.plan, or the error if there is no plan; at a guest's
 * door also to the system journal.
 */
enum result session_report(
	const struct session *session, enum result result, const struct error *error);
