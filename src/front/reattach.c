// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "front/select.h"

/*
 * A word is a guest (its key or its name for people) or devices. Devices that a journal has come
 * home with all of that journal; devices that none has get an ordinary plan to their return driver.
 */

struct homecoming {
	struct names guests;
	struct request request; /* devices that no journal has */
	char drivers[REQUEST_DEVICES_MAX][VALUE_SIZE];
};

static bool contains(const struct names *names, const char *name) {
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->names[i], name) == 0) {
			return true;
		}
	}
	return false;
}

/* Moves the devices that some journal has over to its guest. */
static int sort_devices(
	struct session *session, struct homecoming *homecoming, struct error *error) {
	AUTO_CLAIMS struct claims claims = {0};
	struct request all = homecoming->request;
	int r = claims_read(session->handover.ops, "", &claims, error);

	homecoming->request.device_count = 0;
	for (size_t i = 0; r == 0 && i < all.device_count; i++) {
		const struct claimed_device *claimed =
			claims_find_device(&claims, all.devices[i].address);

		if (!claimed) {
			r = request_add(&homecoming->request, all.devices[i].address, NULL, error);
		} else if (!contains(&homecoming->guests, claimed->guest)) {
			r = names_add(&homecoming->guests, claimed->guest);
		}
	}
	return r;
}

/* The card of baton.conf that has the device and return drivers, or NULL. */
static const struct card_name *find_card(const struct session *session, struct address address) {
	const struct selection wanted = {.address = address};

	for (size_t i = 0; i < session->configuration->card_count; i++) {
		const struct card_name *card = &session->configuration->cards[i];

		for (size_t j = 0; card->return_driver_count > 0 && j < card->selection_count;
			j++) {
			if (selection_overlaps(&card->selections[j], &wanted)) {
				return card;
			}
		}
	}
	return NULL;
}

/* The first that is there and takes the device. -ENOENT: none; *why_not says it of each so far. */
static int choose_preferred(const struct session *session, const struct host *host,
	const struct device *device, const struct card_name *card, char ret[VALUE_SIZE],
	struct error *why_not) {
	for (size_t i = 0; i < card->return_driver_count; i++) {
		const char *driver = card->return_drivers[i];
		struct error before = *why_not;
		int r = host_driver_fits(session->root, host, device, driver);

		if (r == 0) {
			return name_set(ret, VALUE_SIZE, driver);
		}
		if (r != -ENOENT && r != -ENODEV) {
			return r;
		}
		error_set(why_not, r, "%s%s%s %s", before.text, before.text[0] ? ", " : "", driver,
			r == -ENOENT ? "is not there" : "takes other devices");
	}
	return -ENOENT;
}

static int choose_natural(const struct session *session, const struct host *host,
	const struct device *device, char ret[VALUE_SIZE]) {
	char module[MODULE_SIZE];
	int r = host_natural_module(session->root, host, device, module, sizeof(module));

	if (r == -ENOENT) {
		return name_set(ret, VALUE_SIZE, VALUE_NONE);
	}
	return r < 0 ? r : host_module_driver(session->root, module, ret, VALUE_SIZE);
}

/*
 * A card that baton.conf gives return drivers keeps to them, but for its sound or USB, which takes
 * another: these, and all others, take the kernel's own choice.
 */
static int choose_driver(const struct session *session, const struct host *host,
	const struct device *device, char ret[VALUE_SIZE], struct error *error) {
	const struct card_name *card = find_card(session, device->address);
	struct error why_not = {0};
	bool first = card && address_compare(device->address, card->selections[0].address) == 0;
	int r = card ? choose_preferred(session, host, device, card, ret, &why_not) : -ENOENT;

	if (r == 0 && first && why_not.text[0]) {
		error_set(error, 0, "%s returns to %s: of `return-driver =` in %s, %s",
			device->name, ret, card->file, why_not.text);
		(void)session_fail(session, RESULT_DONE, error);
	}
	if (r == -ENOENT && first) {
		return error_set(error, r,
			"%s can return to no driver of `return-driver =` in %s (%s): install one, or correct that line",
			device->name, card->file, why_not.text);
	}
	r = r == -ENOENT ? choose_natural(session, host, device, ret) : r;
	return r < 0 ? error_set(error, r, "cannot tell which driver %s returns to: %s",
			       device->name, strerror(-r))
		     : 0;
}

/* The journal from its end: what undoing it would do if nobody else has changed anything. */
static enum result show_journal(struct session *session, const char *guest) {
	AUTO_JOURNAL struct journal *journal = NULL;
	struct error error = {0};
	int r = journal_load(session->handover.ops, guest, &journal, &error);

