// SPDX-License-Identifier: GPL-2.0-or-later
#include "trial.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
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
	struct trial *trial = context;

	return stranger_act(&trial->stranger, what);
}

/* FNV-1a. */
static uint64_t mix(uint64_t hash, const void *data, size_t length) {
	const unsigned char *bytes = data;

	for (size_t i = 0; i < length; i++) {
		hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
	}
	return hash;
}

static uint64_t mix_world(uint64_t hash, const struct world *world) {
	hash = mix(hash, world->devices, sizeof(world->devices));
	hash = mix(hash, world->modules, sizeof(world->modules));
	hash = mix(hash, world->services, sizeof(world->services));
	hash = mix(hash, &world->console, 2 * sizeof(bool));
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		hash = mix(hash, &world->processes[i].kind, sizeof(world->processes[i].kind));
	}
	for (size_t i = 0; i < WORLD_JOURNALS; i++) {
		hash = mix(hash, world->journals[i].data,
			world->journals[i].present ? world->journals[i].length : 0);
	}
	return hash;
}

/*
 * What follows a fault: the machine that the next operation finds, and every operation from there
 * on. Two faults that are followed by the same may be followed by the same second faults.
 */
static void observe(void *context, unsigned int number, const char *key) {
	struct trial *trial = context;
	const struct fault *fault = &trial->injector.faults[0];

	if (!trial->following || !fault->fired || number <= fault->at) {
		return;
	}
	if (!trial->continuation) {
		trial->continuation = mix_world(0xcbf29ce484222325ULL, &trial->world);
		trial->continuation = mix(trial->continuation, &fault->persistent, sizeof(bool));
		trial->continuation = mix(trial->continuation, fault->key,
			fault->persistent ? strlen(fault->key) : 0);
	}
	trial->continuation = mix(trial->continuation, key, strlen(key));
	trial->continuation ^= trial->injector.unstick_at;
}

static const struct injector_hooks hooks = {
	.die = die, .stick = stick, .unstick = unstick, .stranger = stranger, .observe = observe};

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

static void check_as_before(struct trial *trial, bool final) {
	struct differences differences;

	world_compare(&trial->before, &trial->world, &trial->exceptions, &differences);
	for (size_t i = 0; i < differences.count; i++) {
		const struct difference *at = &differences.list[i];

		if (!final && same_text(at->what, "journal") && journal_may_stay(trial)) {
			continue;
		}
		wrong(trial, "%s ended with %u (%s), but %s %s is %s and was %s",
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

	if (trial->stranger.robbed) {
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
		wrong(trial, "%s ended with %u", act_name(trial->act), trial->result);
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

/* Whoever still has a node open that is on its way out lets go of it. */
static void close_dying(struct world *world) {
	for (size_t i = 0; i < world->device_count; i++) {
		if (world->devices[i].driver != world->devices[i].link) {
			world_close(world, (int)i);
		}
	}
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
	close_dying(&trial->world);
}

/* A login screen cannot come back to a machine whose only picture somebody has taken away. */
static bool has_picture(const struct world *world) {
	return world->console;
}

static void finish(struct trial *trial) {
	heal(trial);
	step(trial, ACT_REPAIR);
	if (!is_over(trial) && trial->stranger.robbed && !has_picture(&trial->world)) {
		stranger_return(&trial->stranger);
		step(trial, ACT_REPAIR);
	}
	if (!is_over(trial)) {
		wrong(trial, "the last repair ended with %u: %s", trial->result, trial->error.text);
	}
	check_as_before(trial, true);
}

static void play(struct trial *trial) {
	step(trial, ACT_DETACH);
	trial->detached = trial->result;
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
	trial->stranger = (struct stranger){.world = &trial->world,
		.before = &trial->before,
		.target = trial->scenario->given[0],
		.exceptions = &trial->exceptions};
	trial->continuation = 0;
	trial->memory_used = 0;
	trial->exceptions.count = trial->exceptions_named;
	trial->daemon = world_fork(&trial->world, PROCESS_DAEMON)->id;
	world_guest(&trial->world, TRIAL_GUEST)->state = GUEST_STARTING;
	injector_init(&trial->injector, &trial->sim.ops, &hooks, trial);
	assert(fault_count <= INJECTOR_FAULTS);
	for (size_t i = 0; i < fault_count; i++) {
		trial->injector.faults[i] = faults[i];
	}
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
