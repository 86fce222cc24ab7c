// SPDX-License-Identifier: GPL-2.0-or-later
#include "stay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* The journals of ways home that are taken here are called after this: nobody watches them. */
#define AGAIN "again"

/*
 * The driver that the device had first, or, on a way home that has no way out, gets last; NULL:
 * none, or the journal does not say.
 */
static const char *find_home(const struct journal *journal, const char *device, bool homeward) {
	const char *home = NULL;

	for (size_t i = 0; i < journal->record_count && (homeward || !home); i++) {
		const struct step *step = &journal->records[i].step;

		if (step->fact == FACT_DRIVER && strcmp(step->subject, device) == 0) {
			home = homeward ? step->to : step->from;
		}
	}
	return home && strcmp(home, VALUE_NONE) != 0 ? home : NULL;
}

static bool has_stopped(const struct stay *stay, const char *service) {
	for (size_t i = 0; i < stay->service_count; i++) {
		if (strcmp(stay->services[i], service) == 0) {
			return true;
		}
	}
	return false;
}

void stay_note(struct stay *stay, const struct journal *journal) {
	bool homeward = strcmp(journal->owner.door, "home") == 0;

	if (text_starts(journal->guest, AGAIN ":")) {
		return;
	}
	memcpy(stay->title, journal->title, sizeof(stay->title));
	stay->count = journal->device_count;
	for (size_t i = 0; i < journal->device_count; i++) {
		const char *home = find_home(journal, journal->devices[i].name, homeward);

		stay->all[i].device = journal->devices[i];
		stay->all[i].only_told = homeward;
		if (home) {
			memcpy(stay->all[i].home, home, VALUE_SIZE);
		}
	}
	for (size_t i = 0; i < journal->record_count; i++) {
		const struct step *step = &journal->records[i].step;

		stay->shown = stay->shown || step->fact == FACT_CONSOLE;
		if (step->fact == FACT_SERVICE && !has_stopped(stay, step->subject) &&
			stay->service_count < STAY_SERVICES_MAX) {
			memcpy(stay->services[stay->service_count++], step->subject, SUBJECT_SIZE);
		}
	}
}

static void look(struct stay *stay, struct ops *ops, bool ended) {
	for (size_t i = 0; i < stay->count; i++) {
		if (stayer_is_watched(&stay->all[i])) {
			stayer_look(&stay->all[i], ops, stay->blind, ended);
		}
	}
	stay->blind = false;
}

void stay_look(struct stay *stay, struct ops *ops) {
	look(stay, ops, false);
}

static void tell(const struct stay *stay, struct ops *ops, const struct step *step,
	enum outcome outcome, uint64_t duration_us, const char *detail) {
	ops->tell(ops, &(struct event){.guest = stay->title,
			       .step = step,
			       .outcome = outcome,
			       .duration_us = duration_us,
			       .detail = detail});
}

/* What a journal has is its guest's now. If one cannot be read, anything may be. */
static void let_go_claimed(struct stay *stay, struct ops *ops) {
	AUTO_CLAIMS struct claims claims = {0};
	struct error why = {0};

	if (claims_read(ops, "", &claims, &why) < 0) {
		stay->count = 0;
		error_add(&why, -EBADMSG, "whether what came home stays there is not watched");
		tell(stay, ops, NULL, OUTCOME_LEFT_ALONE, 0, why.text);
	}
	for (size_t i = 0; i < stay->count; i++) {
		if (claims_find_device(&claims, stay->all[i].device.address)) {
			stayer_let_go(&stay->all[i]);
		}
	}
}

static void report_taken(const struct stay *stay, struct ops *ops, const struct stayer *stayer,
	const struct judgement *judgement, const struct device *device) {
	AUTO_TEXT struct text text = {0};
	struct step step;
	int r = step_make(FACT_DRIVER, device->name, stayer->home, device->driver, &step);

	r = r < 0 ? r : stayer_explain(stayer, ops, judgement, device, &text);
	tell(stay, ops, &step, OUTCOME_TAKEN,
		stayer->home_us ? stayer->away_us - stayer->home_us : 0, r < 0 ? NULL : text.data);
}

