// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every interleaving of two guests' hand-overs and returns, a repair, a guard and a stranger, for
 * small plans: stateless model checking. Each actor is a fiber that stops before every operation;
 * all choices of who goes on are enumerated, depth first, by running again from the start.
 *
 * Choices that cannot matter are left out: processes of baton touch the machine only under the
 * lock, so that among them the turn changes only where the lock is taken, a guest starts or stops,
 * or the list of journals is read. The stranger knows no lock and may act before every operation. A
 * guard reads its journal without the lock; it may look a few times while others could go on.
 *
 *     test-interleavings [--first] [GAME]
 *
 * --first: ends at the first failure. A long check plays games of all actors too, a fast one
 * without the stranger.
 */
#include "length.h"
#include "memory.h"
#include "table.h"

#include "guard.h"

#include <assert.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_MAX  5
#define LONELY_MAX 50 /* looks of a guard that nobody disturbs: it is done long before */

#define HAND    "hand:0000:01:00.0"
#define GUEST_A "libvirt:6f1d4a52-0000-4000-8000-00000000000a"
#define GUEST_B "libvirt:6f1d4a52-0000-4000-8000-00000000000b"
#define FIRST   "0000:01:00.0"
#define SECOND  "0000:02:00.0"

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

static void observe(void *context, unsigned int number, const char *key) {
	struct actor *actor = context;
	const char *subject = strchr(key, ' ');

	(void)snprintf(actor->subject, sizeof(actor->subject), "%s", subject ? subject + 1 : "");
	stop_before(actor, (enum operation)actor->injector.trace[number]);
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
	actor->handover = (struct handover){.ops = &actor->injector.ops, .guarded = true};
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

	scenario_request(part->device, count_devices(part), part->guest, &request);
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

static void (*find_play(const struct part *part))(void *) {
	if (part->is_guard) {
		return play_guard;
	}
	return part->guest ? play_guest : play_repair;
}

/* Before anybody plays, in a process that is gone by then. */
static void detach_by_hand(const char *device) {
	struct process self = world_fork(&table.world, PROCESS_BATON)->id;
	struct handover handover = {.guarded = true};
	struct request request;
	struct error error = {0};
	struct sim sim;

	sim_init(&sim, &table.world, self, (struct process){0});
	handover.ops = &sim.ops;
	scenario_request(&device, 1, HAND, &request);
	if (detach(&handover, &request, "hand", &error) != RESULT_DONE) {
		table_wrong("by hand: %s", error.text);
	}
	plan_free(&handover.plan);
	world_kill(&table.world, self);
}

/* Whoever detached the card and found no guest for it brings it home. */
static void reattach_by_hand(void) {
	struct process self = world_fork(&table.world, PROCESS_BATON)->id;
	struct handover handover = {0};
	struct error error = {0};
	struct sim sim;

	sim_init(&sim, &table.world, self, (struct process){0});
	handover.ops = &sim.ops;
	if (reattach(&handover, HAND, &error) != RESULT_DONE) {
		table_wrong("home by hand: %s", error.text);
	}
	world_kill(&table.world, self);
}

static void set_table(void) {
	world_copy(&table.world, &table.before);
	table.exceptions.count = 0;
	table.stranger = (struct stranger){.world = &table.world,
		.before = &table.before,
		.target = table.game->parts[0].device[0],
		.exceptions = &table.exceptions};
	table.wrong[0] = '\0';
	if (table.game->by_hand) {
		detach_by_hand(table.game->by_hand);
	}
	table.daemon = world_fork(&table.world, PROCESS_DAEMON)->id;
	table.turn = NULL;
	table.seated = false;
	table.asleep = 0;
	table.in_vain = false;
	table.killed = false;
	table.depth = 0;
	table.moves = 0;
	table.wakes = (length_of_tests() == LENGTH_LONG) + (table.game->disturbance == DISTURB_NOT);
	for (size_t i = 0; i < table.game->part_count; i++) {
		struct actor *actor = &table.actors[i];

		actor->part = &table.game->parts[i];
		actor->next = OPERATION_COUNT;
		actor->alive = true;
		actor->has = false;
		actor->error.text[0] = '\0';
		actor->woken = 0;
		actor->lonely = 0;
		actor->slept_at = 0;
		if (actor->part->guest) {
			world_guest(&table.world, actor->part->guest)->state = GUEST_STARTING;
		}
		fiber_start(&actor->fiber, find_play(actor->part), actor);
	}
}

/* Everybody up to the first operation: until then nothing is shared. */
static void take_seats(void) {
	for (size_t i = 0; i < table.game->part_count; i++) {
		fiber_resume(&table.actors[i].fiber);
	}
}

static enum result last_repair(struct error *error) {
	struct process self = world_fork(&table.world, PROCESS_BATON)->id;
	struct sim sim;
	struct handover handover = {.ops = &sim.ops};
	enum result result;

	sim_init(&sim, &table.world, self, (struct process){0});
	sim.trace = table.trace;
	result = repair(&handover, error);
	world_kill(&table.world, self);
	return result;
}

/* A guard that was never started has nothing to do: whoever died had done nothing yet. */
static bool is_unborn(const struct actor *actor) {
	return actor->part->is_guard && !world_guest(&table.world, actor->part->guest)->guarded;
}

/* Has somebody watched over this, so that no repair is needed in the end? */
static bool is_guarded(void) {
	for (size_t i = 0; i < table.game->part_count; i++) {
		if (table.actors[i].part->is_guard && !is_unborn(&table.actors[i])) {
			return true;
		}
	}
	return false;
}

static void finish(void) {
	struct differences differences;
	struct error error = {0};
	enum result result;

	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		if (table.world.processes[i].kind == PROCESS_STRANGER) {
			world_end(&table.world, &table.world.processes[i]);
		}
	}
	result = is_guarded() ? RESULT_DONE : last_repair(&error);
	if (result != RESULT_DONE &&
		(table.stranger.blocks || (table.stranger.robbed && !table.world.console))) {
		stranger_return(&table.stranger);
		result = last_repair(&error);
	}
	if (table.game->by_hand && table.game->disturbance == DISTURB_NOT &&
		world_journal(&table.world, HAND)) {
		table_wrong("a guest has taken the card over, and it is still out by hand");
	}
	if (table.game->by_hand) {
		reattach_by_hand();
	}
	if (result != RESULT_DONE) {
		table_wrong("the last repair ended with %u: %s", result, error.text);
	}
	table_check();
	world_compare(&table.before, &table.world, &table.exceptions, &differences);
	for (size_t i = 0; i < differences.count; i++) {
		const struct difference *at = &differences.list[i];

		table_wrong("at the end %s %s is %s and was %s", at->what, at->subject, at->now,
			at->before);
	}
}

