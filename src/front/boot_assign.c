// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "front/boot_change.h"
#include "front/boot_session.h"
#include "front/boot_stale.h"
#include "front/boot_warn.h"
#include "front/select.h"
#include "host/holder/holder_text.h"
#include "inventory/boot/command_line.h"
#include "report/boot.h"
#include "setup/boot/assign.h"
#include "setup/boot/room.h"

/* What is assigned, and on which machine. */
struct assigning {
	const struct invocation *invocation;
	struct session *session;
	struct host host;
	struct boot boot;
	struct plan *plan;         /* a hand-over of the same, as if now */
	const struct names *words; /* that the next command line gets along with it; NULL: none */
};

static void free_assigning(struct assigning *assigning) {
	host_free(&assigning->host);
	boot_free(&assigning->boot);
	plan_free(&assigning->plan);
}

#define AUTO_ASSIGNING CLEANUP(free_assigning)

/* Of a hand-over's refusals, those that are as true when the machine starts. */
static bool stands_at_boot(enum refusal_kind kind) {
	switch (kind) {
	case REFUSAL_NO_DEVICE:
	case REFUSAL_BRIDGE:
	case REFUSAL_NO_IOMMU:
	case REFUSAL_NO_VFIO:
	case REFUSAL_IN_USE:
	case REFUSAL_VIRTUAL_FUNCTIONS:
	case REFUSAL_VMD:
	case REFUSAL_IDENTITY:
		return true;
	case REFUSAL_HELD:
	case REFUSAL_OTHER_GUEST:
	case REFUSAL_NO_RESET:
	case REFUSAL_PROBLEM: /* they are with a driver that has to let go */
	case REFUSAL_LOSS:
	case REFUSAL_SETTING:
	case REFUSAL_UNRESOLVED:
	case REFUSAL_COUNT:
		break;
	}
	return false;
}

static enum result refuse(const char *sentence) {
	struct error error;

	error_set(&error, -EPERM, "%s", sentence);
	return command_fail(RESULT_REFUSED, &error);
}

/* Those that a person asked for, and that come along with them. */
static enum result check_refusals(const struct plan *plan) {
	enum result result = RESULT_DONE;

	for (size_t i = 0; i < plan->refusal_count; i++) {
		const struct refusal *refusal = &plan->refusals[i];
		AUTO_TEXT struct text text = {0};

		if (!stands_at_boot(refusal->kind)) {
			continue;
		}
		if (refusal_format(refusal, &text) < 0) {
			return refuse("out of memory");
		}
		result = refuse(text.data);
	}
	return result;
}

static enum result refuse_holder(const struct planned_device *device, const struct holder *holder) {
	char text[HOLDER_TEXT_SIZE], sentence[HOLDER_TEXT_SIZE + 128];

	holder_format(holder, text);
	snprintf(sentence, sizeof(sentence), "%s %s: the host cannot do without it when it starts",
		device->name, text);
	return refuse(sentence);
}

/*
 * A file system that is expected at boot, and is mounted nowhere now. Of a plan with as many
 * refusals as it can hold, one that counts may have been left out: then it is looked for here.
 */
static bool is_needed(const struct plan *plan, const struct holder *holder) {
	return holder->kind == HOLDER_FSTAB ||
	       (plan->refusal_count == PLAN_REFUSALS_MAX && holder->kind != HOLDER_PROCESS &&
		       holder_keeps(holder));
}

static enum result check_needed(const struct host *host, const struct plan *plan) {
	enum result result = RESULT_DONE;

	for (size_t i = 0; i < host->holder_count; i++) {
		const struct holder *holder = &host->holders[i];

		for (size_t k = 0; is_needed(plan, holder) && k < plan->device_count; k++) {
			if (address_compare(plan->devices[k].address, holder->device) == 0) {
				result = refuse_holder(&plan->devices[k], holder);
			}
		}
	}
	if (result == RESULT_DONE && plan->refusal_count == PLAN_REFUSALS_MAX) {
		return refuse("more stands against it than can be told: end what uses these "
			      "devices (`baton list` names it), and try again");
	}
	return result;
}

/* What is configured for the next start to switch it off again, or NULL. */
static const char *find_off(const struct boot *boot) {
	for (size_t i = 0; boot->next_known && i < boot->next.count; i++) {
		const char *word = boot->next.all[i].text;

		if (cause_switches_off(&boot->cause, word)) {
			return word;
		}
	}
	return NULL;
}

