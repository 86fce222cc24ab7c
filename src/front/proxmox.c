// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "front/definition.h"
#include "front/memory.h"

/*
 * /var/lib/vz/snippets/baton, the hookscript of a guest of Proxmox VE (contracts.md A1 to A4): argv
 * is VMID PHASE. Only in pre-start does the exit code mean something that we want: not 0 keeps the
 * guest from starting, and then post-stop is not called, nor is it after a start that fails later:
 * the guard is. Every member of the groups is on VFIO when we return, so that Proxmox finds nothing
 * to do and writes no new_id (contracts.md A5, seed 001b).
 *
 * Whatever is printed goes into the log of the task. Proxmox has the guest's configuration locked
 * meanwhile, so nothing of Proxmox's is called for that guest.
 */

/*
 * `qm cleanup`, which starts the guest again after a reboot, waits 60 seconds for the lock that is
 * held during post-stop (contracts.md A2).
 */
#define POST_STOP_S 45

#define PROXMOX_VMID_MAX 999999999

static int make_request(const struct proxmox_guest *guest, const struct host *host,
	struct request *ret, struct error *error) {
	int r = name_set(ret->guest, sizeof(ret->guest), guest->guest);

	/* The number is what people call a guest of Proxmox, and look for in the system journal. */
	r = r < 0 ? r : name_set(ret->title, sizeof(ret->title), guest->guest);
	return r < 0 ? r : definition_add_proxmox(guest, host, ret, error);
}

/* A backup starts a guest that is off, without an operator who would miss the card on the host. */
static int check_backup(const struct session *session, const struct proxmox_guest *guest,
	const char *id, struct error *error) {
	if (strcmp(guest->lock, "backup") != 0 ||
		session->configuration->policy.backups == CONSENT_ALLOW) {
		return 0;
	}
	return error_set(error, -EPERM,
		"%s is started only for its backup, which would take its devices from the host: back it up while it runs, or allow it with `backups = allow` in the section [policy] of /etc/baton/guests/%s.conf",
		guest->title, id);
}

static enum result hand_over(
	const struct invocation *invocation, const struct proxmox_guest *guest, const char *id) {
	AUTO_SESSION struct session session = {.root = -1};
	AUTO_HOST struct host host = {0};
	struct request request = {0};
	struct error error = {0};
	enum result result = session_open(invocation, id, &session);

	if (result == RESULT_DONE && check_backup(&session, guest, id, &error) < 0) {
		return session_report(&session, RESULT_REFUSED, &error);
	}
	result = result ? result : session_open_machine(&session, true);
	if (result != RESULT_DONE) {
		return result;
	}
	if (host_read(session.root, &host, &error) < 0 ||
		make_request(guest, &host, &request, &error) < 0) {
		return session_report(&session, RESULT_REFUSED, &error);
	}
	request.policy = session.configuration->policy;
	session.handover.guarded = true;
	return session_report(
		&session, session_hand_over(&session, &request, "proxmox", &error), &error);
}

static enum result pre_start(
	const struct invocation *invocation, unsigned int vmid, const char *id) {
	AUTO_CLOSE int root = root_open(invocation->root);
	struct proxmox_guest guest;
	struct error error = {0};

	if (root < 0) {
		error_set(&error, root, "cannot read /: %s", strerror(-root));
		return door_fail(invocation->platform, invocation->door, RESULT_REFUSED, &error);
	}
	if (proxmox_read(root, vmid, getenv("PVE_MIGRATED_FROM"), time(NULL), &guest, &error) < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	return guest.device_count > 0 ? hand_over(invocation, &guest, id) : RESULT_DONE;
}

/* What was taken stands in the journal: the configuration may be another by now. */
static enum result post_stop(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	struct error error = {0};
	enum result result = session_open_anyway(invocation, &session);

	result = result ? result : session_open_machine(&session, true);
	if (result != RESULT_DONE) {
		return result;
	}
	/* To end in the middle of a run is no harm: the guard goes on with it. */
	invocation->platform->limit(POST_STOP_S, RESULT_UNRESOLVED,
		"baton: this takes long; the guard goes on with it, see `baton status`\n");
	result = reattach(&session.handover, invocation->door, &error);
	return session_report(&session, result, &error);
}

int door_proxmox(const struct platform *platform, int argc, char **argv) {
	char guest[GUEST_SIZE], id[16];
	const struct invocation invocation = {.platform = platform, .root = "/", .door = guest};
	unsigned long long vmid;

	if (argc != 3 || number_parse(argv[1], PROXMOX_VMID_MAX, &vmid) < 0 ||
		name_format(id, sizeof(id), "%llu", vmid) < 0) {
		fprintf(stderr,
			"baton: usage: %s VMID PHASE: this is a hookscript for Proxmox VE\n",
			argv[0]);
		return RESULT_USAGE;
	}
	snprintf(guest, sizeof(guest), "proxmox:%s", id);
	if (strcmp(argv[2], "pre-start") == 0) {
		return (int)pre_start(&invocation, (unsigned int)vmid, id);
	}
	if (strcmp(argv[2], "post-stop") == 0) {
		return (int)post_stop(&invocation);
	}
	return RESULT_DONE;
}
