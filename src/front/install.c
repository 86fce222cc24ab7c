// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/doors.h"
#include "front/session.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "report/status.h"

/* The hypervisor that a person named, or whose guest, has to be here; of "all", one. */
static void look_hypervisors(struct doors *doors) {
	const struct {
		const struct door *door;
		bool *wanted;
		bool named;
	} rows[] = {
		{&door_libvirt_place, &doors->scope.libvirt, !doors->any},
		{&door_proxmox_place, &doors->scope.proxmox,
			!doors->any || doors->scope.vmid_count > 0},
	};
	bool found = false;

	for (size_t i = 0; i < COUNT(rows); i++) {
		bool here = door_is_here(doors->setup.root, rows[i].door);

		if (*rows[i].wanted && !here && rows[i].named) {
			findings_add(&doors->findings, "", FINDING_ERROR, rows[i].door->hypervisor,
				"install the hypervisor first", "is not there");
			found = true;
		}
		*rows[i].wanted = *rows[i].wanted && here;
		found = found || *rows[i].wanted;
	}
	if (!found) {
		findings_add(&doors->findings, "", FINDING_ERROR, "hypervisor", "install one first",
			"is none here, neither libvirt nor Proxmox VE");
	}
}

static const struct roster_guest *find_vmid(const struct roster *roster, unsigned int vmid) {
	for (size_t i = 0; i < roster->count; i++) {
		if (roster->guests[i].proxmox && roster->guests[i].vmid == vmid) {
			return &roster->guests[i];
		}
	}
	return NULL;
}

/* A guest can have one hookscript, and that of somebody else is not ours to replace. */
static int look_guest(struct doors *doors, unsigned int vmid, struct error *error) {
	const struct roster_guest *guest = find_vmid(&doors->roster, vmid);
	char number[16];
	int r = name_format(number, sizeof(number), "%u", vmid);

	if (!guest || guest->problem.length) {
		findings_add(&doors->findings, "", FINDING_ERROR, guest ? guest->title : number,
			guest ? guest->problem.data : "baton install --list", "%s",
			guest ? "has no sound configuration"
			      : "is no guest of this node that could have a door");
	} else if (strcmp(guest->hookscript, PROXMOX_VOLUME) == 0) {
		findings_add(
			&doors->findings, "", FINDING_OK, guest->title, "", "has the door already");
	} else if (guest->hookscript[0]) {
		findings_add(&doors->findings, "", FINDING_ERROR, guest->title,
			"have that call baton-proxmox-hook with its two arguments, or take it away with qm set VMID --delete hookscript",
			"has the hookscript %s, and can have one only", guest->hookscript);
	} else {
		r = r < 0 ? r
			  : changes_add(&doors->changes, CHANGE_HOOKSCRIPT, number, PROXMOX_VOLUME);
	}
	return r < 0 ? error_set(error, r, "cannot plan for guest %u: %s", vmid, strerror(-r)) : 0;
}

/* Those that get devices and were not named. */
static void offer_guests(struct doors *doors) {
	for (size_t i = 0; i < doors->roster.count; i++) {
		const struct roster_guest *guest = &doors->roster.guests[i];
		char remedy[64];

		if (guest->proxmox && !guest->hookscript[0] && guest->devices.length &&
			name_format(remedy, sizeof(remedy), "baton install proxmox %u",
				guest->vmid) == 0) {
			findings_add(&doors->findings, "", FINDING_NEXT, guest->title, remedy,
				"gets devices and has no door yet");
		}
	}
}

static int look(struct doors *doors, struct error *error) {
	const struct setup *setup = &doors->setup;
	int r = 0;

	look_hypervisors(doors);
	if (doors->scope.libvirt) {
		r = door_look(setup->root, setup->owner, &door_libvirt_place, &doors->changes,
			&doors->findings, error);
	}
	if (r == 0 && doors->scope.proxmox) {
		r = door_look(setup->root, setup->owner, &door_proxmox_place, &doors->changes,
			&doors->findings, error);
	}
	for (size_t i = 0; r == 0 && doors->scope.proxmox && i < doors->scope.vmid_count; i++) {
		r = look_guest(doors, doors->vmids[i], error);
	}
	if (doors->scope.proxmox && doors->scope.vmid_count == 0) {
		offer_guests(doors);
	}
	door_look_configuration(setup->root, setup->owner, &doors->findings);
	return r;
}

/* Could the card be handed over as things are? */
static bool qualifies(struct session *session, const struct card_status *card) {
	struct request request = {.policy = session->configuration->policy};
	bool could;

	for (size_t i = 0; i < card->function_count; i++) {
		if (request_add(&request, card->functions[i]->address, NULL, NULL) < 0) {
			return false;
		}
	}
	request_name(&request, "hand");
	could = preview(&session->handover, &request, NULL) == 0 &&
		session->handover.plan->refusal_count == 0;
	plan_free(&session->handover.plan);
	session->handover.plan = NULL;
	return could;
}

/* The cards that could be handed over now. Whatever keeps us from saying so has harmed no door. */
static void offer_cards(const struct invocation *invocation, struct doors *doors) {
	AUTO_SESSION struct session session = {.root = -1};
	AUTO_HOST struct host host = {0};
	AUTO_STATUS struct status status = {0};
	const struct journals nobody = {0};

	if (session_open(invocation, NULL, &session) != RESULT_DONE ||
		session_open_machine(&session, false) != RESULT_DONE ||
		host_read(session.root, &host, NULL) < 0 ||
		status_make(&host, &nobody, &status) < 0) {
		return;
	}
	for (size_t i = 0; i < status.count; i++) {
		char remedy[64];

		if (status.cards[i].state == CARD_HOST && qualifies(&session, &status.cards[i]) &&
			name_format(remedy, sizeof(remedy), "baton plan %s",
				status.cards[i].slot) == 0) {
			findings_add(&doors->findings, "", FINDING_NEXT, status.cards[i].slot,
				remedy, "can be handed over now");
		}
	}
}

static enum result install(const struct invocation *invocation, struct doors *doors) {
	bool json = invocation->options & OPTION_JSON;
	struct error error;
	bool as_before;

	if (look(doors, &error) < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	if (findings_refuse(&doors->findings)) {
		changes_free(&doors->changes);
		return doors_print(doors, false, json, RESULT_REFUSED);
	}
	if (invocation->options & OPTION_DRY_RUN) {
		return doors_print(doors, false, json, RESULT_DONE);
	}
	if (setup_make(&doors->setup, &doors->changes, &as_before, &error) < 0) {
		return command_fail(as_before ? RESULT_UNDONE : RESULT_UNRESOLVED, &error);
	}
	offer_cards(invocation, doors);
	return doors_print(doors, false, json, RESULT_DONE);
}

int command_install(const struct invocation *invocation) {
	AUTO_DOORS struct doors doors;
	unsigned int options = invocation->options;
	struct error error;
	enum result result = doors_open(invocation, &doors);

	if (result != RESULT_DONE) {
		return result;
	}
	if (options & OPTION_LIST) {
		return doors_list(&doors, options & OPTION_JSON);
	}
	if (options & OPTION_ROOT) {
		error_set(&error, -EINVAL, "--root is for `baton install --list`");
		return command_fail(RESULT_USAGE, &error);
	}
	if (geteuid() != 0 && !(options & OPTION_DRY_RUN)) {
		error_set(&error, -EPERM, "only root can install a door");
		return command_fail(RESULT_REFUSED, &error);
	}
	return install(invocation, &doors);
}