/* Without it vfio-pci takes nothing; and only with it is known what belongs together. */
static enum result check_iommu(const struct assigning *assigning) {
	const char *off = find_off(&assigning->boot);
	const struct names *words = assigning->words;
	AUTO_TEXT struct text text = {0};
	struct error error;

	if (off) {
		error_set(&error, -EPERM,
			"nothing can be assigned without the IOMMU: take %s off the kernel's "
			"command line first",
			off);
		return command_fail(RESULT_REFUSED, &error);
	}
	if (assigning->host.iommu && assigning->boot.cause.verdict <= IOMMU_LACKS_GRAPHICS) {
		return RESULT_DONE;
	}
	if (assigning->boot.cause.verdict == IOMMU_LACKS_ARGUMENT && assigning->host.iommu) {
		return words && command_line_has(words, cause_missing(&assigning->boot.cause))
			       ? RESULT_DONE
			       : refuse("the IOMMU is on only because of what the running kernel was "
					"started with, and nothing can be assigned without it: run "
					"`baton boot enable-iommu`, and try again");
	}
	if (assigning->boot.cause.verdict == IOMMU_LACKS_ARGUMENT) {
		return refuse(
			"the IOMMU is off, and nothing can be assigned without it: run `baton "
			"boot enable-iommu`, restart the machine, and try again");
	}
	if (report_cause(&assigning->boot.cause, &text) < 0) {
		return refuse("out of memory");
	}
	error_set(&error, -EPERM, "nothing can be assigned without the IOMMU:%.*s",
		(int)strcspn(text.data + 1, "\n"), text.data + 1);
	return command_fail(RESULT_REFUSED, &error);
}

/* All functions of every slot that is named: a card is a guest's as a whole. */
static enum result add_slots(const struct assigning *assigning, struct request *request) {
	size_t count = request->device_count;
	struct error error = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		const struct selection slot = {request->devices[i].address, true};

		if (host_device(&assigning->host, slot.address)) {
			r = select_add(&assigning->host, &slot, request, &error);
		}
	}
	return r < 0 ? command_fail(RESULT_USAGE, &error) : RESULT_DONE;
}

/* Which functions: those of the cards, and of their IOMMU groups. */
static enum result find_functions(struct assigning *assigning) {
	struct invocation words = *assigning->invocation;
	const struct claims claims = {0};
	const struct asked asked = {0};
	struct request request = {0};
	struct error error = {0};
	enum result result;
	int r;

	words.words++;
	words.word_count--;
	result = select_request(assigning->session, &assigning->host, &words, "hand", &request);
	result = result == RESULT_DONE ? add_slots(assigning, &request) : result;
	if (result != RESULT_DONE) {
		return result;
	}
	r = host_read_holders(assigning->session->root, &assigning->host, &error);
	r = r < 0 ? r
		  : plan_make(
			    &assigning->host, &request, &claims, &asked, &assigning->plan, &error);
	return r < 0 ? command_fail(RESULT_REFUSED, &error) : RESULT_DONE;
}

/* Does anything but baton's own still have a say in it? */
static bool has_others(const struct boot_device *device, const struct remains *cleaned) {
	for (size_t i = 0; i < device->lines.count; i++) {
		if (device->lines.all[i].kind != BOOT_LINE_ASSIGNED &&
			!boot_line_goes(&device->lines.all[i], cleaned)) {
			return true;
		}
	}
	return false;
}

/* What else has a say in it, or in others. */
static void warn_of_others(const struct assigning *assigning, const struct remains *cleaned) {
	bool told = false;

	/* Also of others: vfio-pci is loaded first from now on, and takes what it has ids of. */
	for (size_t i = 0; !told && i < assigning->boot.device_count; i++) {
		told = has_others(&assigning->boot.devices[i], cleaned);
		if (told) {
			fprintf(stderr,
				"baton: another set-up has a say in what happens to %s at boot, too, "
				"and vfio-pci is loaded first from now on: `baton boot status` shows "
				"it%s\n",
				assigning->boot.devices[i].device->name,
				cleaned ? "" : ", `baton boot clean` takes it away");
		}
	}
}

static enum result check_room(const struct assigning *assigning) {
	struct error error = {0};

	return !(assigning->invocation->options & OPTION_ROOT) &&
			       room_check(assigning->session->root, &error) < 0
		       ? command_fail(RESULT_REFUSED, &error)
		       : RESULT_DONE;
}

static bool has_something(const struct boot_plan *plan) {
	return plan->command_count > 0 || boot_plan_changes(plan);
}