/* Which devices are to come home again, and to which drivers. */
struct recall {
	struct request request;
	char drivers[REQUEST_DEVICES_MAX][VALUE_SIZE];
};

static struct judgement judge(
	struct stayer *stayer, const struct host *host, struct recall *recall) {
	const struct device *device = host_device(host, stayer->device.address);
	struct judgement judgement = {THIEF_NONE, false};
	struct request *request = &recall->request;

	if (!device || !identity_same(&device->identity, &stayer->device.identity)) {
		stayer_let_go(stayer);
		return judgement;
	}
	judgement.thief = stayer_find_thief(stayer, device);
	if (judgement.thief == THIEF_NONE) {
		return judgement; /* on its way, and then that is an event */
	}
	stayer->taken = true;
	if (judgement.thief == THIEF_IDS && !stayer->again && !stayer->only_told &&
		request_add(request, device->address, NULL, NULL) == 0) {
		memcpy(recall->drivers[request->device_count - 1], stayer->home, VALUE_SIZE);
		stayer->again = true;
		judgement.recalled = true;
	}
	return judgement;
}

/*
 * What seems to be away is looked at again under the lock: a next guest may have it. What has gone
 * meanwhile is judged along with it, so that the functions of a card come home together.
 */
static int find_taken_locked(struct stay *stay, struct ops *ops, struct host *host,
	struct judgement *ret_judgements, struct recall *recall) {
	int r;

	let_go_claimed(stay, ops);
	look(stay, ops, true);
	r = stay->count > 0 ? ops->look(ops, host, NULL) : 0;
	for (size_t i = 0; r == 0 && i < stay->count; i++) {
		if (stayer_is_away(&stay->all[i])) {
			ret_judgements[i] = judge(&stay->all[i], host, recall);
		}
	}
	return r;
}

/* Who may have done it is looked for without the lock: that reads files, wherever they are. */
static int find_taken(struct stay *stay, struct ops *ops, struct recall *recall) {
	AUTO_HOST struct host host = {0};
	struct judgement judgements[PLAN_DEVICES_MAX] = {0};
	int r;

	stay->unjudged = (struct error){0};
	r = ops->lock(ops, &stay->unjudged);
	if (r < 0) {
		return r;
	}
	r = find_taken_locked(stay, ops, &host, judgements, recall);
	ops->unlock(ops);
	for (size_t i = 0; i < stay->count; i++) {
		if (judgements[i].thief != THIEF_NONE) {
			report_taken(stay, ops, &stay->all[i], &judgements[i],
				host_device(&host, stay->all[i].device.address));
		}
	}
	return r;
}

/* They are watched anew from here on, and not brought home another time. */
static void forget_taken(struct stay *stay, const struct request *request) {
	for (size_t i = 0; i < stay->count; i++) {
		struct stayer *stayer = &stay->all[i];

		for (size_t k = 0; k < request->device_count; k++) {
			if (address_compare(request->devices[k].address, stayer->device.address) ==
				0) {
				stayer->home_us = stayer->away_us = 0;
				stayer->taken = false;
			}
		}
	}
}

static void bring_home_again(
	struct stay *stay, const struct handover *handover, struct recall *recall) {
	struct handover again = {.ops = handover->ops, .guarded = true};
	struct error error = {0};
	enum result result;

	request_name(&recall->request, AGAIN);
	stay->blind = true;
	result = regain(
		&again, &recall->request, (const char(*)[VALUE_SIZE])recall->drivers, &error);
	if (result == RESULT_DONE) {
		forget_taken(stay, &recall->request);
		tell(stay, handover->ops, NULL, OUTCOME_DONE, 0,
			"what was taken away has been brought home again");
	} else {
		tell(stay, handover->ops, NULL,
			result == RESULT_REFUSED ? OUTCOME_LEFT_ALONE : OUTCOME_FAILED, 0,
			error.text[0] ? error.text : "it could not be brought home again");
	}
	plan_free(&again.plan);
}

