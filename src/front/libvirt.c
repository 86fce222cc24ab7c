// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "front/memory.h"
#include "request/domain_xml.h"

/*
 * /etc/libvirt/hooks/qemu.d/baton (contracts.md B1, B2): argv is GUEST OPERATION SUBOPERATION
 * EXTRA, the domain's XML stands on standard input, and only for `prepare begin` does the exit code
 * mean something that we want: not 0 keeps the guest from starting. libvirt captures our output and
 * waits for its end. `release end` is called after every `prepare begin`, also after one that
 * failed.
 */

static int read_xml(char **ret, size_t *ret_length, struct error *error) {
	int r = stream_read(STDIN_FILENO, DOMAIN_XML_MAX, ret, ret_length);

	if (r == -EFBIG) {
		return error_set(error, r, "the domain's XML is larger than 8 MiB");
	}
	return r < 0 ? error_set(error, r, "cannot read the domain's XML: %s", strerror(-r)) : 0;
}

static int read_request(struct request *ret, struct error *error) {
	AUTO_FREE char *xml = NULL;
	size_t length;
	int r = read_xml(&xml, &length, error);

	return r < 0 ? r : domain_xml_parse(xml, length, ret, error);
}

/* "libvirt:win11" to "win11": whose guests/NAME.conf counts. */
static const char *plain_name(const struct request *request) {
	const char *colon = strchr(request->title, ':');

	return colon ? colon + 1 : request->title;
}

static void leave_to_libvirt(const struct invocation *invocation) {
	const struct event event = {
		.guest = invocation->door,
		.outcome = OUTCOME_LEFT_ALONE,
		.detail =
			"a device comes from a network's pool, and libvirt chooses it later: that "
			"one is left to libvirt",
	};

	invocation->platform->log(&event);
	fprintf(stderr, "baton: %s: %s\n", event.guest, event.detail);
}

static enum result prepare(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	struct request request = {0};
	struct error error = {0};
	enum result result;

	if (read_request(&request, &error) < 0) {
		return door_fail(invocation->platform, invocation->door, RESULT_USAGE, &error);
	}
	if (request.later) {
		leave_to_libvirt(invocation);
	}
	if (request.device_count == 0) {
		return RESULT_DONE;
	}
	result = session_open(invocation, plain_name(&request), &session);
	result = result ? result : session_open_machine(&session, false);
	if (result != RESULT_DONE) {
		return result;
	}
	request.policy = session.configuration->policy;
	session.handover.guarded = true;
	return session_report(
		&session, session_hand_over(&session, &request, "libvirt", &error), &error);
}

static enum result release(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	struct request request = {0};
	struct error error = {0};
	enum result result;

	if (read_request(&request, &error) < 0) {
		return door_fail(invocation->platform, invocation->door, RESULT_USAGE, &error);
	}
	result = session_open_anyway(invocation, &session);
	result = result ? result : session_open_machine(&session, false);
	if (result != RESULT_DONE) {
		return result;
	}
	return session_report(&session, reattach(&session.handover, request.guest, &error), &error);
}

int door_libvirt(const struct platform *platform, int argc, char **argv) {
	char guest[TITLE_SIZE];
	const struct invocation invocation = {.platform = platform, .root = "/", .door = guest};

	if (argc < 4) {
		fprintf(stderr,
			"baton: usage: %s GUEST OPERATION SUBOPERATION EXTRA: this is a hook "
			"for libvirt\n",
			argv[0]);
		return RESULT_USAGE;
	}
	snprintf(guest, sizeof(guest), "libvirt:%s", argv[1]);
	if (strcmp(argv[2], "prepare") == 0 && strcmp(argv[3], "begin") == 0) {
		return prepare(&invocation) == RESULT_DONE ? 0 : 1;
	}
	if (strcmp(argv[2], "release") == 0 && strcmp(argv[3], "end") == 0) {
		/* Said in the system journal; the guard goes on with it. */
		(void)release(&invocation);
	}
	return 0;
}
