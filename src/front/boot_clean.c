// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/boot_clean.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "front/boot_session.h"
#include "front/select.h"
#include "report/remains.h"
#include "setup/boot/clean.h"

static enum result fail(enum result result, int r, const char *sentence) {
	struct error error;

	error_set(&error, r, "%s", sentence);
	return command_fail(result, &error);
}

/* What others have left, and what becomes of it. */
static enum result show(const struct remains *remains) {
	AUTO_TEXT struct text text = {0};
	int r = report_remains(remains, &text);

	return boot_print(&text, r, RESULT_DONE);
}

/* What a script has written over, nobody can bring back. */
static void tell_empty(const struct boot_plan *plan) {
	static const char *const lists[] = {"/etc/modules", "/etc/initramfs-tools/modules"};

	for (size_t i = 0; i < plan->file_count; i++) {
		const struct boot_file *file = &plan->files[i];

		for (size_t k = 0; k < COUNT(lists); k++) {
			if (strcmp(file->path, lists[k]) == 0 && boot_file_changes(file) &&
				file->after.length == 0) {
				printf("%s is empty then: what somebody may have overwritten in it is in a backup or nowhere\n",
					file->path);
			}
		}
	}
}

static bool has_something(const struct boot_plan *plan) {
	return plan->command_count > 0 || boot_plan_changes(plan);
}

static enum result carry_out(const struct boot_session *session, const struct boot_plan *plan) {
	tell_empty(plan);
	return session->invocation->options & OPTION_DRY_RUN
		       ? boot_show_plan(plan)
		       : boot_ask_and_carry_out(session, plan, "Take away what goes? [y/N] ");
}

/* Is there something that gives the card to VFIO, and others that it cannot be told from? */
static bool is_shared(const struct remains *remains, const struct remains_wanted *wanted) {
	for (size_t i = 0; !wanted->all && i < remains->count; i++) {
		if (remains->all[i].fate == REMAIN_STAYS && !remains->all[i].loads) {
			return true;
		}
	}
	return false;
}

static void tell_nothing(const struct remains *remains, const struct remains_wanted *wanted) {
	puts(remains->count == 0 ? "nothing of others' is in the way"
				 : "nothing of this is baton's to take away");
	if (is_shared(remains, wanted)) {
		puts("what is for other devices, too, goes with `baton boot clean`; those of them that "
		     "VFIO is to have still, `baton boot assign` gives it by their addresses: restart "
		     "the machine after both");
	}
}

static enum result clean(struct boot_session *session, const struct remains_wanted *wanted) {
	AUTO_REMAINS struct remains remains = {0};
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};
	struct planning planning = {session->root, session->owner, &session->boot, &plan, &error};
	enum result result;
	int r = remains_find(
		session->root, &session->host, &session->boot, wanted, &remains, &error);

	r = r < 0 ? r : planning_clean(&planning, &remains);
	if (r < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	result = show(&remains);
	if (result != RESULT_DONE || has_something(&plan)) {
		return result ? result : carry_out(session, &plan);
	}
	tell_nothing(&remains, wanted);
	return RESULT_DONE;
}

enum result boot_clean(const struct invocation *invocation) {
	AUTO_BOOT_SESSION struct boot_session session = {.root = -1};
	const struct remains_wanted wanted = {.all = true};
	enum result result;

	if (invocation->word_count > 1) {
		return fail(RESULT_USAGE, -EINVAL,
			"`baton boot clean` takes no words; `baton boot release CARD...` is for single cards");
	}
	result = boot_session_open(invocation, &session);
	return result ? result : clean(&session, &wanted);
}

/* All functions of every slot that is named. */
static enum result find_cards(const struct boot_session *session,
	const struct invocation *invocation, struct remains_wanted *ret,
	const struct device **devices) {
	AUTO_SESSION struct session words = {.root = -1};
	struct request request = {0};
	enum result result = session_open(invocation, NULL, &words);

	result = result ? result
			: select_words(&words, &session->host, invocation->words + 1,
				  invocation->word_count - 1, &request);
	*ret = (struct remains_wanted){.devices = devices};
	for (size_t i = 0; result == RESULT_DONE && i < session->host.device_count; i++) {
		const struct device *device = &session->host.devices[i];
		bool found = false;

		for (size_t k = 0; k < request.device_count; k++) {
			found |= address_same_slot(device->address, request.devices[k].address);
		}
		if (found) {
			devices[ret->count++] = device;
		}
	}
	return result == RESULT_DONE && ret->count == 0
		       ? fail(RESULT_REFUSED, -ENODEV, "there is no such device: see `baton list`")
		       : result;
}

enum result boot_release(const struct invocation *invocation) {
	AUTO_BOOT_SESSION struct boot_session session = {.root = -1};
	AUTO_FREE const struct device **devices = NULL;
	struct remains_wanted wanted;
	enum result result;

	if (invocation->word_count < 2) {
		return fail(RESULT_USAGE, -EINVAL,
			"`baton boot release` wants a card: see `baton list`, or `baton boot clean` for all");
	}
	result = boot_session_open(invocation, &session);
	if (result != RESULT_DONE) {
		return result;
	}
	devices = calloc(session.host.device_count + 1, sizeof(const struct device *));
	if (!devices) {
		return fail(RESULT_REFUSED, -ENOMEM, "out of memory");
	}
	result = find_cards(&session, invocation, &wanted, devices);
	return result ? result : clean(&session, &wanted);
}