static bool any_away(const struct stay *stay) {
	for (size_t i = 0; i < stay->count; i++) {
		if (stayer_is_away(&stay->all[i])) {
			return true;
		}
	}
	return false;
}

static bool any_watched(const struct stay *stay) {
	for (size_t i = 0; i < stay->count; i++) {
		if (stayer_is_watched(&stay->all[i]) && !stay->all[i].taken) {
			return true;
		}
	}
	return false;
}

/* At the end of the watch: nobody has it, or nobody can use it. */
static void report_useless(const struct stay *stay, struct ops *ops, const struct stayer *stayer,
	const struct host *host) {
	const struct device *device = host_device(host, stayer->device.address);
	struct error why = {0};
	struct step step;

	if (!device || !identity_same(&device->identity, &stayer->device.identity)) {
		return;
	}
	if (!device->driver[0]) {
		error_set(&why, -ENODEV, "it has no driver: `baton reattach %s`", device->name);
	} else if (strcmp(device->driver, stayer->home) == 0 &&
		   host_check_usable(host, device,
			   stay->shown || has_stopped(stay, host->display_manager.unit),
			   &why) < 0) {
		error_add(&why, -ENODEV,
			"it is home, but of no use: `baton reattach --cycle %s` "
			"may help",
			device->name);
	}
	if (why.text[0] && step_make(FACT_DRIVER, device->name, stayer->home,
				   device->driver[0] ? device->driver : VALUE_NONE, &step) == 0) {
		tell(stay, ops, &step, OUTCOME_LEFT_ALONE, 0, why.text);
	}
}

/* Up to the end nobody could look at it under the lock. */
static void report_unjudged(struct stay *stay, struct ops *ops) {
	if (stay->unjudged.text[0] && any_away(stay)) {
		error_add(&stay->unjudged, -EBUSY,
			"what had come home has gone, and nobody could look who has it now "
			"(`baton status` tells)");
		tell(stay, ops, NULL, OUTCOME_LEFT_ALONE, 0, stay->unjudged.text);
	}
}

static void report_end(struct stay *stay, struct ops *ops) {
	AUTO_HOST struct host host = {0};

	report_unjudged(stay, ops);
	if (!any_watched(stay) || ops->look(ops, &host, NULL) < 0) {
		return;
	}
	let_go_claimed(stay, ops);
	for (size_t i = 0; i < stay->count; i++) {
		if (stayer_is_watched(&stay->all[i]) && !stay->all[i].taken) {
			report_useless(stay, ops, &stay->all[i], &host);
		}
	}
}

/* True: something was brought home, and is watched for the whole time. */
static bool look_after(struct stay *stay, const struct handover *handover) {
	struct recall recall = {0};

	look(stay, handover->ops, true);
	if (!any_away(stay) || find_taken(stay, handover->ops, &recall) < 0 ||
		recall.request.device_count == 0) {
		return false;
	}
	bring_home_again(stay, handover, &recall);
	return true;
}

int stay_watch(struct stay *stay, const struct handover *handover, struct error *error) {
	struct ops *ops = handover->ops;
	uint64_t period_us = (uint64_t)handover->home_ms * 1000;
	uint64_t until_us = ops->now_us(ops) + period_us, now_us;
	int r = 0;

	while (r == 0 && period_us > 0 && any_watched(stay)) {
		if (look_after(stay, handover)) {
			until_us = ops->now_us(ops) + period_us;
			continue;
		}
		now_us = ops->now_us(ops);
		if (now_us >= until_us) {
			report_end(stay, ops);
			return 0;
		}
		r = ops->watch(ops, NULL, 0, (unsigned int)((until_us - now_us) / 1000) + 1, error);
	}
	return r;
}
