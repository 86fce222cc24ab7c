// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/doors.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What is recorded and meant, last first, as it is taken back. */
static int find_changes(
	const struct doors *doors, const struct changes *recorded, struct changes *ret) {
	int r = 0;

	for (size_t i = recorded->count; r == 0 && i > 0; i--) {
		const struct change *change = &recorded->items[i - 1];

		if (scope_has(&doors->scope, change)) {
			r = changes_add(ret, change->kind, change->subject, change->value);
		}
	}
	return r;
}

static bool will_go(const struct changes *changes, enum change_kind kind, const char *subject) {
	for (size_t i = 0; i < changes->count; i++) {
		if (changes->items[i].kind == kind &&
			strcmp(changes->items[i].subject, subject) == 0) {
			return true;
		}
	}
	return false;
}

/* Proxmox starts no guest whose hookscript is not there, so who set it by hand has to go first. */
static void look_left_behind(struct doors *doors, const struct changes *changes) {
	if (!will_go(changes, CHANGE_LINK, door_proxmox_place.link)) {
		return;
	}
	for (size_t i = 0; i < doors->roster.count; i++) {
		const struct roster_guest *guest = &doors->roster.guests[i];
		char number[16], remedy[64];

		if (!guest->proxmox || strcmp(guest->hookscript, PROXMOX_VOLUME) != 0 ||
			name_format(number, sizeof(number), "%u", guest->vmid) < 0 ||
			name_format(remedy, sizeof(remedy), "qm set %s --delete hookscript",
				number) < 0 ||
			will_go(changes, CHANGE_HOOKSCRIPT, number)) {
			continue;
		}
		findings_add(&doors->findings, "", FINDING_ERROR, guest->title, remedy,
			"has a door that baton did not give it, and would not start without it");
	}
}

static enum result uninstall(const struct invocation *invocation, struct doors *doors) {
	AUTO_CHANGES struct changes recorded = {0}, changes = {0};
	bool json = invocation->options & OPTION_JSON;
	struct error error;
	int r = setup_recorded(&doors->setup, &recorded, &error);

	if (r < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	r = find_changes(doors, &recorded, &changes);
	if (r < 0) {
		error_set(&error, r, "cannot plan: %s", strerror(-r));
		return command_fail(RESULT_REFUSED, &error);
	}
	look_left_behind(doors, &changes);
	if (findings_refuse(&doors->findings)) {
		return doors_print(doors, true, json, RESULT_REFUSED);
	}
	if (invocation->options & OPTION_DRY_RUN) {
		doors->changes = changes;
		changes = (struct changes){0};
		return doors_print(doors, true, json, RESULT_DONE);
	}
	r = setup_unmake(&doors->setup, &doors->scope, &doors->changes, &doors->findings, &error);
	if (r < 0 && doors->changes.count == 0) {
		return command_fail(RESULT_UNDONE, &error);
	}
	if (r < 0) {
		(void)doors_print(doors, true, json, RESULT_UNRESOLVED);
		return command_fail(RESULT_UNRESOLVED, &error);
	}
	return doors_print(doors, true, json, RESULT_DONE);
}

int command_uninstall(const struct invocation *invocation) {
	AUTO_DOORS struct doors doors;
	struct error error;
	enum result result = doors_open(invocation, &doors);

	if (result != RESULT_DONE) {
		return result;
	}
	if (geteuid() != 0) {
		error_set(&error, -EPERM, "only root can take a door away, or see what baton made");
		return command_fail(RESULT_REFUSED, &error);
	}
	return uninstall(invocation, &doors);
}
