// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/checked.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "front/advise.h"
#include "front/definition.h"
#include "front/select.h"

void checked_close(struct checked *checked) {
	session_close(&checked->session);
	host_free(&checked->host);
	claims_free(&checked->claims);
	roster_free(&checked->roster);
	free(checked->guests);
	free(checked->model);
	names_free(&checked->misconfigured);
	names_free(&checked->mismatches);
}

/* What stands in the configuration, of everybody or of a guest; keeps what is wrong with it. */
static int check_configuration(struct checked *checked, const char *guest) {
	AUTO_FREE struct configuration *configuration = calloc(1, sizeof(*configuration));
	struct error error = {0};
	int r;

	if (!configuration) {
		return -ENOMEM;
	}
	r = configuration_read(
		checked->session.root, checked->session.owner, guest, configuration, &error);
	/* That others can write it is a finding of its own, with the remedy. */
	return r == 0 || r == -EPERM ? 0 : names_add(&checked->misconfigured, error.text);
}

/* What is wrong with everybody's is told once. */
static int check_configurations(struct checked *checked) {
	int r = check_configuration(checked, NULL);

	for (size_t i = 0; r == 0 && checked->misconfigured.count == 0 && i < checked->roster.count;
		i++) {
		const struct roster_guest *guest = &checked->roster.guests[i];
		char number[16];

		snprintf(number, sizeof(number), "%u", guest->vmid);
		r = check_configuration(checked, guest->proxmox ? number : guest->name);
	}
	return r;
}

/* Are the devices of a guest of Proxmox what its mappings say? */
static int check_mapping(
	struct checked *checked, const struct roster_guest *guest, const char **ret) {
	struct proxmox_guest found;
	struct request request = {0};
	struct error error = {0};
	int r = proxmox_read(checked->session.root, guest->vmid, NULL, time(NULL), &found, &error);

	/* Which alternative it will be hangs on who runs now: no mistake. */
	if (r == -EBUSY) {
		return 0;
	}
	r = r < 0 ? r : definition_add_proxmox(&found, &checked->host, &request, &error);
	if (r == 0) {
		return 0;
	}
	r = names_add(&checked->mismatches, error.text);
	*ret = r < 0 ? NULL : checked->mismatches.names[checked->mismatches.count - 1];
	return r;
}

static int add_guest(
	struct checked *checked, const struct roster_guest *guest, struct check_guest *ret) {
	*ret = (struct check_guest){
		.title = guest->title,
		.proxmox = guest->proxmox,
		.vmid = guest->vmid,
		.hookscript = guest->hookscript[0] ? guest->hookscript : NULL,
		.has_devices = guest->devices.length > 0,
		.problem = guest->problem.length ? guest->problem.data : NULL,
	};
	return guest->proxmox && !ret->problem && ret->has_devices
		       ? check_mapping(checked, guest, &ret->mismatch)
		       : 0;
}

/* Of others nobody has asked. */
static bool is_meant(const struct checked *checked, const struct roster_guest *guest) {
	return !checked->has_guest || strcmp(checked->guest.key, guest->key) == 0;
}

/* Without root there may be none to be seen. */
static int read_guests(struct checked *checked) {
	struct error error;
	int r = roster_read(checked->session.root, &checked->roster, &error);

	if (r < 0) {
		checked->up.blind = checked->up.blind || r == -EACCES;
		return r == -ENOMEM ? r : 0;
	}
	checked->guests = calloc(checked->roster.count + 1, sizeof(*checked->guests));
	if (!checked->guests) {
		return -ENOMEM;
	}
	for (size_t i = 0; r == 0 && i < checked->roster.count; i++) {
		const struct roster_guest *guest = &checked->roster.guests[i];

		if (is_meant(checked, guest)) {
			r = add_guest(checked, guest, &checked->guests[checked->up.guest_count++]);
		}
	}
	checked->up.guests = checked->guests;
	return r;
}

/*
 * What the guest is, for advice. That it cannot be read as that keeps nobody from checking the
 * machine; what a door could not read has been found.
 */