	if (r < 0) {
		return r == -ENOENT ? RESULT_DONE
				    : session_fail(session, RESULT_UNRESOLVED, &error);
	}
	session_name_guest(session, guest);
	for (size_t i = journal->record_count; i-- > 0;) {
		struct step reverse = step_reverse(&journal->records[i].step);

		if (!journal->records[i].popped && !step_stays(&journal->records[i].step)) {
			session_show_step(session, journal->title, &reverse);
		}
	}
	return RESULT_DONE;
}

static enum result go_home(
	struct session *session, const struct host *host, struct homecoming *homecoming, bool dry) {
	struct request *request = &homecoming->request;
	struct error error = {0};

	for (size_t i = 0; i < request->device_count; i++) {
		const struct device *device = host_device(host, request->devices[i].address);

		if (device &&
			choose_driver(session, host, device, homecoming->drivers[i], &error) < 0) {
			return session_fail(session, RESULT_REFUSED, &error);
		}
	}
	request_name(request, "home");
	session_name_guest(session, request->guest);
	if (dry) {
		return preview_home(&session->handover, request,
			       (const char(*)[VALUE_SIZE])homecoming->drivers, &error) < 0
			       ? session_fail(session, RESULT_REFUSED, &error)
			       : session_show_plan(session, request->guest);
	}
	return session_report(session,
		bring_home(&session->handover, request,
			(const char(*)[VALUE_SIZE])homecoming->drivers, &error),
		&error);
}

/* A guest that runs keeps its devices: taking them would pull them out from under it. */
static enum result guest_home(struct session *session, const char *guest) {
	AUTO_JOURNAL struct journal *journal = NULL;
	struct error error = {0};
	int r;

	session_name_guest(session, guest);
	r = journal_load(session->handover.ops, guest, &journal, &error);
	if (r < 0) {
		return r == -ENOENT ? RESULT_DONE
				    : session_fail(session, RESULT_UNRESOLVED, &error);
	}
	return session_report(session, reclaim(&session->handover, journal, true, &error), &error);
}

static enum result collect(const struct invocation *invocation, struct session *session,
	const struct host *host, struct homecoming *homecoming) {
	struct error error = {0};
	enum result result = RESULT_DONE;

	for (size_t i = 0; result == RESULT_DONE && i < invocation->word_count; i++) {
		char guest[GUEST_SIZE];
		int r = select_journal(session, invocation->words[i], guest, &error);

		if (r == -ENOENT) {
			result = select_words(
				session, host, &invocation->words[i], 1, &homecoming->request);
			continue;
		}
		r = r < 0 ? r : names_add(&homecoming->guests, guest);
		if (r < 0) {
			return session_fail(session, RESULT_UNRESOLVED, &error);
		}
	}
	if (result == RESULT_DONE && sort_devices(session, homecoming, &error) < 0) {
		return session_fail(session, RESULT_UNRESOLVED, &error);
	}
	return result;
}

static enum result bring_all_home(const struct invocation *invocation, struct session *session,
	const struct host *host, struct homecoming *homecoming) {
	bool dry = invocation->options & OPTION_DRY_RUN;
	enum result result = collect(invocation, session, host, homecoming), worst;

	worst = result;
	for (size_t i = 0; result == RESULT_DONE && i < homecoming->guests.count; i++) {
		const char *guest = homecoming->guests.names[i];
		enum result one = dry ? show_journal(session, guest) : guest_home(session, guest);

		worst = one > worst ? one : worst;
	}
	if (result == RESULT_DONE && homecoming->request.device_count > 0) {
		enum result one = go_home(session, host, homecoming, dry);

		worst = one > worst ? one : worst;
	}
	return worst;
}

static enum result come_home(const struct invocation *invocation, struct session *session) {
	AUTO_HOST struct host host = {0};
	AUTO_FREE struct homecoming *homecoming = calloc(1, sizeof(*homecoming));
	struct error error = {0};
	enum result result = session_open_machine(session, true);

	if (result != RESULT_DONE) {
		return result;
	}
	if (!homecoming) {
		error_set(&error, -ENOMEM, "out of memory");
		return session_fail(session, RESULT_UNRESOLVED, &error);
	}
	if (host_read(session->root, &host, &error) < 0) {
		return session_fail(session, RESULT_UNRESOLVED, &error);
	}
	session->handover.guarded = !(invocation->options & OPTION_NO_GUARD);
	result = bring_all_home(invocation, session, &host, homecoming);
	names_free(&homecoming->guests);
	return result;
}

int command_reattach(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	enum result result;

	if (invocation->options & OPTION_CYCLE) {
		return command_cycle(invocation);
	}
	result = session_open_anyway(invocation, &session);
	result = result ? result : session_begin_report(invocation, &session);
	if (result != RESULT_DONE) {
		return result;
	}
	return session_end_report(&session, come_home(invocation, &session));
}
