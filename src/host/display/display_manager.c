// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/display/display_manager.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/holder/process.h"
#include "host/holder/session.h"

#define ALIAS "display-manager.service"

/* How far up a session's leader may stand from the display manager, and how long aliases may be. */
#define ANCESTORS_MAX 32
#define ALIASES_MAX   8

/* systemd's own order (systemd.unit(5)). */
static const char *const directories[] = {"etc/systemd/system", "run/systemd/system",
	"usr/local/lib/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"};

/* Is there such a unit file? 1: it is a link, to ret; 0: it is a file; -ENOENT. */
static int find_unit(int root, const char *name, char *ret, size_t size) {
	for (size_t i = 0; i < COUNT(directories); i++) {
		char path[512];
		int r = name_format(path, sizeof(path), "%s/%s", directories[i], name);

		if (r == 0) {
			r = link_read_name(root, path, ret, size);
		}
		if (r == 0) {
			return 1;
		}
		if (r == -EINVAL) {
			return 0;
		}
	}
	return -ENOENT;
}

/*
 * Follows the links by their names: gdm's own unit is once more an alias on Debian, and processes
 * bear the name at the end. A link to /dev/null is a unit that is masked.
 */
int display_manager_read(int root, struct display_manager *ret) {
	char name[LABEL_SIZE] = ALIAS, target[LABEL_SIZE];

	for (int i = 0; i < ALIASES_MAX; i++) {
		int r = find_unit(root, name, target, sizeof(target));

		if (r == 0) {
			return name_set(ret->unit, sizeof(ret->unit), name);
		}
		if (r < 0 || strcmp(target, "null") == 0) {
			/* A name without a file of its own: sysvinit's scripts are units too. */
			bool alias = r < 0 && strcmp(name, ALIAS) != 0;

			return name_set(ret->unit, sizeof(ret->unit), alias ? name : "");
		}
		if (strcmp(target, name) == 0) {
			return name_set(ret->unit, sizeof(ret->unit), name);
		}
		memcpy(name, target, sizeof(name));
	}
	ret->unit[0] = '\0';
	return 0;
}

/* A session's leader moves to the session's scope; its parents stay in the unit. */
static bool descends(int root, int pid, const char *unit) {
	for (int i = 0; i < ANCESTORS_MAX && pid > 1; i++) {
		char other[LABEL_SIZE];

		if (process_unit(root, pid, other, sizeof(other)) == 0 &&
			strcmp(other, unit) == 0) {
			return true;
		}
		if (process_parent(root, pid, &pid) < 0) {
			return false;
		}
	}
	return false;
}

/* Has the user of a session another one, which stays? */
static bool stays(
	const struct sessions *sessions, const bool *ours, const struct session *session) {
	for (size_t i = 0; i < sessions->count; i++) {
		const struct session *other = &sessions->sessions[i];

		if (!ours[i] && other->of_a_person && other->uid == session->uid) {
			return true;
		}
	}
	return false;
}

static bool lingers(int root, const struct session *session) {
	char path[sizeof("var/lib/systemd/linger/") + sizeof(session->user)];

	return session->user[0] && !strchr(session->user, '/') &&
	       name_format(path, sizeof(path), "var/lib/systemd/linger/%s", session->user) == 0 &&
	       file_exists(root, path);
}

static int add_name(struct names *names, const char *name) {
	return names_has(names, name) ? 0 : names_add(names, name);
}

/* A user's manager outlives the desktop if the user has another session, or lingers. */
static int add_session(int root, struct display_manager *manager, const struct sessions *sessions,
	const bool *ours, const struct session *session) {
	bool has_other = stays(sessions, ours, session);
	char user[LABEL_SIZE];
	struct names *names =
		has_other || lingers(root, session) ? &manager->desktops : &manager->units;
	int r = names_add(&manager->units, session->scope);

	r = r < 0 ? r : name_format(user, sizeof(user), "user@%u.service", session->uid);
	r = r < 0 ? r : add_name(names, user);
	return r < 0 || has_other || !session->of_a_person
		       ? r
		       : add_name(&manager->users, session->user);
}

int display_manager_read_sessions(int root, struct display_manager *manager) {
	AUTO_SESSIONS struct sessions sessions = {0};
	AUTO_FREE bool *ours = NULL;
	int r;

	display_manager_done(manager);
	if (!manager->unit[0]) {
		return 0;
	}
	r = names_add(&manager->units, manager->unit);
	if (r == 0) {
		r = sessions_read(root, &sessions);
	}
	ours = calloc(sessions.count + 1, sizeof(*ours));
	if (r < 0 || !ours) {
		return r < 0 ? r : -ENOMEM;
	}
	for (size_t i = 0; i < sessions.count; i++) {
		ours[i] = descends(root, sessions.sessions[i].leader, manager->unit);
	}
	for (size_t i = 0; i < sessions.count && r == 0; i++) {
		if (ours[i]) {
			r = add_session(root, manager, &sessions, ours, &sessions.sessions[i]);
		}
	}
	return r;
}

int host_ends_with_display_manager(int root, int pid, bool *ret) {
	CLEANUP(display_manager_done) struct display_manager manager = {0};
	char unit[LABEL_SIZE];
	int r = display_manager_read(root, &manager);

	r = r < 0 ? r : display_manager_read_sessions(root, &manager);
	r = r < 0 ? r : process_unit(root, pid, unit, sizeof(unit));
	if (r < 0) {
		return r;
	}
	*ret = names_has(&manager.units, unit) || names_has(&manager.desktops, unit);
	return 0;
}

void display_manager_done(struct display_manager *manager) {
	names_free(&manager->units);
	names_free(&manager->desktops);
	names_free(&manager->users);
}

/* What a desktop gives up when its session ends, although the user's manager stays. */
static bool is_graphics(const struct holder *holder) {
	return text_starts(holder->node, "dri/") || text_starts(holder->node, "nvidia");
}

static bool runs_below(const struct display_manager *manager, const struct holder *holder) {
	return names_has(&manager->units, holder->who.unit) ||
	       (is_graphics(holder) && names_has(&manager->desktops, holder->who.unit));
}

/* Does a process of the display manager, and not one on its behalf, hold the device? */
static bool is_held(const struct host *host, struct address device) {
	for (size_t i = 0; i < host->holder_count; i++) {
		const struct holder *holder = &host->holders[i];

		if (address_compare(holder->device, device) == 0 && holder->who.unit[0] &&
			runs_below(&host->display_manager, holder)) {
			return true;
		}
	}
	return false;
}

/* These open a card for a session's compositor, which gets a copy of the descriptor, and close it
 * when the session ends (logind: TakeDevice). The first process keeps another for logind, in case
 * that is restarted (FDSTORE). */
bool holder_is_seat_manager(const struct holder *holder) {
	static const char *const units[] = {
		"systemd-logind.service", "elogind.service", "init.scope", "seatd.service"};

	for (size_t i = 0; i < COUNT(units); i++) {
		if (strcmp(holder->who.unit, units[i]) == 0) {
			return true;
		}
	}
	return false;
}

bool holder_of_display_manager(const struct host *host, const struct holder *holder) {
	if (holder->kind != HOLDER_PROCESS || !holder->who.unit[0]) {
		return false;
	}
	return runs_below(&host->display_manager, holder) ||
	       (holder_is_seat_manager(holder) && is_held(host, holder->device));
}

bool host_display_manager_holds(const struct host *host, struct address device) {
	return is_held(host, device);
}
