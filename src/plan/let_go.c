// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan/audio.h"
#include "plan/daemon.h"

/*
 * What makes those let go who hold a device, as far as policy allows: the end of the display
 * manager, of a service, or of a process. Services come first, because they come back; what does
 * not is done last.
 */

static bool is_one_of(const char *word, const char *const *words, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (strcmp(word, words[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* Without these the machine, a login session or the operator's connection ends. As the kernel keeps
 * names: 15 bytes at most. */
static bool is_program_of_system(const char *name) {
	static const char *const programs[] = {"(sd-pam)", "dbus-broker", "dbus-broker-lau",
		"dbus-daemon", "elogind", "gdm-session-wor", "greetd", "init", "kvm", "login",
		"sddm-helper", "seatd", "sshd", "sshd-session", "systemd"};

	return is_one_of(name, programs, COUNT(programs)) || text_starts(name, "qemu-") ||
	       text_starts(name, "systemd-") || text_starts(name, "baton");
}

static bool is_unit_of_system(const char *unit) {
	static const char *const units[] = {"dbus-broker.service", "dbus.service",
		"elogind.service", "init.scope", "libvirtd.service", "qmeventd.service",
		"seatd.service", "virtqemud.service"};

	return is_one_of(unit, units, COUNT(units)) || text_starts(unit, "systemd-") ||
	       text_starts(unit, "baton-");
}

/* Nothing that a policy says is about these. A name that reads as "none" is one of a program that
 * hides. */
static bool is_untouchable(const struct holder *holder) {
	return holder->who.pid <= 1 || holder->who.guest[0] || !holder->name[0] ||
	       strcmp(holder->name, VALUE_NONE) == 0 || is_program_of_system(holder->name) ||
	       is_unit_of_system(holder->who.unit) || is_unit_of_system(holder->who.user_unit);
}

/* The unit that is its own: not the manager of a user as a whole. */
static const char *unit_of(const struct holder *holder) {
	if (holder->who.user_unit[0]) {
		return holder->who.user_unit;
	}
	return text_starts(holder->who.unit, "user@") ? "" : holder->who.unit;
}

static bool is_service(const char *unit) {
	return text_ends(unit, ".service");
}

/* Is it a service that may be stopped with `holders = stop-services`? */
static bool is_known(const struct policy *policy, const struct holder *holder) {
	const char *unit = unit_of(holder);

	return policy_has(&policy->services, unit) ||
	       (holder->who.user_unit[0] ? audio_find(unit) != NULL : daemon_find(unit) != NULL);
}

/* May it be ended with `holders = terminate`? */
static bool is_wanted(const struct policy *policy, const struct holder *holder) {
	return policy->holders == HOLDERS_TERMINATE &&
	       (policy->programs.count == 0 || policy_has_program(&policy->programs, holder->name));
}

static int write_unit(const struct holder *holder, const char *unit, char ret[SUBJECT_SIZE]) {
	return holder->who.user_unit[0] ? step_write_user_unit(holder->who.unit, unit, ret)
					: name_set(ret, SUBJECT_SIZE, unit);
}

/* Without the display manager. */
static enum means find_own_means(const struct making *making, const struct holder *holder) {
	const struct policy *policy = &making->request->policy;
	const char *unit = unit_of(holder);
	char subject[SUBJECT_SIZE];

	if (holder->kind != HOLDER_PROCESS || policy->holders == HOLDERS_REFUSE ||
		is_untouchable(holder)) {
		return MEANS_NONE;
	}
	if ((is_known(policy, holder) || (is_wanted(policy, holder) && is_service(unit))) &&
		write_unit(holder, unit, subject) == 0) {
		return MEANS_SERVICE;
	}
	/* One whose start is not known could be another one by then. */
	return is_wanted(policy, holder) && policy->losses == CONSENT_ALLOW && holder->who.start > 0
		       ? MEANS_PROCESS
		       : MEANS_NONE;
}

/* Somebody on a seat has the device through its manager: does he go? */
static bool is_left(const struct making *making, struct address device) {
	for (size_t i = 0; i < making->host->holder_count; i++) {
		const struct holder *holder = &making->host->holders[i];

		if (address_compare(holder->device, device) == 0 &&
			!holder_is_seat_manager(holder) &&
			find_own_means(making, holder) != MEANS_NONE) {
			return true;
		}
	}
	return false;
}

enum means plan_means(const struct making *making, const struct holder *holder) {
	if (making->display_manager_goes && holder_of_display_manager(making->host, holder)) {
		return MEANS_DISPLAY_MANAGER;
	}
	if (holder_is_seat_manager(holder)) {
		return is_left(making, holder->device) ? MEANS_SEAT : MEANS_NONE;
	}
	return find_own_means(making, holder);
}

/* What a session runs can also be its user's own service, of which that manager is asked. */
static bool needs_display_manager(const struct making *making, const struct holder *holder) {
	return plan_has(making->plan, holder->device) &&
	       holder_of_display_manager(making->host, holder) && !holder_is_seat_manager(holder) &&
	       !(holder->who.user_unit[0] && is_known(&making->request->policy, holder));
}

/*
 * Does it ask for the password on a terminal, or may it? Such a one never has a card, however long
 * it is up; a session that it has begun is told by what that has open. (One that is just beginning
 * is seen by the proof before the write.)
 */
static bool may_draw_text(const char *unit) {
	static const char *const units[] = {
		"emptty.service", "greetd.service", "lemurs.service", "ly.service"};

	return is_one_of(unit, units, COUNT(units)) || text_starts(unit, "ly@");
}

/* A display manager that has just been started is about to open every card there is. */
static bool is_starting(const struct host *host) {
	if (may_draw_text(host->display_manager.unit)) {
		return false;
	}
	for (size_t i = 0; i < host->holder_count; i++) {
		if (holder_of_display_manager(host, &host->holders[i])) {
			return false;
		}
	}
	return true;
}

static bool needs_starting_display_manager(const struct making *making) {
	if (!is_starting(making->host)) {
		return false;
	}
	for (size_t i = 0; i < making->plan->device_count; i++) {
		if (host_card(making->host, making->plan->devices[i].address)) {
			return true;
		}
	}
	return false;
}

/* Of thousands of holders most plans have none. */
void plan_find_holders(struct making *making) {
	const struct host *host = making->host;
	size_t i = 0;

	while (i < host->holder_count && !plan_has(making->plan, host->holders[i].device)) {
		i++;
	}
	making->first_holder = i;
}

void plan_find_display_manager(struct making *making) {
	bool up = making->asked->display_manager_up;
	bool goes = up && needs_starting_display_manager(making);

	for (size_t i = making->first_holder; up && !goes && i < making->host->holder_count; i++) {
		goes = needs_display_manager(making, &making->host->holders[i]);
	}
	making->display_manager_goes = goes;
}

static int suggest_unit(const struct policy *policy, const char *unit, char *ret, size_t size) {
	return snprintf(ret, size,
		policy->holders == HOLDERS_REFUSE
			? ", or set `holders = stop-services` and `services = %s` in the section "
			  "[policy]"
			: ", or add %s to `services` in the section [policy]",
		unit);
}

void plan_suggest(
	const struct making *making, const struct holder *holder, char *ret, size_t size) {
	const struct policy *policy = &making->request->policy;
	const char *unit = unit_of(holder);

	*ret = '\0';
	if (holder->kind != HOLDER_PROCESS || is_untouchable(holder) ||
		holder_is_seat_manager(holder)) {
		return;
	}
	if (policy->holders == HOLDERS_REFUSE && is_known(policy, holder)) {
		snprintf(ret, size, ", or set `holders = stop-services` in the section [policy]");
	} else if (policy->holders != HOLDERS_TERMINATE && is_service(unit)) {
		(void)suggest_unit(policy, unit, ret, size);
	} else if (policy->holders != HOLDERS_TERMINATE) {
		snprintf(ret, size, ", or set `holders = terminate` in the section [policy]");
	} else if (!is_wanted(policy, holder)) {
		snprintf(ret, size, ", or add %s to `programs` in the section [policy]",
			holder->name);
	} else if (policy->losses != CONSENT_ALLOW) {
		snprintf(ret, size, ", or set `losses = allow` in the section [policy]");
	}
	(void)text_tame(ret);
}

static int stop(struct making *making, const char *subject) {
	if (plan_has_step(making->plan, FACT_SERVICE, subject)) {
		return 0;
	}
	return plan_add(making->plan, FACT_SERVICE, subject, VALUE_UP, VALUE_DOWN) ? 0 : -E2BIG;
}

static bool is_up(const struct making *making, const char *subject) {
	const struct names *up = making->asked->up;

	for (size_t i = 0; up && i < up->count; i++) {
		if (strcmp(up->names[i], subject) == 0) {
			return true;
		}
	}
	return false;
}

static int stop_before(struct making *making, const struct holder *holder) {
	const struct audio *audio =
		holder->who.user_unit[0] ? audio_find(holder->who.user_unit) : NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && audio && audio->before[i]; i++) {
		char subject[SUBJECT_SIZE];

		r = write_unit(holder, audio->before[i], subject);
		r = r == 0 && is_up(making, subject) ? stop(making, subject) : r;
	}
	return r;
}

int plan_add_services(struct making *making) {
	int r = 0;

	for (size_t i = making->first_holder; r == 0 && i < making->host->holder_count; i++) {
		const struct holder *holder = &making->host->holders[i];
		char subject[SUBJECT_SIZE];

		if (!plan_has(making->plan, holder->device) ||
			plan_means(making, holder) != MEANS_SERVICE) {
			continue;
		}
		r = stop_before(making, holder);
		r = r < 0 ? r : write_unit(holder, unit_of(holder), subject);
		r = r < 0 ? r : stop(making, subject);
	}
	return r;
}

static int end_process(struct making *making, const struct holder *holder) {
	struct planned *planned;
	char subject[SUBJECT_SIZE];
	int r = step_write_process(holder->who.pid, holder->who.start, subject);

	if (r < 0 || plan_has_step(making->plan, FACT_PROCESS, subject)) {
		return r;
	}
	planned = plan_add(making->plan, FACT_PROCESS, subject, holder->name, VALUE_NONE);
	if (!planned) {
		return -E2BIG;
	}
	snprintf(planned->loss, sizeof(planned->loss), "%s (process %d) ends", holder->name,
		holder->who.pid);
	(void)text_tame(planned->loss); /* a program calls itself what it likes */
	return 0;
}

int plan_add_processes(struct making *making) {
	int r = 0;

	for (size_t i = making->first_holder; r == 0 && i < making->host->holder_count; i++) {
		const struct holder *holder = &making->host->holders[i];

		if (plan_has(making->plan, holder->device) &&
			plan_means(making, holder) == MEANS_PROCESS) {
			r = end_process(making, holder);
		}
	}
	return r;
}

/* Does it serve what stays with the host, too? */
static bool serves_others(const char *subject) {
	const struct daemon *daemon;
	const char *unit;
	bool of_user;
	uint32_t uid;

	if (step_read_unit(subject, &of_user, &uid, &unit) < 0) {
		return false;
	}
	daemon = daemon_find(unit);
	return of_user ? audio_has(unit) : daemon && daemon->elsewhere;
}

int plan_add_restarts(struct making *making) {
	for (size_t i = making->plan->step_count; i-- > 0;) {
		const struct planned *planned = &making->plan->steps[i];
		struct planned *restart;

		if (planned->step.fact != FACT_SERVICE || planned->adopted ||
			!serves_others(planned->step.subject)) {
			continue;
		}
		restart = plan_add(
			making->plan, FACT_SERVICE, planned->step.subject, VALUE_DOWN, VALUE_UP);
		if (!restart) {
			return -E2BIG;
		}
		restart->dispensable = true;
	}
	return 0;
}