/* One schedule from its start to its end. */
static void play(int deed) {
	bool finished = true;

	set_table();
	table.deed = deed;
	memory_begin();
	take_seats();
	table.seated = true;
	table.turn = table_next();
	while (table.turn) {
		struct actor *actor = table.turn;

		fiber_resume(&actor->fiber);
		if (actor->fiber.finished && table.turn == actor) {
			table.turn = table_next();
		}
	}
	for (size_t i = 0; i < table.game->part_count; i++) {
		const struct actor *actor = &table.actors[i];

		finished &= actor->fiber.finished || !actor->alive || is_unborn(actor);
		table.killed |= is_unborn(actor);
	}
	if (!table.in_vain && !finished) {
		table_wrong("nobody can go on");
	}
	if (!table.in_vain) {
		finish();
	}
	if (memory_end() > 0 && !table.killed && !table.in_vain) {
		table_wrong("something leaks");
	}
}

struct totals {
	unsigned long games, schedules, failures;
};

static struct totals totals;
static bool first_only;

static void play_all(const struct game *game, int deed) {
	unsigned long schedules = 0;

	table.length = 0;
	do {
		play(deed);
		schedules += !table.in_vain;
		if (!table.wrong[0]) {
			continue;
		}
		if (++totals.failures <= SHOWN_MAX) {
			printf("FAILED %s, %s: %s\n", game->name,
				deed < 0         ? "no stranger"
				: deed == KILLER ? "kill -9"
						 : stranger_name((unsigned int)deed),
				table.wrong);
		}
		if (totals.failures == 1) {
			table.trace = true;
			play(deed);
			table.trace = false;
		}
	} while (table_advance() && !(first_only && totals.failures > 0));
	totals.games++;
	totals.schedules += schedules;
}

/* clang-format off */
#define REPAIR {NULL, {FIRST}}
#define GUARD  {GUEST_A, {FIRST}, .is_guard = true}
/* clang-format on */

