// SPDX-License-Identifier: GPL-2.0-or-later
#include "trial.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"

static void wrong(struct trial *trial, const char *format, ...) PRINTF(2, 3);

static void wrong(struct trial *trial, const char *format, ...) {
	va_list args;

	if (trial->wrong[0]) {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(trial->wrong, sizeof(trial->wrong), format, args);
	va_end(args);
}

static void die(void *context) {
	struct trial *trial = context;

	longjmp(trial->death, 1);
}

static void stick(void *context, bool midway) {
	struct trial *trial = context;

	trial->sim.hang = midway ? HANG_MIDWAY : HANG_BEFORE;
}

static void unstick(void *context) {
	struct trial *trial = context;

	world_unstick(&trial->world);
}

static bool stranger(void *context, unsigned int what) {
	return stranger_act(context, what);
}

static const struct injector_hooks hooks = {
	.die = die, .stick = stick, .unstick = unstick, .stranger = stranger};

static struct request request_of(const struct trial *trial) {
	struct request request;

	scenario_request(trial->scenario->asked, scenario_count_devices(trial->scenario->asked),
		TRIAL_GUEST, &request);
	return request;
}

static enum result act(struct trial *trial, enum act what) {
	struct request request = request_of(trial);

	switch (what) {
	case ACT_DETACH:
		return detach(&trial->handover, &request, "libvirt", &trial->error);
	case ACT_REATTACH:
		return reattach(&trial->handover, TRIAL_GUEST, &trial->error);
	case ACT_REPAIR:
		return repair(&trial->handover, &trial->error);
	}
	return RESULT_USAGE;
}

static const char *act_name(enum act act) {
	static const char *const names[] = {"detach", "reattach", "repair"};

	return names[act];
}

/* Runs one process of baton to its end or its death. */
static void run_process(struct trial *trial, enum act what) {
	struct process self = world_fork(&trial->world, PROCESS_BATON)->id;
	size_t left;

	sim_init(&trial->sim, &trial->world, self, trial->daemon);
	trial->sim.trace = trial->trace;
	trial->handover = (struct handover){.ops = &trial->injector.ops, .guarded = true};
	trial->act = what;
	trial->error.text[0] = '\0';
	memory_begin();
	memory_fail(trial->memory > trial->memory_used ? trial->memory - trial->memory_used : 0);
	trial->died = setjmp(trial->death) != 0;
	if (!trial->died) {
		trial->result = act(trial, what);
		plan_free(&trial->handover.plan);
		if (trial->world.lock.pid) {
			wrong(trial, "%s ended with the lock", act_name(what));
		}
	}
	trial->memory_used += memory_count();
	left = memory_end();
	if (!trial->died && left > 0) {
		wrong(trial, "%s leaks %zu blocks", act_name(what), left);
	}
	world_kill(&trial->world, self);
	if (trial->trace) {
		printf("    = %s: %d %s\n", act_name(what), trial->died ? -1 : (int)trial->result,
			trial->died ? "killed" : trial->error.text);
	}
}

static bool same_text(const char *a, const char *b) {
	return strcmp(a, b) == 0;
}

/* Does a step that has not been undone explain the difference, itself or as what came along? */
static bool explains(const struct step *step, const struct difference *difference) {
	const char *what = difference->what;

	if (same_text(what, fact_name(step->fact)) || same_text(what, "in-flight")) {
		return same_text(difference->subject, step->subject);
	}
	return same_text(what, "node") || same_text(what, "screen") || same_text(what, "console") ||
	       same_text(what, "framebuffer");
}

static bool named(const struct journal *journal, const struct difference *difference) {
	for (size_t i = 0; i < journal->record_count; i++) {
		if (!journal->records[i].popped &&
			explains(&journal->records[i].step, difference)) {
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
		wrong(trial, "the journal cannot be read: %s", trial->error.text);
		return NULL;
	}
	return &journal;
}

/* After a fault an empty journal may be left: the next repair takes it away. */
static void check_as_before(struct trial *trial, bool final) {
	struct differences differences;
	struct journal *journal = NULL;

	world_compare(&trial->before, &trial->world, &trial->exceptions, &differences);
	for (size_t i = 0; i < differences.count; i++) {
		const struct difference *at = &differences.list[i];

		if (same_text(at->what, "journal") && !final) {
			journal = read_journal(trial);
			if (journal && journal_depth(journal) == 0 && !journal->held) {
				continue;
			}
		}
		wrong(trial, "%s ended with %d (%s), but %s %s is %s and was %s",
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

		if (same_text(at->what, "journal") || (journal && named(journal, at))) {
			continue;
		}
		wrong(trial, "%s: %s %s is %s and was %s, and the journal does not say so",
			trial->died ? "killed" : "ended with 4", at->what, at->subject, at->now,
			at->before);
	}
}

static void check_guest_starts(struct trial *trial) {
	char reason[256];
	size_t count = scenario_count_devices(trial->scenario->given);

	if (trial->robbed) {
		return; /* between our last look and the guest's first */
	}
	if (world_guest_start(&trial->world, TRIAL_GUEST, trial->scenario->given, count, reason) <
		0) {
		wrong(trial, "detach ended with 0, but %s", reason);
	}
}

/* Holds one process's end against what its exit code promises. */
static void judge(struct trial *trial) {
	if (trial->world.violation[0]) {
		wrong(trial, "%s", trial->world.violation);
	}
	if (trial->died || trial->result == RESULT_UNRESOLVED) {
		check_named(trial);
		return;
	}
	if (trial->result == RESULT_USAGE ||
		(trial->act != ACT_DETACH && trial->result != RESULT_DONE)) {
		wrong(trial, "%s ended with %d", act_name(trial->act), trial->result);
	}
	if (trial->act == ACT_DETACH && trial->result == RESULT_DONE) {
		check_guest_starts(trial);
	} else {
		check_as_before(trial, false);
	}
}

static void step(struct trial *trial, enum act what) {
	run_process(trial, what);
	judge(trial);
}

static bool is_over(const struct trial *trial) {
	return !trial->died && trial->result != RESULT_UNRESOLVED;
}

/* Everything that was stuck goes on, every stranger goes home, and nothing fails any more. */
static void heal(struct trial *trial) {
	trial->injector.disarmed = true;
	trial->memory = trial->memory > trial->memory_used ? 0 : trial->memory;
	world_unstick(&trial->world);
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		if (trial->world.processes[i].kind == PROCESS_STRANGER) {
			world_end(&trial->world, &trial->world.processes[i]);
		}
	}
}

/* The stranger brings the device back, as it was before he came. */
static void restore_device(struct trial *trial) {
	struct world *world = &trial->world;
	int at = world_find_device(&trial->before, trial->scenario->given[0]);
	struct world_device *device = &world->devices[at];

	if (device->driver >= 0) {
		world_unbind_finish(world, at);
	}
	device->present = true;
	device->identity = trial->before.devices[at].identity;
	strcpy(device->override, trial->before.devices[at].override);
	if (trial->before.devices[at].driver >= 0) {
		(void)world_bind_finish(world, at, trial->before.devices[at].driver);
	}
}

/* A login screen cannot come back to a machine whose only picture somebody has taken away. */
static bool has_picture(const struct world *world) {
	return world->console;
}

static void finish(struct trial *trial) {
	heal(trial);
	step(trial, ACT_REPAIR);
	if (!is_over(trial) && trial->robbed && !has_picture(&trial->world)) {
		restore_device(trial);
		step(trial, ACT_REPAIR);
	}
	if (!is_over(trial)) {
		wrong(trial, "the last repair ended with %d: %s", trial->result, trial->error.text);
	}
	check_as_before(trial, true);
}

static void play(struct trial *trial) {
	step(trial, ACT_DETACH);
	if (!trial->died && trial->result == RESULT_DONE) {
		world_guest_stop(&trial->world, TRIAL_GUEST);
		step(trial, ACT_REATTACH);
	}
	world_guest(&trial->world, TRIAL_GUEST)->state = GUEST_GONE;
	if (!is_over(trial)) {
		step(trial, trial->door_after_death ? ACT_REATTACH : ACT_REPAIR);
	}
	finish(trial);
}

void trial_run(struct trial *trial, const struct fault *faults, size_t fault_count) {
	world_copy(&trial->world, &trial->before);
	trial->wrong[0] = '\0';
	trial->robbed = false;
	trial->memory_used = 0;
	trial->exceptions.count = trial->exceptions_named;
	trial->daemon = world_fork(&trial->world, PROCESS_DAEMON)->id;
	world_guest(&trial->world, TRIAL_GUEST)->state = GUEST_STARTING;
	injector_init(&trial->injector, &trial->sim.ops, &hooks, trial);
	assert(fault_count <= INJECTOR_FAULTS);
	memcpy(trial->injector.faults, faults, fault_count * sizeof(faults[0]));
	trial->injector.fault_count = fault_count;
	play(trial);
}

/* Losses are excepted by name, as the plan names them. */
void trial_init(struct trial *trial, const struct scenario *scenario) {
	struct request request;
	struct handover handover = {.ops = &trial->sim.ops};
	int r;

	memset(trial, 0, sizeof(*trial));
	trial->scenario = scenario;
	scenario->build(&trial->before);
	world_copy(&trial->world, &trial->before);
	sim_init(&trial->sim, &trial->world, (struct process){0}, (struct process){0});
	request = request_of(trial);
	r = preview(&handover, &request, &trial->error);
	assert(r == 0);
	for (size_t i = 0; i < handover.plan->step_count; i++) {
		const struct planned *planned = &handover.plan->steps[i];

		for (size_t k = 0; k < planned->effect_count; k++) {
			const struct effect *effect = &planned->effects[k];

			if (effect->lost) {
				exceptions_add(&trial->exceptions, fact_name(effect->change.fact),
					effect->change.subject);
			}
		}
	}
	trial->exceptions_named = trial->exceptions.count;
	plan_free(&handover.plan);
}

const char *trial_describe(const struct trial *trial, char *ret, size_t size) {
	int length = snprintf(ret, size, "%s:", trial->scenario->name);

	for (size_t i = 0; i < trial->injector.fault_count; i++) {
		const struct fault *fault = &trial->injector.faults[i];
		size_t used = (size_t)length < size ? (size_t)length : size;

		length += snprintf(ret + used, size - used, " [%s %u%s at %u: %s]",
			fault_name(fault->kind), fault->part, fault->persistent ? " for good" : "",
			fault->at, fault->fired ? fault->key : "not reached");
	}
	return ret;
}
