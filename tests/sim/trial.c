// SPDX-License-Identifier: GPL-2.0-or-later
#include "trial.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "judge.h"
#include "memory.h"

static void die(void *context) {
	struct trial *trial = context;

	longjmp(trial->death, 1);
}

static void stick(void *context, bool midway) {
	struct trial *trial = context;

	trial->sim.hang = midway ? HANG_MIDWAY : HANG_BEFORE;
}

static void oops(void *context, bool midway) {
	struct trial *trial = context;

	trial->sim.oops = midway ? OOPS_MIDWAY : OOPS_BEFORE;
}

static void unstick(void *context) {
	struct trial *trial = context;

	world_unstick(&trial->world);
}

static bool stranger(void *context, unsigned int what) {
	struct trial *trial = context;

	return stranger_act(&trial->stranger, what);
}

static void perish(void *context) {
	struct trial *trial = context;

	world_perish(&trial->world);
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
	trial->continuation ^= (uint64_t)trial->injector.perish_at << 32;
}

static const struct injector_hooks hooks = {.die = die,
	.stick = stick,
	.oops = oops,
	.unstick = unstick,
	.perish = perish,
	.stranger = stranger,
	.observe = observe};

static struct request request_of(const struct trial *trial) {
	struct request request;

	scenario_request(trial->scenario, trial->scenario->asked,
		scenario_count_devices(trial->scenario->asked), TRIAL_GUEST, &request);
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
	case ACT_CYCLE:
		return cycle(&trial->handover, &request, &trial->error);
	}
	return RESULT_USAGE;
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
			trial_wrong(trial, "%s ended with the lock", act_name(what));
		}
	}
	trial->memory_used += memory_count();
	left = memory_end();
	if (!trial->died && left > 0) {
		trial_wrong(trial, "%s leaks %zu blocks", act_name(what), left);
	}
	world_kill(&trial->world, self);
	if (trial->trace) {
		printf("    = %s: %d %s\n", act_name(what), trial->died ? -1 : (int)trial->result,
			trial->died ? "killed" : trial->error.text);
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

/*
 * A login screen cannot come back to a machine whose only picture somebody has taken away, and a
 * driver not to a device that somebody has reserved for another.
 */
static bool keeps_from_home(const struct trial *trial) {
	return trial->stranger.blocks || (trial->stranger.robbed && !trial->world.console);
}

/* After an oops the machine is whole again when it has booted, and not before: until then nothing
 * may be tried once more, and the journal says so. */
static void finish_oopsed(struct trial *trial) {
	heal(trial);
	step(trial, ACT_REPAIR);
	if (trial->result == RESULT_UNRESOLVED && !strstr(trial->error.text, "reboot")) {
		trial_wrong(trial, "the last repair after an oops does not speak of a reboot: %s",
			trial->error.text);
	}
}

static void finish(struct trial *trial) {
	if (trial->world.oopses > 0) {
		finish_oopsed(trial);
		return;
	}
	heal(trial);
	step(trial, ACT_REPAIR);
	if (!is_over(trial) && keeps_from_home(trial)) {
		stranger_return(&trial->stranger);
		step(trial, ACT_REPAIR);
	}
	if (!is_over(trial)) {
		trial_wrong(trial, "the last repair ended with %u: %s", trial->result,
			trial->error.text);
	}
	judge_as_before(trial, true);
	if (!stranger_is_content(&trial->stranger)) {
		trial_wrong(trial, "at the end the stranger has not what he took");
	}
}

static void play(struct trial *trial) {
	step(trial, trial->round ? ACT_CYCLE : ACT_DETACH);
	trial->detached = trial->result;
	if (!trial->round && !trial->died && trial->result == RESULT_DONE) {
		world_guest_stop(&trial->world, TRIAL_GUEST);
		step(trial, ACT_REATTACH);
	}
	world_guest(&trial->world, TRIAL_GUEST)->state = GUEST_GONE;
	if (!is_over(trial)) {
		step(trial, trial->door_after_death ? ACT_REATTACH : ACT_REPAIR);
	}
	finish(trial);
}

static void begin(struct trial *trial, const struct fault *faults, size_t fault_count) {
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
}

void trial_run(struct trial *trial, const struct fault *faults, size_t fault_count) {
	begin(trial, faults, fault_count);
	play(trial);
}

static bool line_follows(const struct trial *trial, unsigned int lost_at) {
	for (unsigned int i = lost_at + 1; i < trial->injector.count - 1; i++) {
		if (trial->injector.trace[i] == OPERATION_APPEND) {
			return true;
		}
	}
	return false;
}

bool trial_run_gap(struct trial *trial, unsigned int lost_at, unsigned int killed_at) {
	const struct fault faults[] = {
		{.kind = FAULT_LOSE, .at = lost_at}, {.kind = FAULT_DIE, .at = killed_at}};
	static struct world found;
	struct differences differences;

	begin(trial, faults, COUNT(faults));
	run_process(trial, ACT_DETACH);
	if (!trial->died || !line_follows(trial, lost_at)) {
		return false;
	}
	world_guest(&trial->world, TRIAL_GUEST)->state = GUEST_GONE;
	world_copy(&found, &trial->world);
	for (size_t i = 0; i < WORLD_JOURNALS; i++) {
		found.journals[i].present = false; /* only those that have come would differ */
	}
	run_process(trial, ACT_REPAIR);
	world_compare(&found, &trial->world, NULL, &differences);
	if (trial->died || trial->result != RESULT_UNRESOLVED) {
		trial_wrong(trial, "repair of a journal with a gap ended with %u", trial->result);
	}
	if (differences.count != 1 || strcmp(differences.list[0].what, "journal") != 0) {
		trial_wrong(trial, "repair of a journal with a gap has touched the machine");
	}
	return true;
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
	exceptions_add_programs(&trial->exceptions, &trial->before);
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
