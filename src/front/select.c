// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/select.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/whereabouts.h"

static bool is_selected(const struct selection *selection, struct address address) {
	return selection->whole_slot ? address_same_slot(selection->address, address)
				     : address_compare(selection->address, address) == 0;
}

/* A device that is not there is asked for all the same: the plan says so in a refusal. */
int select_add(const struct host *host, const struct selection *selection, struct request *request,
	struct error *error) {
	bool found = false;

	for (size_t i = 0; i < host->device_count; i++) {
		struct address address = host->devices[i].address;
		int r = 0;

		if (is_selected(selection, address)) {
			found = true;
			r = request_add(request, address, NULL, error);
		}
		if (r < 0) {
			return r;
		}
	}
	return found ? 0 : request_add(request, selection->address, NULL, error);
}

/* [card] id =: is the card's first function still what the configuration says? */
static int check_card(const struct session *session, const struct host *host, const char *word,
	struct error *error) {
	const struct card_name *card = configuration_card(session->configuration, word);
	char address[ADDRESS_SIZE], where[WHEREABOUTS_TEXT_SIZE], id[16] = "not there";
	const struct device *device;
	struct whereabouts found;
	struct identity sought = {0};

	/* The parser took nothing else for an id. */
	if (!card || sscanf(card->id, "%4hx:%4hx", &sought.vendor, &sought.device) != 2) {
		return 0;
	}
	device = host_device(host, card->selections[0].address);
	if (device && identity_fits(&sought, &device->identity)) {
		return 0;
	}
	if (device) {
		snprintf(id, sizeof(id), "%04x:%04x", device->identity.vendor,
			device->identity.device);
	}
	found = whereabouts_find(host, &sought, card->selections[0].address);
	return error_set(error, -ESTALE,
		"card %s should be %s, but %s is %s; %s: correct `address =` in %s", word, card->id,
		address_format(card->selections[0].address, address), id,
		whereabouts_format(&found, where), card->file);
}

bool select_is_guest(const char *word) {
	static const char *const doors[] = {"again:", "cycle:", "hand:", "home:", "libvirt:",
		"proxmox:", "qemu:", "rehearsal:"};

	for (size_t i = 0; i < COUNT(doors); i++) {
		if (text_starts(word, doors[i])) {
			return true;
		}
	}
	return false;
}

int select_guest(const struct session *session, const char *word, struct definition *ret,
	struct error *error) {
	const struct card_name *card = configuration_card(session->configuration, word);
	struct selection address;
	int r;

	if (selection_parse_address(word, &address) == 0) {
		return 0;
	}
	r = definition_find(session->root, session->owner, word, ret, error);
	/* Whatever keeps the guests from being read, a card can come home. */
	if (card ? r < 0 && r != -EINVAL
		 : (r == -ENOENT || r == -EACCES) && !select_is_guest(word)) {
		return 0;
	}
	if (r == 0 && card) {
		return error_set(error, -EINVAL,
			"\"%s\" is a [card] of baton.conf and a guest: say %s, or the card's address",
			word, ret->title);
	}
	return r < 0 ? r : 1;
}

int select_journal(const struct session *session, const char *word, char ret[GUEST_SIZE],
	struct error *error) {
	struct definition guest;
	int r = session_find_guest(session, word, ret, error);

	if (r == -ENOENT && select_guest(session, word, &guest, NULL) == 1 &&
		session_find_guest(session, guest.key, ret, NULL) == 0) {
		return 0;
	}
	return r;
}

static enum result add_guest(const struct session *session, const struct definition *guest,
	const struct host *host, struct request *request) {
	struct error error = {0};
	int r = definition_add(session->root, guest, host, request, &error);

	if (r < 0) {
		return session_fail(session, r == -EINVAL ? RESULT_USAGE : RESULT_REFUSED, &error);
	}
	return RESULT_DONE;
}

static enum result add_devices(const struct session *session, const struct host *host,
	const char *word, struct request *request) {
	struct selection selections[SELECTIONS_MAX];
	struct error error;
	size_t count;
	int r = selection_parse(
		word, session->configuration, selections, SELECTIONS_MAX, &count, &error);

	if (r < 0) {
		return session_fail(session, RESULT_USAGE, &error);
	}
	if (check_card(session, host, word, &error) < 0) {
		return session_fail(session, RESULT_REFUSED, &error);
	}
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = select_add(host, &selections[i], request, &error);
	}
	return r < 0 ? session_fail(session, RESULT_USAGE, &error) : RESULT_DONE;
}

enum result select_words(const struct session *session, const struct host *host, char **words,
	size_t word_count, struct request *request) {
	enum result result = RESULT_DONE;

	for (size_t i = 0; result == RESULT_DONE && i < word_count; i++) {
		struct definition guest;
		struct error error = {0};
		int r = select_guest(session, words[i], &guest, &error);

		if (r < 0) {
			return session_fail(session, RESULT_USAGE, &error);
		}
		result = r ? add_guest(session, &guest, host, request)
			   : add_devices(session, host, words[i], request);
	}
	return result;
}

/* A person reads of a rehearsal what it is the rehearsal of. */
static enum result name_request(const struct session *session, const struct definition *guest,
	const char *door, struct request *request) {
	struct error error = {0};

	if (guest && !door) {
		definition_name(guest, request);
		return RESULT_DONE;
	}
	if (request->device_count == 0) {
		error_set(&error, -ENODEV, guest ? "%s gets no PCI device" : "%s gets a PCI device",
			guest ? guest->title : "none of these guests");
		return session_fail(session, RESULT_REFUSED, &error);
	}
	request_name(request, door ? door : "hand");
	if (guest && strcmp(door, "rehearsal") == 0 &&
		name_format(request->title, sizeof(request->title), "rehearsal of %s",
			guest->title) < 0) {
		memcpy(request->title, request->guest, sizeof(request->guest));
	}
	return RESULT_DONE;
}

enum result select_request(struct session *session, const struct host *host,
	const struct invocation *invocation, const char *door, struct request *ret) {
	struct definition guest;
	struct error error = {0};
	enum result result;
	int r = 0;

	if (invocation->word_count == 1) {
		r = select_guest(session, invocation->words[0], &guest, &error);
	}
	if (r < 0) {
		return session_fail(session, RESULT_USAGE, &error);
	}
	result = r ? session_take_guest(session, guest.name) : RESULT_DONE;
	if (result == RESULT_DONE) {
		ret->policy = session->configuration->policy;
		result =
			select_words(session, host, invocation->words, invocation->word_count, ret);
	}
	return result ? result : name_request(session, r ? &guest : NULL, door, ret);
}

enum result select_here(struct session *session, const struct invocation *invocation,
	const char *door, struct host *ret_host, struct request *ret) {
	struct error error = {0};
	enum result result = session_open_machine(session, true);

	if (result != RESULT_DONE) {
		return result;
	}
	if (host_read(session->root, ret_host, &error) < 0) {
		return session_fail(session, RESULT_REFUSED, &error);
	}
	result = select_request(session, ret_host, invocation, door, ret);
	if (result == RESULT_DONE) {
		session_name_guest(session, ret->guest);
	}
	return result;
}
