// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void trial_wrong(struct trial *trial, const char *format, ...) {
	va_list args;

	if (trial->wrong[0]) {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(trial->wrong, sizeof(trial->wrong), format, args);
	va_end(args);
}

const char *act_name(enum act act) {
	const char *const names[] = {"detach", "reattach", "repair", "cycle"};

	return names[act];
}

static bool same_text(const char *a, const char *b) {
	return strcmp(a, b) == 0;
}

/* The device that a virtual function is a part of, and comes and goes with; else the same again. */
static const char *whole_of(const struct trial *trial, const char *subject) {
	int at = world_find_device(&trial->before, subject);

	return at >= 0 && trial->before.devices[at].physical[0] ? trial->before.devices[at].physical
								: subject;
}

/* Does a step that has not been undone explain the difference, itself or as what came along? */
static bool explains(
	const struct trial *trial, const struct step *step, const struct difference *difference) {
	const char *what = difference->what, *whole = whole_of(trial, difference->subject);

	if (step->fact == FACT_VF_COUNT && !same_text(whole, difference->subject)) {
		return same_text(whole, step->subject);
	}
	if (same_text(what, fact_name(step->fact)) || same_text(what, "in-flight")) {
		return same_text(difference->subject, step->subject);
	}
	if (same_text(what, fact_name(FACT_POWER)) && step->fact == FACT_DRIVER) {
		return same_text(difference->subject, step->subject); /* its driver's own doing */
	}
	return same_text(what, "node") || same_text(what, "screen") || same_text(what, "console") ||
	       same_text(what, "framebuffer");
}

static bool named(const struct trial *trial, const struct journal *journal,
	const struct difference *difference) {
	for (size_t i = 0; i < journal->record_count; i++) {
		if (!journal->records[i].popped &&
			explains(trial, &journal->records[i].step, difference)) {
			return true;
		}
	}
	return false;
}

static struct journal *read_journal(struct trial *trial) {
	const struct world_journal *file = world_journal(&trial->world, TRIAL_GUEST);
	static struct journal journal;

	if (!file) {
		return NULL;
	}
	if (journal_parse(file->data, file->length, &journal, &trial->error) < 0) {
		trial_wrong(trial, "the journal cannot be read: %s", trial->error.text);
		return NULL;
	}
	return &journal;
}

/* Did it not go away, or come in spite of all? Then it may stay: the next repair removes it. */
static bool journal_may_stay(const struct trial *trial) {
	for (size_t i = 0; i < trial->injector.fault_count; i++) {
		const struct fault *fault = &trial->injector.faults[i];

		if (fault->fired && (text_starts(fault->key, "remove ") ||
					    text_starts(fault->key, "create "))) {
			return true;
		}
	}
	return false;
}

void judge_as_before(struct trial *trial, bool final) {
	struct differences differences;

	world_compare(&trial->before, &trial->world, &trial->exceptions, &differences);
	for (size_t i = 0; i < differences.count; i++) {
		const struct difference *at = &differences.list[i];

		if (!final && same_text(at->what, "journal") && journal_may_stay(trial)) {
			continue;
		}
		trial_wrong(trial, "%s ended with %u (%s), but %s %s is %s and was %s",
			act_name(trial->act), trial->result, trial->error.text, at->what,
			at->subject, at->now, at->before);
	}
}

static void check_named(struct trial *trial) {
	struct differences differences;
	const struct journal *journal = read_journal(trial);

	world_compare(&trial->before, &trial->world, &trial->exceptions, &differences);
	for (size_t i = 0; i < differences.count; i++) {
		const struct difference *at = &differences.list[i];

		if (same_text(at->what, "journal") || (journal && named(trial, journal, at))) {
			continue;
		}
		trial_wrong(trial, "%s: %s %s is %s and was %s, and the journal does not say so",
			trial->died ? "killed" : "ended with 4", at->what, at->subject, at->now,
			at->before);
	}
}

/* Is the subject part of what the NVIDIA driver is made of, or driven by it? */
static bool of_nvidia(const struct trial *trial, const char *subject) {
	int at = world_find_device(&trial->before, subject);
	int driver = at < 0 ? -1 : trial->before.devices[at].driver;

	return text_starts(subject, "nvidia") ||
	       (driver >= 0 && same_text(trial->before.drivers[driver].name, "nvidia"));
}

/* Without it a device is of use all the same. */
static bool is_of_setting(const char *key) {
	return strstr(key, " power ") || strstr(key, " d3cold ") || strstr(key, " reset-method ");
}