static const struct game games[] = {
	{"same card", "single", {{GUEST_A, {FIRST}}, {GUEST_B, {FIRST}}, REPAIR}, 3, DISTURB_NOT,
		false},
	{"two cards, one login screen", "twins", {{GUEST_A, {FIRST}}, {GUEST_B, {SECOND}}, REPAIR},
		3, DISTURB_NOT, false},
	{"two cards, one driver", "nvidia-twins", {{GUEST_A, {FIRST}}, {GUEST_B, {SECOND}}, REPAIR},
		3, DISTURB_NOT, false},
	{"one card and its guard", "single", {{GUEST_A, {FIRST}}, GUARD}, 2, DISTURB_NOT, false},
	{"one card, and nobody but its guard", "single",
		{{GUEST_A, {FIRST}, .unannounced = true}, GUARD}, 2, DISTURB_NOT, false},
	{"one card, its guard, and kill -9", "single", {{GUEST_A, {FIRST}}, GUARD}, 2, DISTURB_KILL,
		false},
	{"by hand, then for a guest", "single", {{GUEST_A, {FIRST}}, REPAIR}, 2, DISTURB_NOT, false,
		FIRST},
	{"by hand, then for the quicker guest", "single", {{GUEST_A, {FIRST}}, {GUEST_B, {FIRST}}},
		2, DISTURB_NOT, false, FIRST},
	{"by hand, then for a guest, and kill -9", "single", {{GUEST_A, {FIRST}}}, 1, DISTURB_KILL,
		false, FIRST},
	{"one card, and the host shuts down", "single",
		{{GUEST_A, {FIRST}, .unannounced = true},
			{GUEST_A, {FIRST}, .is_guard = true, .leaves = true}},
		2, DISTURB_NOT, false},
	{"by hand, and the host shuts down", "single",
		{{HAND, {FIRST}, .is_guard = true, .leaves = true}}, 1, DISTURB_NOT, false, FIRST},
	{"same card, and a guard", "single", {{GUEST_A, {FIRST}}, {GUEST_B, {FIRST}}, GUARD}, 3,
		DISTURB_NOT, true},
	{"same card, and a stranger", "single", {{GUEST_A, {FIRST}}, {GUEST_B, {FIRST}}}, 2,
		DISTURB_ALL, false},
	{"two cards, and a stranger", "twins", {{GUEST_A, {FIRST}}, {GUEST_B, {SECOND}}}, 2,
		DISTURB_ALL, false},
	{"one card, a repair and a stranger", "single", {{GUEST_A, {FIRST}}, REPAIR}, 2,
		DISTURB_ALL, true},
	{"same card, all", "single", {{GUEST_A, {FIRST}}, {GUEST_B, {FIRST}}, REPAIR}, 3,
		DISTURB_ALL, true},
	{"two cards, all", "twins", {{GUEST_A, {FIRST}}, {GUEST_B, {SECOND}}, REPAIR}, 3,
		DISTURB_ALL, true},
};

static void play_game(const struct game *game) {
	unsigned long before = totals.schedules;

	if (first_only && totals.failures > 0) {
		return;
	}
	table.game = game;
	table.scenario = scenario_find(game->scenario);
	memset(&table.before, 0, sizeof(table.before));
	table.scenario->build(&table.before);
	if (game->disturbance == DISTURB_NOT) {
		play_all(game, -1);
	}
	for (int deed = 0; game->disturbance == DISTURB_ALL && deed < KILLER; deed++) {
		play_all(game, deed);
	}
	if (game->disturbance != DISTURB_NOT) {
		play_all(game, KILLER);
	}
	printf("%-36s %lu interleavings\n", game->name, totals.schedules - before);
	fflush(stdout);
}

static bool is_due(const struct game *game) {
	switch (length_of_tests()) {
	case LENGTH_FAST:
		return game->disturbance == DISTURB_NOT && !game->is_long;
	case LENGTH_CHECK:
		return !game->is_long;
	case LENGTH_LONG:
	case LENGTH_NEVER:
		break;
	}
	return true;
}

int main(int argc, char **argv) {
	const char *name = NULL;

	for (int i = 1; i < argc; i++) {
		first_only |= strcmp(argv[i], "--first") == 0;
		name = argv[i][0] == '-' ? name : argv[i];
	}

	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	for (size_t i = 0; i < COUNT(games); i++) {
		if (name ? strcmp(name, games[i].name) == 0 : is_due(&games[i])) {
			play_game(&games[i]);
		}
	}
	for (size_t i = 0; i < ACTORS_MAX; i++) {
		fiber_free(&table.actors[i].fiber);
	}
	printf("games %lu: %lu interleavings\n", totals.games, totals.schedules);
	printf("%lu passed, %lu failed\n", totals.schedules - totals.failures, totals.failures);
	return totals.failures > 0;
}
