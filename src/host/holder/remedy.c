// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/remedy.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/disk/volume.h"
#include "host/holder/container.h"

#define SESSION "session-"
#define SCOPE   ".scope"

/* The part of a scope's name behind the prefix: "3" for "session-3.scope". 0: it is no such scope.
 */
static int find_name(const char *unit, const char *prefix, const char **ret) {
	if (!text_starts(unit, prefix) || !text_ends(unit, SCOPE)) {
		return 0;
	}
	*ret = unit + strlen(prefix);
	return (int)(strlen(*ret) - strlen(SCOPE));
}

/* Its units are its own: the host's service manager cannot stop them. */
static void say_of_container(const struct holder *holder, char ret[REMEDY_SIZE]) {
	bool of_user = text_starts(holder->who.unit, "user@");
	char stop[CONTAINER_STOP_SIZE];

	container_format_stop(holder->who.container, stop);
	snprintf(ret, REMEDY_SIZE, "stop its container (%s%s%s)", stop, of_user ? " as " : "",
		!of_user              ? ""
		: holder->who.user[0] ? holder->who.user
				      : "its user");
}

/* What a user's own manager runs outlives every session of the user. */
static void say_of_user(const struct holder *holder, char ret[REMEDY_SIZE]) {
	const char *user = holder->who.user[0] ? holder->who.user : "its user";

	if (holder->who.user_unit[0] && strcmp(holder->who.user_unit, "init.scope") != 0) {
		snprintf(ret, REMEDY_SIZE, "systemctl --user stop %s as %s", holder->who.user_unit,
			user);
	} else {
		snprintf(ret, REMEDY_SIZE, "end process %d of %s", holder->who.pid, user);
	}
}

/* logind opens cards for those who draw on them, and leaves copies with the first process, which
 * keeps them while logind restarts. */
static bool is_for_session(const struct holder *holder) {
	static const char *const units[] = {
		"init.scope", "systemd-logind.service", "seatd.service"};

	for (size_t i = 0; i < COUNT(units); i++) {
		if (strcmp(holder->who.unit, units[i]) == 0) {
			return text_starts(holder->node, "dri/");
		}
	}
	return false;
}

static void say_of_system(const struct holder *holder, char ret[REMEDY_SIZE]) {
	const char *session;
	int length = find_name(holder->who.unit, SESSION, &session);

	if (length > 0) {
		snprintf(ret, REMEDY_SIZE,
			"end process %d, or end session %.*s%s%s (loginctl terminate-session %.*s)",
			holder->who.pid, length, session, holder->who.user[0] ? " of " : "",
			holder->who.user, length, session);
	} else if (is_for_session(holder)) {
		snprintf(ret, REMEDY_SIZE,
			"end the login session that draws on it (loginctl shows them)");
	} else if (strcmp(holder->who.unit, "init.scope") == 0) {
		snprintf(ret, REMEDY_SIZE,
			"stop the unit that process %d keeps it open for (systemctl shows them)",
			holder->who.pid);
	} else if (holder->who.unit[0]) {
		snprintf(ret, REMEDY_SIZE, "stop %s", holder->who.unit);
	} else {
		snprintf(ret, REMEDY_SIZE, "end process %d", holder->who.pid);
	}
}

static void say_of_process(
	const struct host *host, const struct holder *holder, char ret[REMEDY_SIZE]) {
	if (holder->who.guest[0]) {
		snprintf(ret, REMEDY_SIZE, "stop guest %s", holder->who.guest);
	} else if (holder_of_display_manager(host, holder)) {
		snprintf(ret, REMEDY_SIZE, "stop %s", host->display_manager.unit);
	} else if (holder->who.container[0]) {
		say_of_container(holder, ret);
	} else if (text_starts(holder->who.unit, "user@")) {
		say_of_user(holder, ret);
	} else {
		say_of_system(holder, ret);
	}
}