static enum result do_assign(const struct assigning *assigning, const struct boot_plan *plan) {
	if (!has_something(plan)) {
		puts("done: that is assigned already; `baton boot status` shows whether it took");
		return RESULT_DONE;
	}
	return assigning->invocation->options & OPTION_DRY_RUN
		       ? boot_show_plan(plan)
		       : boot_carry_out(assigning->session->root, plan);
}

static void describe(const struct device *device, struct assigned *ret) {
	*ret = (struct assigned){
		.vendor = device->identity.vendor,
		.device = device->identity.device,
		.subsystem_vendor = device->identity.subsystem_vendor,
		.subsystem_device = device->identity.subsystem_device,
		.class = device->class,
	};
	memcpy(ret->address, device->name, sizeof(device->name));
}

/* In the order of addresses: the plan has them in the order out. */
static enum result plan_functions(const struct assigning *assigning, struct planning *planning) {
	struct assigned all[PLAN_DEVICES_MAX];
	size_t count = 0;
	int r = 0;

	for (size_t i = 0; i < assigning->host.device_count; i++) {
		const struct device *device = &assigning->host.devices[i];

		if (boot_is_planned(assigning->plan, device->address)) {
			describe(device, &all[count++]);
		}
	}
	if (!(assigning->invocation->options & OPTION_ROOT)) {
		r = boot_assign_installed(
			planning->root, assigning->boot.initramfs, planning->error);
	}
	r = r < 0 ? r : boot_plan_assign(planning, all, count);
	return r < 0 ? command_fail(RESULT_REFUSED, planning->error) : RESULT_DONE;
}

/* Which functions, and is there anything against it? */
static enum result look(struct assigning *assigning) {
	struct error error = {0};
	enum result result;
	int root = assigning->session->root;
	int r = host_read(root, &assigning->host, &error);

	r = r < 0 ? r : boot_read(root, &assigning->host, &assigning->boot, &error);
	if (r < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	result = find_functions(assigning);
	result = result == RESULT_DONE ? check_iommu(assigning) : result;
	result = result == RESULT_DONE ? check_refusals(assigning->plan) : result;
	result = result == RESULT_DONE ? check_needed(&assigning->host, assigning->plan) : result;
	return result;
}

/* What is asked for, what is against it, and what is done. cleaned goes along with it, or NULL. */
static enum result plan_all(
	struct assigning *assigning, const struct remains *cleaned, struct planning *planning) {
	const struct planning own = {
		planning->root, planning->owner, &assigning->boot, planning->plan, planning->error};
	enum result result = look(assigning);

	result = result == RESULT_DONE
			 ? boot_check_stale(&own, &assigning->host, assigning->plan, cleaned)
			 : result;
	result = result == RESULT_DONE ? plan_functions(assigning, planning) : result;
	if (result != RESULT_DONE || !has_something(planning->plan)) {
		return result;
	}
	boot_warn(planning->root, &assigning->host, &assigning->boot, assigning->plan);
	warn_of_others(assigning, cleaned);
	return check_room(assigning);
}

enum result boot_assign_plan(const struct invocation *invocation, const struct remains *cleaned,
	struct planning *planning) {
	AUTO_SESSION struct session session = {.root = -1};
	AUTO_ASSIGNING struct assigning assigning = {
		.invocation = invocation, .session = &session, .words = &planning->plan->words};
	enum result result = session_open(invocation, NULL, &session);

	return result == RESULT_DONE ? plan_all(&assigning, cleaned, planning) : result;
}

static enum result assign(struct assigning *assigning) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	int root = assigning->session->root;
	struct error error = {0};
	struct planning planning = {
		root, boot_owner(assigning->invocation, root), &assigning->boot, &plan, &error};
	enum result result = plan_all(assigning, NULL, &planning);

	return result == RESULT_DONE ? do_assign(assigning, &plan) : result;
}

enum result boot_assign(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	AUTO_ASSIGNING struct assigning assigning = {.invocation = invocation, .session = &session};
	struct error error;
	enum result result;

	if (invocation->word_count < 2) {
		error_set(&error, -EINVAL,
			"say which: `baton boot assign CARD...`; `baton list` shows them");
		return command_fail(RESULT_USAGE, &error);
	}
	result = session_open(invocation, NULL, &session);
	result = result == RESULT_DONE ? boot_begin(invocation, session.root) : result;
	return result == RESULT_DONE ? assign(&assigning) : result;
}
