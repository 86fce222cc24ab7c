// SPDX-License-Identifier: GPL-2.0-or-later
#include "player.h"

#include "table.h"

#include "guard.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define SECOND_FUNCTION "0000:01:00.1" /* of the first card, where it has more than one */

#define HOME_MS    10000
#define THEFTS_MAX 5
#define LONELY_MAX 50 /* looks of a guard that nobody disturbs: it is done long before */

/* Before this operation of the actor whose turn it is: whose is it now? */
static void stop_before(struct actor *actor, enum operation operation) {
	actor->next = operation;
	table.moves += !actor->part->is_guard;
	if (table.seated) {
		table.turn = table_next();
	}
	if (table.turn != actor) {
		fiber_yield(&actor->fiber);
	}
	if (table.trace && operation != OPERATION_COUNT) {
		printf("    %zu %s\n", (size_t)(actor - table.actors), operation_name(operation));
	}
}

/* No run comes near to so many operations: whoever does goes round and round, and never waits. */
static void check_end(struct actor *actor, unsigned int number, const char *key) {
	if (number == INJECTOR_TRACE_MAX - 1) {
		table_wrong("%s %s never ends: its operation %u is %s",
			actor->part->is_guard ? "the guard of" : "what runs for",
			actor->part->guest ? actor->part->guest : "all", number, key);
		table_kill(actor);
	}
}

/* Does the journal that it is about to read say where the device is at home? */
static bool says_home(const struct part *part) {
	const struct world_journal *file = world_journal(&table.world, part->guest);
	char line[64];

	(void)snprintf(line, sizeof(line), " driver %s ", part->device[0]);
	return file && memmem(file->data, file->length, line, strlen(line));
}

static void observe(void *context, unsigned int number, const char *key) {
	struct actor *actor = context;
	enum operation operation = (enum operation)actor->injector.trace[number];
	const char *subject = strchr(key, ' ');

	(void)snprintf(actor->subject, sizeof(actor->subject), "%s", subject ? subject + 1 : "");
	check_end(actor, number, key);
	stop_before(actor, operation);
	actor->knows |=
		actor->part->is_guard && operation == OPERATION_READ && says_home(actor->part);
}

static void never(void *context) {
	assert(!"no fault was ordered");
}

static void never_stuck(void *context, bool midway) {
	assert(!"no fault was ordered");
}

static bool never_strange(void *context, unsigned int what) {
	return false;
}

static const struct injector_hooks hooks = {.die = never,
	.stick = never_stuck,
	.unstick = never,
	.stranger = never_strange,
	.observe = observe};

static void begin_process(struct actor *actor) {
	struct process self = world_fork(&table.world, PROCESS_BATON)->id;

	sim_init(&actor->sim, &table.world, self,
		actor->part->guest && !actor->part->is_guard ? table.daemon : (struct process){0});
	actor->sim.trace = table.trace;
	injector_init(&actor->injector, &actor->sim.ops, &hooks, actor);
	actor->handover =
		(struct handover){.ops = &actor->injector.ops, .guarded = true, .home_ms = HOME_MS};
}

static void end_process(struct actor *actor) {
	plan_free(&actor->handover.plan);
	world_kill(&table.world, actor->sim.self);
}

static void tell(const struct actor *actor, const char *what, enum result result) {
	if (table.trace) {
		printf("    = %s %s: %u %s\n", actor->part->guest ? actor->part->guest : "repair",
			what, result, actor->error.text);
	}
}

/* Where nobody disturbs, nothing fails. */
static void expect(const struct actor *actor, const char *what, enum result result, bool allowed) {
	if (table.game->disturbance == DISTURB_NOT && result != RESULT_DONE && !allowed) {
		table_wrong("%s for %s ended with %u: %s", what,
			actor->part->guest ? actor->part->guest : "all", result, actor->error.text);
	}
}

static size_t count_devices(const struct part *part) {
	return part->device[1] ? 2 : 1;
}

/*
 * While a guest has its devices, everything that its journal holds is as the journal says, whoever
 * else has come and gone.
 */