/* May the fault be why this is not as before? */
static bool may_explain(
	const struct trial *trial, const struct fault *fault, const struct difference *difference) {
	bool hangs = fault->kind == FAULT_HANG || fault->kind == FAULT_HANG_LATE ||
		     fault->kind == FAULT_HANG_OOPS || fault->kind == FAULT_DIE_HANG ||
		     fault->kind == FAULT_OOPS;

	if (!fault->fired) {
		return false;
	}
	if (hangs && same_text(difference->what, fact_name(FACT_SERVICE))) {
		return true; /* the picture may have come back after it was waited for */
	}
	if (!hangs && is_of_setting(fault->key)) {
		return strstr(fault->key, difference->what);
	}
	if (strstr(fault->key, TRIAL_GUEST) || text_starts(fault->key, "list ") ||
		text_starts(fault->key, "lock ") ||
		strstr(fault->key, whole_of(trial, difference->subject))) {
		return true; /* without a journal nothing can be tried */
	}
	for (size_t i = 0; i < trial->before.module_count; i++) {
		if (strstr(fault->key, trial->before.modules[i].name) &&
			of_nvidia(trial, trial->before.modules[i].name)) {
			return of_nvidia(trial, difference->subject);
		}
	}
	for (size_t i = 0; i < trial->before.device_count; i++) {
		const char *name = trial->before.devices[i].name;

		if (strstr(fault->key, name) && of_nvidia(trial, name)) {
			return of_nvidia(trial, difference->subject);
		}
	}
	return false;
}

/*
 * Undo goes on: what could not be undone does not keep anything else from coming home, but a login
 * screen needs a picture. What comes along with steps is not asked.
 */
static void check_went_on(struct trial *trial) {
	struct differences differences;

	if (trial->world.oopses > 1) {
		return; /* then nothing more is touched */
	}
	world_compare(&trial->before, &trial->world, &trial->exceptions, &differences);
	for (size_t i = 0; i < differences.count; i++) {
		const struct difference *at = &differences.list[i];
		bool explained = false;
		enum fact fact;

		if (fact_parse(at->what, &fact) < 0 || fact == FACT_CONSOLE ||
			(fact == FACT_SERVICE && !trial->world.console)) {
			continue;
		}
		for (size_t k = 0; k < trial->injector.fault_count; k++) {
			const struct fault *fault = &trial->injector.faults[k];

			explained |= fault->kind == FAULT_STRANGER || may_explain(trial, fault, at);
		}
		if (!explained && !trial->memory) {
			trial_wrong(trial,
				"%s ended with 4 (%s), and left %s %s at %s, which had nothing to "
				"do with it",
				act_name(trial->act), trial->error.text, at->what, at->subject,
				at->now);
		}
	}
}

static void check_guest_starts(struct trial *trial) {
	char reason[256];
	size_t count = scenario_count_devices(trial->scenario->given);

	if (trial->stranger.robbed || trial->stranger.blocks) {
		return; /* between our last look and the guest's first */
	}
	if (world_guest_start(&trial->world, TRIAL_GUEST, trial->scenario->given, count, reason) <
		0) {
		trial_wrong(trial, "detach ended with 0, but %s", reason);
	}
}

/* Holds one process's end against what its exit code promises. */
/* Ids that a hypervisor has given to vfio-pci are gone, unless a twin is still there for them. */
static void check_ids(struct trial *trial) {
	const struct world *world = &trial->world;
	const struct world_driver *vfio = &world->drivers[world_find_driver(world, "vfio-pci")];

	for (size_t i = 0; i < vfio->dynamic_count; i++) {
		bool needed = false;

		for (size_t k = 0; k < world->device_count; k++) {
			needed |= world->devices[k].driver >= 0 &&
				  &world->drivers[world->devices[k].driver] == vfio &&
				  world->devices[k].identity.device == vfio->dynamic[i].device;
		}
		if (!needed) {
			trial_wrong(trial, "reattach ended with 0, but vfio-pci has kept ids");
		}
	}
}

static bool any_fault(const struct trial *trial) {
	for (size_t i = 0; i < trial->injector.fault_count; i++) {
		if (trial->injector.faults[i].fired) {
			return true;
		}
	}
	return false;
}

/* What does not come back is done after all checks. */
static void check_nobody_ended(struct trial *trial) {
	struct differences differences;

	world_compare(&trial->before, &trial->world, NULL, &differences);
	for (size_t i = 0; i < differences.count; i++) {
		if (same_text(differences.list[i].what, fact_name(FACT_PROCESS))) {
			trial_wrong(trial, "detach was refused, but process %s has ended",
				differences.list[i].subject);
		}
	}
}

void judge(struct trial *trial) {
	if (trial->world.violation[0]) {
		trial_wrong(trial, "%s", trial->world.violation);
	}
	if (trial->died || trial->result == RESULT_UNRESOLVED) {
		check_named(trial);
		if (!trial->died) {
			check_went_on(trial);
		}
		return;
	}
	if (trial->result == RESULT_USAGE || (trial->act != ACT_DETACH && trial->act != ACT_CYCLE &&
						     trial->result != RESULT_DONE)) {
		trial_wrong(trial, "%s ended with %u", act_name(trial->act), trial->result);
	}
	if ((trial->act == ACT_REATTACH || trial->act == ACT_CYCLE) &&
		trial->result == RESULT_DONE && !any_fault(trial)) {
		check_ids(trial);
	}
	if (trial->act == ACT_DETACH && trial->result == RESULT_REFUSED) {
		check_nobody_ended(trial);
	}
	if (trial->act == ACT_DETACH && trial->result == RESULT_DONE) {
		check_guest_starts(trial);
	} else {
		judge_as_before(trial, false);
	}
}