/* What takes a volume down, and its name there. */
static void say_of_volume(const struct holder *holder, char ret[REMEDY_SIZE]) {
	char group[LABEL_SIZE];

	if (strcmp(holder->type, "LVM") == 0 &&
		volume_group(holder->name, group, sizeof(group)) == 0) {
		snprintf(ret, REMEDY_SIZE, "deactivate its volume group (vgchange -an %s)", group);
	} else if (strcmp(holder->type, "crypt") == 0) {
		snprintf(ret, REMEDY_SIZE, "close it (cryptsetup close %s)", holder->name);
	} else if (strcmp(holder->type, "RAID") == 0) {
		snprintf(ret, REMEDY_SIZE, "stop it (mdadm --stop /dev/%s)", holder->node);
	} else if (strcmp(holder->type, "multipath") == 0) {
		snprintf(ret, REMEDY_SIZE, "flush it (multipath -f %s)", holder->name);
	} else if (strcmp(holder->type, "loop") == 0) {
		snprintf(ret, REMEDY_SIZE, "detach it (losetup -d /dev/%s)", holder->node);
	} else if (strcmp(holder->type, "cache") == 0) {
		snprintf(ret, REMEDY_SIZE, "stop it (echo 1 >/sys/block/%s/bcache/stop)",
			holder->node);
	} else {
		snprintf(ret, REMEDY_SIZE, "remove it (dmsetup remove %s)", holder->name);
	}
}

static void say_of_remote(const struct holder *holder, char ret[REMEDY_SIZE]) {
	if (strcmp(holder->type, "iSCSI") == 0) {
		snprintf(ret, REMEDY_SIZE, "log out of it (iscsiadm -m node -p %s -u)",
			holder->name);
	} else if (strcmp(holder->type, "NVMe") == 0) {
		snprintf(ret, REMEDY_SIZE, "disconnect it (nvme disconnect -d %s)", holder->name);
	} else {
		snprintf(ret, REMEDY_SIZE, "unmount %s", holder->name);
	}
}

/* These do not keep it, and what they lose comes back with the device. */
static void say_of_bystander(const struct holder *holder, char ret[REMEDY_SIZE]) {
	if (holder->kind == HOLDER_INTERFACE) {
		snprintf(ret, REMEDY_SIZE, "nothing needs to be done (ip link set %s down)",
			holder->name);
	} else if (holder->kind == HOLDER_FSTAB) {
		snprintf(ret, REMEDY_SIZE,
			"nothing needs to be done; with noauto in /etc/fstab nothing mounts it by "
			"itself");
	} else {
		snprintf(ret, REMEDY_SIZE, "nothing needs to be done");
	}
}

static void say_of_mount(
	const struct host *host, const struct holder *holder, char ret[REMEDY_SIZE]) {
	if (holder->root) {
		snprintf(ret, REMEDY_SIZE,
			"it has to stay with the host: choose a device in another group, "
			"or move the card to another slot");
	} else if (holder->who.pid > 0) {
		say_of_process(host, holder, ret);
	} else {
		snprintf(ret, REMEDY_SIZE, "unmount %s", holder->name);
	}
}

static void say_of_login(
	const struct host *host, const struct holder *holder, char ret[REMEDY_SIZE]) {
	if (holder->own) {
		snprintf(ret, REMEDY_SIZE, "come in by another interface, or from the console");
	} else {
		say_of_process(host, holder, ret);
	}
}

void holder_remedy(const struct host *host, const struct holder *holder, char ret[REMEDY_SIZE]) {
	switch (holder->kind) {
	case HOLDER_PROCESS:
		say_of_process(host, holder, ret);
		break;
	case HOLDER_MOUNT:
		say_of_mount(host, holder, ret);
		break;
	case HOLDER_SWAP:
		snprintf(ret, REMEDY_SIZE, "run swapoff for /dev/%s", holder->node);
		break;
	case HOLDER_ROUTE:
		snprintf(ret, REMEDY_SIZE, "move the default route to another interface");
		break;
	case HOLDER_VOLUME:
		say_of_volume(holder, ret);
		break;
	case HOLDER_FILE_SYSTEM:
		snprintf(ret, REMEDY_SIZE, "end those who still use it (fuser -vm /dev/%s)",
			holder->node);
		break;
	case HOLDER_EXPORT:
		snprintf(ret, REMEDY_SIZE, "stop serving it (%s)",
			strcmp(holder->type, "nvmet") == 0 ? "nvmetcli" : "targetcli");
		break;
	case HOLDER_LOGIN:
		say_of_login(host, holder, ret);
		break;
	case HOLDER_GUEST:
		snprintf(ret, REMEDY_SIZE,
			"stop that guest or container, or give it another network card");
		break;
	case HOLDER_REMOTE:
		say_of_remote(holder, ret);
		break;
	case HOLDER_INTERFACE:
	case HOLDER_FSTAB:
	case HOLDER_CONSOLE:
	case HOLDER_CONSUMER:
	case HOLDER_MODULE:
		say_of_bystander(holder, ret);
		break;
	}
	(void)text_tame(ret);
}
