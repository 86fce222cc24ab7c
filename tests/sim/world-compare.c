// SPDX-License-Identifier: GPL-2.0-or-later
/* Is the machine as before? Judged without a line of what put it there. */
#include "world.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct comparison {
	const struct exceptions *exceptions;
	struct differences *ret;
};

void exceptions_add(struct exceptions *exceptions, const char *what, const char *subject) {
	size_t at = exceptions->count;

	assert(at < WORLD_EXCEPTIONS && strlen(what) < sizeof(exceptions->what[0]));
	assert(strlen(subject) < sizeof(exceptions->subject[0]));
	strcpy(exceptions->what[at], what);
	strcpy(exceptions->subject[at], subject);
	exceptions->count++;
}

static bool excepted(const struct exceptions *exceptions, const char *what, const char *subject) {
	for (size_t i = 0; exceptions && i < exceptions->count; i++) {
		if (strcmp(exceptions->what[i], what) == 0 &&
			strcmp(exceptions->subject[i], subject) == 0) {
			return true;
		}
	}
	return false;
}

static void check(struct comparison *comparison, const char *what, const char *subject,
	const char *before, const char *now) {
	struct difference *at = &comparison->ret->list[comparison->ret->count];

	if (strcmp(before, now) == 0 || excepted(comparison->exceptions, what, subject)) {
		return;
	}
	assert(comparison->ret->count < WORLD_DIFFERENCES);
	*at = (struct difference){0};
	strcpy(at->what, what);
	strcpy(at->subject, subject);
	strcpy(at->before, before);
	strcpy(at->now, now);
	comparison->ret->count++;
}

static const char *driver_name(const struct world *world, int driver) {
	return driver < 0 ? "-" : world->drivers[driver].name;
}

static const char *yes(bool value) {
	return value ? "yes" : "no";
}

/* Does a login screen show on the card? */
static bool shown(const struct world *world, size_t device) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		const struct world_process *process = &world->processes[i];

		if (process->kind == PROCESS_SESSION && process->opens[device] &&
			process->generation[device] == world->devices[device].generation &&
			world_has_node(world, (int)device)) {
			return true;
		}
	}
	return false;
}

static void compare_settings(struct comparison *comparison, const struct world_device *before,
	const struct world_device *now) {
	static const enum fact facts[] = {
		FACT_POWER, FACT_D3COLD, FACT_RESET_METHOD, FACT_BAR_SIZE, FACT_VF_COUNT};

	for (size_t i = 0; i < COUNT(facts); i++) {
		char a[VALUE_SIZE], b[VALUE_SIZE];

		world_get_setting(&before->settings, facts[i], a);
		world_get_setting(&now->settings, facts[i], b);
		check(comparison, fact_name(facts[i]), before->name, a, b);
	}
}

static void compare_devices(
	struct comparison *comparison, const struct world *before, const struct world *now) {
	for (size_t i = 0; i < before->device_count; i++) {
		const struct world_device *a = &before->devices[i], *b = &now->devices[i];

		check(comparison, "present", a->name, yes(a->present), yes(b->present));
		check(comparison, "driver", a->name, driver_name(before, a->link),
			driver_name(now, b->link));
		check(comparison, "driver", a->name, driver_name(before, a->driver),
			driver_name(now, b->driver));
		check(comparison, "override", a->name, a->override, b->override);
		check(comparison, "node", a->name, yes(world_has_node(before, (int)i)),
			yes(world_has_node(now, (int)i)));
		check(comparison, "screen", a->name, yes(shown(before, i)), yes(shown(now, i)));
		compare_settings(comparison, a, b);
	}
}

static void compare_framebuffers(
	struct comparison *comparison, const struct world *before, const struct world *now) {
	static const char *const states[] = {"gone", "unbound", "bound"};

	for (size_t i = 0; i < before->framebuffer_count; i++) {
		const struct world_framebuffer *a = &before->framebuffers[i];
		const struct world_framebuffer *b = &now->framebuffers[i];

		check(comparison, "framebuffer", a->name, states[a->present ? 1 + a->bound : 0],
			states[b->present ? 1 + b->bound : 0]);
	}
	check(comparison, "console", "frame buffer device",
		states[before->console ? 1 + before->console_bound : 0],
		states[now->console ? 1 + now->console_bound : 0]);
}

void exceptions_add_programs(struct exceptions *exceptions, const struct world *before) {
	for (size_t i = 0; before->may_end && i < WORLD_PROCESSES; i++) {
		char subject[SUBJECT_SIZE];

		if (before->processes[i].kind == PROCESS_PROGRAM) {
			world_process_subject(&before->processes[i], subject);
			exceptions_add(exceptions, "process", subject);
		}
	}
}

static void compare_programs(
	struct comparison *comparison, const struct world *before, const struct world *now) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		const struct world_process *a = &before->processes[i], *b = &now->processes[i];
		char subject[SUBJECT_SIZE];

		if (a->kind == PROCESS_PROGRAM) {
			world_process_subject(a, subject);
			check(comparison, "process", subject, "yes",
				yes(b->kind == a->kind && world_same_process(a->id, b->id)));
		}
	}
}

static void compare_rest(
	struct comparison *comparison, const struct world *before, const struct world *now) {
	for (size_t i = 0; i < before->module_count; i++) {
		const struct world_module *a = &before->modules[i], *b = &now->modules[i];

		if (!a->vfio) {
			check(comparison, "module", a->name, yes(a->loaded), yes(b->loaded));
		}
	}
	for (size_t i = 0; i < before->service_count; i++) {
		check(comparison, "service", before->services[i].name, yes(before->services[i].up),
			yes(now->services[i].up));
	}
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		const struct world_process *process = &now->processes[i];

		check(comparison, "in-flight",
			process->kind == PROCESS_WRITER ? process->step.subject : "", "no",
			yes(process->kind == PROCESS_WRITER));
	}
	for (size_t i = 0; i < WORLD_JOURNALS; i++) {
		check(comparison, "journal", now->journals[i].guest, "no",
			yes(now->journals[i].present));
	}
	check(comparison, "lock", "", "no", yes(now->lock.pid != 0));
}

void world_compare(const struct world *before, const struct world *now,
	const struct exceptions *exceptions, struct differences *ret) {
	struct comparison comparison = {.exceptions = exceptions, .ret = ret};

	ret->count = 0;
	compare_devices(&comparison, before, now);
	compare_framebuffers(&comparison, before, now);
	compare_programs(&comparison, before, now);
	compare_rest(&comparison, before, now);
}

void differences_print(const struct differences *differences) {
	for (size_t i = 0; i < differences->count; i++) {
		const struct difference *at = &differences->list[i];

		printf("    %s %s: %s before, %s now\n", at->what, at->subject, at->before,
			at->now);
	}
}