static void check_holdings(const struct actor *actor) {
	const struct world_journal *file = world_journal(&table.world, actor->part->guest);
	static struct journal journal;

	if (table.game->disturbance != DISTURB_NOT) {
		return;
	}
	if (!file || journal_parse(file->data, file->length, &journal, NULL) < 0) {
		table_wrong("%s has its devices, but no journal", actor->part->guest);
		return;
	}
	for (size_t i = 0; i < journal.record_count; i++) {
		const struct step *step = &journal.records[i].step;
		char value[VALUE_SIZE];
		bool later = false;

		for (size_t k = i + 1; k < journal.record_count; k++) {
			later |= step_same_fact(step, &journal.records[k].step);
		}
		if (!later && world_get(&table.world, step->fact, step->subject, value) == 0 &&
			strcmp(value, step->to) != 0) {
			table_wrong("%s has its devices, but %s %s is %s", actor->part->guest,
				fact_name(step->fact), step->subject, value);
		}
	}
}

/* The guest itself, between its door's two calls. */
static void run_guest(struct actor *actor) {
	const struct part *part = actor->part;
	char reason[256];

	actor->has = true;
	stop_before(actor, OPERATION_COUNT);
	if (world_guest_start(
		    &table.world, part->guest, part->device, count_devices(part), reason) < 0 &&
		!table.stranger.robbed && !table.stranger.blocks) {
		table_wrong("detach for %s ended with 0, but %s", part->guest, reason);
	}
	stop_before(actor, OPERATION_COUNT);
	check_holdings(actor);
	actor->has = false;
	world_guest_stop(&table.world, part->guest);
}

/* As libvirt does: the door is called again whatever its first call said. */
static void play_guest(void *argument) {
	struct actor *actor = argument;
	const struct part *part = actor->part;
	struct request request;
	enum result result;

	scenario_request(table.scenario, part->device, count_devices(part), part->guest, &request);
	begin_process(actor);
	actor->detached = detach(&actor->handover, &request, "libvirt", &actor->error);
	stop_before(actor, OPERATION_COUNT);
	end_process(actor);
	tell(actor, "detach", actor->detached);
	expect(actor, "detach", actor->detached, actor->detached == RESULT_REFUSED);
	if (actor->detached == RESULT_DONE) {
		run_guest(actor);
	}
	world_guest(&table.world, part->guest)->state = GUEST_GONE;
	if (part->unannounced) {
		return;
	}
	begin_process(actor);
	result = reattach(&actor->handover, part->guest, &actor->error);
	end_process(actor);
	tell(actor, "reattach", result);
	expect(actor, "reattach", result, false);
}

/* Between what it read and whether somebody lives, others may go on. */
static bool stop_and_ask(struct ops *ops, struct process process) {
	struct actor *actor = ((struct injector *)ops)->context;

	stop_before(actor, OPERATION_COUNT);
	return actor->sim.ops.alive(&actor->sim.ops, process);
}

static void wait_for_event(struct sim *sim) {
	struct actor *actor = sim->context;

	actor->woken += actor->slept_at != table.moves;
	actor->lonely += actor->slept_at == table.moves;
	actor->slept_at = table.moves;
	if (table.deed_begun == THIEF + THEFT_PERSISTENT && table.stranger.thefts > 0 &&
		table.stranger.thefts < THEFTS_MAX) {
		(void)stranger_steal(&table.stranger, THEFT_PERSISTENT);
	}
	if (table.deed_begun == THIEF + THEFT_IN_TURN && table.stranger.thefts == 1 &&
		!stranger_has_stolen(&table.stranger)) {
		table.stranger.target = SECOND_FUNCTION;
		(void)stranger_steal(&table.stranger, THEFT_IN_TURN);
	}
	if (actor->lonely > LONELY_MAX) {
		table_wrong("the guard of %s never ends", actor->part->guest);
		sim->stopping = true;
	}
}

static void play_guard(void *argument) {
	struct actor *actor = argument;
	enum result result;

	begin_process(actor);
	actor->injector.ops.alive = stop_and_ask;
	actor->sim.wait_for_event = wait_for_event;
	actor->sim.context = actor;
	actor->sim.stopping = actor->part->leaves;
	result = guard(&actor->handover, actor->part->guest, &actor->error);
	if (actor->sim.awake) {
		table_wrong("the guard of %s keeps the host awake for nothing", actor->part->guest);
	}
	end_process(actor);
	tell(actor, "guard", result);
	expect(actor, "guard", result, false);
}

static void play_repair(void *argument) {
	struct actor *actor = argument;
	enum result result;

	begin_process(actor);
	result = repair(&actor->handover, &actor->error);
	end_process(actor);
	tell(actor, "", result);
	expect(actor, "repair", result, false);
}

void (*player_find(const struct part *part))(void *) {
	if (part->is_guard) {
		return play_guard;
	}
	return part->guest ? play_guest : play_repair;
}