static int read_model(struct checked *checked) {
	AUTO_FREE struct model *model = calloc(1, sizeof(*model));
	AUTO_FREE struct advise_session *advise = calloc(1, sizeof(*advise));

	if (!model || !advise) {
		return -ENOMEM;
	}
	if (!checked->has_guest) {
		return 0;
	}
	advise->session.root = checked->session.root;
	advise->host = checked->host;
	advise->guest = checked->guest;
	advise->model = model;
	if (advise_read_definition(advise, NULL) == 0) {
		checked->up.model = checked->model = TAKE(model);
	}
	text_free(&advise->definition);
	return 0;
}

static enum result read_plan(const struct invocation *invocation, struct checked *checked) {
	struct session *session = &checked->session;
	struct error error = {0};
	enum result result;
	int r;

	if (invocation->word_count == 0) {
		return RESULT_DONE;
	}
	result = select_request(session, &checked->host, invocation, NULL, &checked->request);
	if (result != RESULT_DONE) {
		return result;
	}
	r = plan_for(session, &checked->host, &checked->request, invocation->options & OPTION_ROOT,
		&error);
	/* Whoever has its devices, or is just given them, is checked without a plan. */
	if (r < 0 && r != -EBUSY) {
		return command_fail(RESULT_REFUSED, &error);
	}
	if (read_model(checked) < 0) {
		error_set(&error, -ENOMEM, "out of memory");
		return command_fail(RESULT_REFUSED, &error);
	}
	checked->up.title = checked->request.title;
	checked->up.name = checked->has_guest ? checked->guest.name : NULL;
	checked->up.plan = session->handover.plan;
	return RESULT_DONE;
}

/* What can be read of them; why not the rest is a finding, unless root alone may. */
static void read_claims(struct checked *checked) {
	struct ops *ops = checked->session.handover.ops;
	AUTO_CLAIMS struct claims whole = {0};
	struct error missed;

	if (claims_read(ops, "", &whole, NULL) == -EACCES) {
		return;
	}
	claims_read_some(ops, "", &checked->claims, &missed);
	if (missed.text[0]) {
		checked->unread = missed;
		checked->up.unread = checked->unread.text;
	}
	checked->up.claims = &checked->claims;
}

static int read_machine(
	const struct invocation *invocation, struct checked *checked, struct error *error) {
	bool captured = invocation->options & OPTION_ROOT;
	struct checkup *up = &checked->up;
	int r = host_read(checked->session.root, &checked->host, error);

	r = r < 0 ? r : host_read_holders(checked->session.root, &checked->host, error);
	if (r < 0) {
		return r;
	}
	up->root = checked->session.root;
	up->owner = captured ? geteuid() : 0;
	up->host = &checked->host;
	up->blind = !captured && geteuid() != 0;
	if (!captured) {
		read_claims(checked);
	}
	r = read_guests(checked);
	r = r < 0 ? r : check_configurations(checked);
	up->misconfigured = &checked->misconfigured;
	return r < 0 ? error_set(error, r, "out of memory") : 0;
}

/* A configuration that is not right is a finding, a root that is not there is none. */
static enum result open_session(const struct invocation *invocation, struct session *ret) {
	AUTO_CLOSE int root = root_open(invocation->root);
	struct error error;

	if (root < 0) {
		error_set(&error, root, "cannot read %s: %s", invocation->root, strerror(-root));
		return command_fail(RESULT_USAGE, &error);
	}
	return session_open_anyway(invocation, ret);
}

enum result checked_open(const struct invocation *invocation, struct checked *ret) {
	struct error error = {0};
	enum result result;

	*ret = (struct checked){.session = {.root = -1}};
	result = open_session(invocation, &ret->session);
	if (result == RESULT_DONE && !(invocation->options & OPTION_ROOT)) {
		result = session_open_machine(&ret->session, false);
	}
	if (result != RESULT_DONE) {
		return result;
	}
	/* A word that means nothing is told of when the plan is made. */
	ret->has_guest = invocation->word_count == 1 &&
			 select_guest(&ret->session, invocation->words[0], &ret->guest, NULL) == 1;
	if (read_machine(invocation, ret, &error) < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	return read_plan(invocation, ret);
}
