// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "front/memory.h"
#include "request/qemu/arguments.h"

/*
 * baton run [--guest NAME] -- qemu-system-x86_64 ...: a plain QEMU with a hand-over around it. The
 * devices stand in QEMU's own arguments. What QEMU exits with, so do we; what we fail with comes on
 * top of OWN, so that the two can be told apart.
 *
 * If we die, QEMU runs on, and the guard brings the card home when it ends. A QEMU that goes into
 * the background (-daemonize) is left to the guard in the same way.
 */

#define OWN 120

static int own(enum result result) {
	return OWN + (int)result;
}

static int read_config(
	int root, const char *path, struct qemu_arguments *arguments, struct error *error) {
	AUTO_FREE char *data = NULL;
	size_t length;
	int r = file_read(root, path, QEMU_CONFIG_MAX, &data, &length);

	return r < 0 ? error_set(error, r, "cannot read %s: %s", path, strerror(-r))
		     : qemu_config_parse(path, data, length, arguments, error);
}

/* QEMU reads them from where it is started, and so do we. */
static int read_configs(struct qemu_arguments *arguments, struct error *error) {
	AUTO_CLOSE int here = root_open(".");
	AUTO_CLOSE int root = root_open("/");
	int r = here < 0 ? here : root < 0 ? root : 0;

	if (r < 0) {
		return error_set(error, r, "cannot read the current directory: %s", strerror(-r));
	}
	for (size_t i = 0; r == 0 && i < arguments->config_count; i++) {
		const char *path = arguments->configs[i];

		r = read_config(path[0] == '/' ? root : here, path, arguments, error);
	}
	return r;
}

/* The guest is called as --guest says, as QEMU is told, or after its first device. */
static int make_request(const struct invocation *invocation, const struct qemu_arguments *arguments,
	struct request *ret, struct error *error) {
	char address[ADDRESS_SIZE];
	const char *name = invocation->guest ? invocation->guest : arguments->name;
	int r;

	if (!name[0]) {
		name = address_format(arguments->devices[0], address);
	}
	r = name_format(ret->guest, sizeof(ret->guest), "qemu:%s", name);
	r = r < 0 ? r : name_set(ret->title, sizeof(ret->title), ret->guest);
	if (r < 0) {
		return error_set(error, -EINVAL,
			"the guest's name is longer than %zu bytes: give it another with --guest",
			sizeof(ret->guest) - sizeof("qemu:"));
	}
	for (size_t i = 0; r == 0 && i < arguments->device_count; i++) {
		r = request_add(ret, arguments->devices[i], NULL, error);
	}
	return r;
}

/*
 * The program as the shell would find it; the caller frees it. NULL: there is none, and no card is
 * taken from the host for it.
 */
static char *find_program(const char *name) {
	AUTO_FREE char *path = NULL;
	const char *directories = getenv("PATH");
	char *rest, *directory;

	if (strchr(name, '/')) {
		return access(name, X_OK) == 0 ? strdup(name) : NULL;
	}
	path = strdup(directories ? directories : "/usr/bin:/bin");
	for (rest = path; rest && (directory = strsep(&rest, ":"));) {
		AUTO_TEXT struct text candidate = {0};

		if (text_add(&candidate, "%s/%s", directory[0] ? directory : ".", name) >= 0 &&
			access(candidate.data, X_OK) == 0) {
			return strdup(candidate.data);
		}
	}
	return NULL;
}

static enum result take(
	const struct invocation *invocation, const char *name, struct request *request) {
	AUTO_SESSION struct session session = {.root = -1};
	struct error error = {0};
	enum result result = session_open(invocation, name, &session);

	result = result ? result : session_step_aside(&session);
	result = result ? result : session_open_machine(&session, true);
	if (result != RESULT_DONE) {
		return result;
	}
	request->policy = session.configuration->policy;
	session.handover.guarded = !(invocation->options & OPTION_NO_GUARD);
	return session_report(
		&session, session_hand_over(&session, request, "qemu", &error), &error);
}

static enum result give_back(const struct invocation *invocation, const char *guest) {
	AUTO_SESSION struct session session = {.root = -1};
	struct error error = {0};
	enum result result = session_open_anyway(invocation, &session);

	result = result ? result : session_open_machine(&session, true);
	return result ? result
		      : session_report(
				&session, reattach(&session.handover, guest, &error), &error);
}

static int run_with_devices(const struct invocation *invocation, const char *program,
	const struct qemu_arguments *arguments) {
	struct request request = {0};
	struct error error = {0};
	enum result result;
	int code;

	if (make_request(invocation, arguments, &request, &error) < 0) {
		return own(command_fail(RESULT_USAGE, &error));
	}
	result = take(invocation, request.guest + strlen("qemu:"), &request);
	if (result != RESULT_DONE) {
		return own(result);
	}
	code = invocation->platform->run(program, invocation->words, &error);
	if (code < 0) {
		code = own(command_fail(RESULT_UNDONE, &error));
	}
	if (arguments->daemonize && code == 0) {
		return code;
	}
	result = give_back(invocation, request.guest);
	return result == RESULT_DONE ? code : own(result);
}

int command_run(const struct invocation *invocation) {
	AUTO_FREE char *program = find_program(invocation->words[0]);
	struct qemu_arguments arguments;
	struct error error = {0};
	int code;

	if (!program) {
		error_set(&error, -ENOENT, "%s is not a program that can be executed",
			invocation->words[0]);
		return own(command_fail(RESULT_USAGE, &error));
	}
	if (qemu_arguments_parse((const char *const *)invocation->words + 1,
		    invocation->word_count - 1, &arguments, &error) < 0 ||
		read_configs(&arguments, &error) < 0) {
		return own(command_fail(RESULT_USAGE, &error));
	}
	if (arguments.daemonize && (invocation->options & OPTION_NO_GUARD)) {
		error_set(&error, -EINVAL,
			"without a guard nobody brings the card home from a QEMU in the background: leave out --no-guard or -daemonize");
		return own(command_fail(RESULT_USAGE, &error));
	}
	if (arguments.device_count > 0) {
		return run_with_devices(invocation, program, &arguments);
	}
	code = invocation->platform->run(program, invocation->words, &error);
	return code < 0 ? own(command_fail(RESULT_UNDONE, &error)) : code;
}
