// SPDX-License-Identifier: GPL-2.0-or-later
#include "asked.h"

#include <errno.h>
#include <string.h>

#include "plan/audio.h"

/* What no file says is asked for: a unit that does not exist is not up. */
static int ask_unit(struct ops *ops, const char *subject, bool *ret, struct error *error) {
	char value[VALUE_SIZE];
	int r = ops->get(ops, FACT_SERVICE, subject, value, error);

	*ret = r == 0 && strcmp(value, VALUE_UP) == 0;
	return r == -ENODEV ? 0 : r;
}

/* Is the holder of a device that comes into question: in a slot or group that is asked for? */
static bool concerns(
	const struct host *host, const struct request *request, const struct holder *holder) {
	const struct device *held = host_device(host, holder->device);

	for (size_t i = 0; held && i < request->device_count; i++) {
		const struct device *asked = host_device(host, request->devices[i].address);

		if (asked && (address_same_slot(asked->address, held->address) ||
				     (asked->group != GROUP_NONE && asked->group == held->group))) {
			return true;
		}
	}
	return false;
}

/* Of the many nodes that a user's service has open, one is enough. */
static bool is_first(const struct host *host, const struct request *request, size_t index) {
	const struct holder *holder = &host->holders[index];

	for (size_t i = 0; i < index; i++) {
		const struct holder *other = &host->holders[i];

		if (strcmp(other->who.unit, holder->who.unit) == 0 &&
			strcmp(other->who.user_unit, holder->who.user_unit) == 0 &&
			concerns(host, request, other)) {
			return false;
		}
	}
	return holder->who.user_unit[0] && concerns(host, request, holder);
}

/* What would start a sound server again: is it up? */
static int ask_audio(
	struct ops *ops, const struct holder *holder, struct names *up, struct error *error) {
	const struct audio *audio = audio_find(holder->who.user_unit);
	int r = 0;

	for (size_t i = 0; r == 0 && audio && audio->before[i]; i++) {
		char subject[SUBJECT_SIZE];
		bool is_up = false;

		r = step_write_user_unit(holder->who.unit, audio->before[i], subject);
		r = r < 0 ? r : ask_unit(ops, subject, &is_up, error);
		r = r == 0 && is_up ? names_add(up, subject) : r;
	}
	return r;
}

/* May it be stopped, by its user's own manager? */
static bool may_stop(const struct policy *policy, const struct holder *holder) {
	return policy->holders == HOLDERS_TERMINATE || audio_find(holder->who.user_unit) ||
	       policy_has(&policy->services, holder->who.user_unit);
}

/* Whether the unit itself is up is known; whether its manager answers is not. */
static int ask_manager(struct ops *ops, const struct holder *holder, struct answers *answers,
	struct error *error) {
	char subject[SUBJECT_SIZE];
	bool ignored;
	int r = step_write_user_unit(holder->who.unit, holder->who.user_unit, subject);

	if (r < 0 || names_has(&answers->silent, holder->who.unit)) {
		return 0; /* one that no step can name is none that is stopped */
	}
	r = ask_unit(ops, subject, &ignored, error);
	r = r < 0 ? r : ask_audio(ops, holder, &answers->up, error);
	return r == -ETIMEDOUT ? names_add(&answers->silent, holder->who.unit) : r;
}

int asked_fill(struct ops *ops, const struct host *host, const struct request *request,
	struct asked *ret, struct answers *ret_answers, struct error *error) {
	const struct policy *policy = &request->policy;
	int r = 0;

	*ret = (struct asked){.up = &ret_answers->up, .silent = &ret_answers->silent};
	if (host->display_manager.unit[0]) {
		r = ask_unit(ops, host->display_manager.unit, &ret->display_manager_up, error);
	}
	/* With `refuse` nobody is stopped, and so nobody's manager has to answer. */
	for (size_t i = 0; r == 0 && policy->holders != HOLDERS_REFUSE && i < host->holder_count;
		i++) {
		if (is_first(host, request, i) && may_stop(policy, &host->holders[i])) {
			r = ask_manager(ops, &host->holders[i], ret_answers, error);
		}
	}
	return r;
}

void answers_free(struct answers *answers) {
	names_free(&answers->up);
	names_free(&answers->silent);
}
