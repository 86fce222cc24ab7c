// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every interleaving of two guests' hand-overs and returns, a repair and a stranger, for small
 * plans: stateless model checking. Each actor is a fiber that stops before every operation; all
 * choices of who goes on are enumerated, depth first, by running again from the start.
 *
 * Choices that cannot matter are left out: processes of baton touch the machine only under the
 * lock, so that among them the turn changes only where the lock is taken, a guest starts or stops,
 * or the list of journals is read. The stranger knows no lock and may act before every operation.
 *
 *     test-interleavings [GAME]    BATON_LONG=1: all actors in one game
 */
#include "fiber.h"
#include "injector.h"
#include "memory.h"
#include "scenario.h"
#include "sim.h"
#include "stranger.h"

#include "handover.h"

#include <assert.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ACTORS_MAX  3
#define CHOICES_MAX 4096
#define SHOWN_MAX   5
#define KILLER      STRANGER_DEEDS /* one deed more: kill -9 of what guest A's door runs */

struct part {
	const char *guest;     /* NULL: a repair */
	const char *device[2]; /* that it wants */
};

struct game {
	const char *name;
	const char *scenario;
	struct part parts[ACTORS_MAX];
	size_t part_count;
	bool stranger; /* each of his deeds, and the killer's, is one more game */
	bool is_long;
};

struct actor {
	const struct part *part;
	struct fiber fiber;
	struct sim sim;
	struct injector injector;
	struct handover handover;
	char subject[GUEST_SIZE]; /* of the next operation */
	enum operation next;      /* what it stops before; OPERATION_COUNT: something that is no
				     operation      of baton's */
	bool alive;
	bool has; /* the guest has its devices */
	enum result detached;
	struct error error;
};

struct table {
	const struct game *game;
	const struct scenario *scenario;
	struct world before;
	struct world world;
	struct exceptions exceptions;
	struct stranger stranger;
	struct actor actors[ACTORS_MAX];
	unsigned int asleep; /* actors whose next operation has been tried first */
	struct actor *turn;  /* who goes on; NULL: nobody can */
	bool seated;         /* everybody has come to his first operation */
	struct process daemon;
	int deed;     /* that the stranger has still to do; -1: none */
	bool in_vain; /* there was nothing for him to do, or it has been played in another order */
	bool killed;
	bool trace;
	char wrong[512];

	unsigned char chosen[CHOICES_MAX], options[CHOICES_MAX];
	size_t depth, length;
};

static struct table table;

static void wrong(const char *format, ...) PRINTF(1, 2);

static void wrong(const char *format, ...) {
	va_list args;

	if (table.wrong[0]) {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(table.wrong, sizeof(table.wrong), format, args);
	va_end(args);
}

/* The next choice of so many. */
static unsigned int choose(unsigned int count) {
	assert(table.depth < CHOICES_MAX);
	if (table.depth == table.length) {
		table.chosen[table.length] = 0;
		table.options[table.length++] = (unsigned char)count;
	}
	assert(table.options[table.depth] == count);
	return table.chosen[table.depth++];
}

/* The next schedule; false: there is none. */
static bool advance(void) {
	while (table.length > 0 &&
		table.chosen[table.length - 1] + 1 == table.options[table.length - 1]) {
		table.length--;
	}
	if (table.length == 0) {
		return false;
	}
	table.chosen[table.length - 1]++;
	return true;
}

static unsigned int mask(const struct actor *actor) {
	return 1U << (actor - table.actors);
}

static bool can_go(const struct actor *actor) {
	return actor->alive && !actor->fiber.finished &&
	       !(actor->next == OPERATION_LOCK && table.world.lock.pid != 0);
}

/* Do the two want the same device? */
static bool compete(const struct part *a, const struct part *b) {
	for (size_t i = 0; i < 2 && a->device[i]; i++) {
		for (size_t k = 0; k < 2 && b->device[k]; k++) {
			if (strcmp(a->device[i], b->device[k]) == 0) {
				return true;
			}
		}
	}
	return false;
}

/* Does it see whether the guest runs? */
static bool sees(const struct actor *actor, const struct actor *guest) {
	if (actor->next == OPERATION_GUEST) {
		return !guest->part->guest || strcmp(actor->subject, guest->part->guest) == 0;
	}
	return actor->next == OPERATION_LOOK && compete(actor->part, guest->part);
}

/*
 * May it matter which of two next operations comes first? What is done under the lock meets only
 * what is done without it: the list of journals, and guests that start and stop (OPERATION_COUNT).
 */
static bool depend(const struct actor *a, const struct actor *b) {
	bool lists_a = a->next == OPERATION_CREATE || a->next == OPERATION_REMOVE;
	bool lists_b = b->next == OPERATION_CREATE || b->next == OPERATION_REMOVE;

	return (a->next == OPERATION_LOCK && b->next == OPERATION_LOCK) ||
	       (a->next == OPERATION_LIST && lists_b) || (b->next == OPERATION_LIST && lists_a) ||
	       (a->next == OPERATION_COUNT && sees(b, a)) ||
	       (b->next == OPERATION_COUNT && sees(a, b));
}

/* May the turn change before this operation at all? */
static bool may_change(const struct actor *turn, const struct actor *other) {
	bool outside = turn->next == OPERATION_LOCK || turn->next == OPERATION_LIST ||
		       turn->next == OPERATION_COUNT;

	return outside || depend(turn, other);
}

/*
 * Sleep sets: once an actor's operation has been tried first, it is not tried again after others
 * that do not depend on it. The actor that goes on wakes those that depend on what it does.
 */
static void wake(const struct actor *actor, unsigned int tried) {
	unsigned int asleep = table.asleep | tried;

	table.asleep = 0;
	for (size_t i = 0; i < table.game->part_count; i++) {
		if ((asleep & 1U << i) && !depend(&table.actors[i], actor)) {
			table.asleep |= 1U << i;
		}
	}
}

/* What must hold at every moment. */
static void check_now(void) {
	for (size_t i = 0; i < table.game->part_count; i++) {
		const struct actor *actor = &table.actors[i];

		for (size_t k = 0; actor->has && k < 2 && actor->part->device[k]; k++) {
			const char *name = actor->part->device[k];
			int at = world_find_device(&table.world, name);
			bool robbed =
				table.stranger.robbed && strcmp(table.stranger.target, name) == 0;

			if (!robbed && (at < 0 || table.world.devices[at].driver < 0 ||
					       !table.world.drivers[table.world.devices[at].driver]
							.vfio)) {
				wrong("%s has %s, but it is not on a VFIO driver",
					actor->part->guest, name);
			}
		}
	}
	if (!table.stranger.started && table.world.services[0].display_manager &&
		table.world.services[0].up && !table.world.console) {
		wrong("the display manager is up and has no card to draw on");
	}
	if (table.world.violation[0]) {
		wrong("%s", table.world.violation);
	}
}

static void kill_actor(struct actor *actor) {
	world_kill(&table.world, actor->sim.self);
	actor->alive = false;
	table.killed = true;
	if (actor->part->guest) {
		world_guest(&table.world, actor->part->guest)->state = GUEST_GONE;
	}
}

static void act_strangely(void) {
	int deed = table.deed;

	table.deed = -1;
	if (table.trace) {
		printf("    - %s\n", deed == KILLER ? "kill -9 of guest A's baton"
						    : stranger_name((unsigned int)deed));
	}
	if (deed != KILLER) {
		table.in_vain = !stranger_act(&table.stranger, (unsigned int)deed);
	} else if (table.actors[0].fiber.finished || table.actors[0].has ||
		   !world_process(&table.world, table.actors[0].sim.self)) {
		table.in_vain = true;
	} else {
		kill_actor(&table.actors[0]);
	}
}

/* Who could go on, whose turn it is first. */
static unsigned int candidates(struct actor *ret[ACTORS_MAX]) {
	bool goes = table.turn && can_go(table.turn);
	unsigned int count = 0;

	if (goes && !(table.asleep & mask(table.turn))) {
		ret[count++] = table.turn;
	}
	for (size_t i = 0; i < table.game->part_count; i++) {
		struct actor *other = &table.actors[i];

		if (other != table.turn && can_go(other) && !(table.asleep & mask(other)) &&
			(!goes || may_change(table.turn, other))) {
			ret[count++] = other;
		}
	}
	return count;
}

static bool anybody(void) {
	for (size_t i = 0; i < table.game->part_count; i++) {
		if (can_go(&table.actors[i])) {
			return true;
		}
	}
	return false;
}

/* Who goes on now? The stranger goes in between. NULL: nobody can, or it has been tried. */
static struct actor *next_actor(void) {
	for (;;) {
		struct actor *who[ACTORS_MAX];
		unsigned int count = candidates(who), options, chosen, tried = 0;

		check_now();
		options = count + (table.deed >= 0 && anybody());
		table.in_vain |= options == 0 && anybody();
		if (options == 0) {
			return NULL;
		}
		chosen = options == 1 ? 0 : choose(options);
		for (unsigned int i = 0; i < chosen && i < count; i++) {
			tried |= mask(who[i]);
		}
		if (chosen < count) {
			wake(who[chosen], tried);
			return who[chosen];
		}
		table.asleep = 0;
		act_strangely();
		if (table.in_vain) {
			return NULL;
		}
	}
}

/* Before this operation of the actor whose turn it is: whose is it now? */
static void stop_before(struct actor *actor, enum operation operation) {
	actor->next = operation;
	if (table.seated) {
		table.turn = next_actor();
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
		actor->part->guest ? table.daemon : (struct process){0});
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
	if (!table.game->stranger && result != RESULT_DONE && !allowed) {
		wrong("%s for %s ended with %u: %s", what,
			actor->part->guest ? actor->part->guest : "all", result, actor->error.text);
	}
}

static size_t count_devices(const struct part *part) {
	return part->device[1] ? 2 : 1;
}

/* The guest itself, between its door's two calls. */
static void run_guest(struct actor *actor) {
	const struct part *part = actor->part;
	char reason[256];

	actor->has = true;
	stop_before(actor, OPERATION_COUNT);
	if (world_guest_start(
		    &table.world, part->guest, part->device, count_devices(part), reason) < 0 &&
		!table.stranger.robbed) {
		wrong("detach for %s ended with 0, but %s", part->guest, reason);
	}
	stop_before(actor, OPERATION_COUNT);
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
	end_process(actor);
	tell(actor, "detach", actor->detached);
	expect(actor, "detach", actor->detached, actor->detached == RESULT_REFUSED);
	if (actor->detached == RESULT_DONE) {
		run_guest(actor);
	}
	world_guest(&table.world, part->guest)->state = GUEST_GONE;
	begin_process(actor);
	result = reattach(&actor->handover, part->guest, &actor->error);
	end_process(actor);
	tell(actor, "reattach", result);
	expect(actor, "reattach", result, false);
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

static void set_table(void) {
	world_copy(&table.world, &table.before);
	table.exceptions.count = 0;
	table.stranger = (struct stranger){.world = &table.world,
		.before = &table.before,
		.target = table.game->parts[0].device[0],
		.exceptions = &table.exceptions};
	table.daemon = world_fork(&table.world, PROCESS_DAEMON)->id;
	table.turn = NULL;
	table.seated = false;
	table.asleep = 0;
	table.in_vain = false;
	table.killed = false;
	table.depth = 0;
	table.wrong[0] = '\0';
	for (size_t i = 0; i < table.game->part_count; i++) {
		struct actor *actor = &table.actors[i];

		actor->part = &table.game->parts[i];
		actor->next = OPERATION_COUNT;
		actor->alive = true;
		actor->has = false;
		actor->error.text[0] = '\0';
		if (actor->part->guest) {
			world_guest(&table.world, actor->part->guest)->state = GUEST_STARTING;
		}
		fiber_start(&actor->fiber, actor->part->guest ? play_guest : play_repair, actor);
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

static void finish(void) {
	struct differences differences;
	struct error error = {0};
	enum result result;

	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		if (table.world.processes[i].kind == PROCESS_STRANGER) {
			world_end(&table.world, &table.world.processes[i]);
		}
	}
	result = last_repair(&error);
	if (result != RESULT_DONE && table.stranger.robbed && !table.world.console) {
		stranger_return(&table.stranger);
		result = last_repair(&error);
	}
	if (result != RESULT_DONE) {
		wrong("the last repair ended with %u: %s", result, error.text);
	}
	check_now();
	world_compare(&table.before, &table.world, &table.exceptions, &differences);
	for (size_t i = 0; i < differences.count; i++) {
		const struct difference *at = &differences.list[i];

		wrong("at the end %s %s is %s and was %s", at->what, at->subject, at->now,
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
	table.turn = next_actor();
	while (table.turn) {
		struct actor *actor = table.turn;

		fiber_resume(&actor->fiber);
		if (actor->fiber.finished && table.turn == actor) {
			table.turn = next_actor();
		}
	}
	for (size_t i = 0; i < table.game->part_count; i++) {
		finished &= table.actors[i].fiber.finished || !table.actors[i].alive;
	}
	if (!table.in_vain && !finished) {
		wrong("nobody can go on");
	}
	if (!table.in_vain) {
		finish();
	}
	if (memory_end() > 0 && !table.killed && !table.in_vain) {
		wrong("something leaks");
	}
}

struct totals {
	unsigned long games, schedules, failures;
};

static struct totals totals;

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
	} while (advance());
	totals.games++;
	totals.schedules += schedules;
}

#define GUEST_A "libvirt:6f1d4a52-0000-4000-8000-00000000000a"
#define GUEST_B "libvirt:6f1d4a52-0000-4000-8000-00000000000b"
#define FIRST   "0000:01:00.0"
#define SECOND  "0000:02:00.0"
#define REPAIR                                                                                     \
	{                                                                                          \
		NULL, {                                                                            \
			FIRST                                                                      \
		}                                                                                  \
	}

static const struct game games[] = {
	{"same card", "single", {{GUEST_A, {FIRST}}, {GUEST_B, {FIRST}}, REPAIR}, 3, false, false},
	{"two cards, one login screen", "twins", {{GUEST_A, {FIRST}}, {GUEST_B, {SECOND}}, REPAIR},
		3, false, false},
	{"two cards, one driver", "nvidia-twins", {{GUEST_A, {FIRST}}, {GUEST_B, {SECOND}}, REPAIR},
		3, false, false},
	{"same card, and a stranger", "single", {{GUEST_A, {FIRST}}, {GUEST_B, {FIRST}}}, 2, true,
		false},
	{"two cards, and a stranger", "twins", {{GUEST_A, {FIRST}}, {GUEST_B, {SECOND}}}, 2, true,
		false},
	{"one card, a repair and a stranger", "single", {{GUEST_A, {FIRST}}, REPAIR}, 2, true,
		true},
	{"same card, all", "single", {{GUEST_A, {FIRST}}, {GUEST_B, {FIRST}}, REPAIR}, 3, true,
		true},
	{"two cards, all", "twins", {{GUEST_A, {FIRST}}, {GUEST_B, {SECOND}}, REPAIR}, 3, true,
		true},
};

static void play_game(const struct game *game) {
	unsigned long before = totals.schedules;

	table.game = game;
	table.scenario = scenario_find(game->scenario);
	memset(&table.before, 0, sizeof(table.before));
	table.scenario->build(&table.before);
	if (!game->stranger) {
		play_all(game, -1);
	}
	for (int deed = 0; game->stranger && deed <= KILLER; deed++) {
		play_all(game, deed);
	}
	printf("%-36s %lu interleavings\n", game->name, totals.schedules - before);
	fflush(stdout);
}

int main(int argc, char **argv) {
	bool everything = getenv("BATON_LONG") != NULL;

	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	for (size_t i = 0; i < COUNT(games); i++) {
		if (argc > 1 ? strcmp(argv[1], games[i].name) == 0
			     : everything || !games[i].is_long) {
			play_game(&games[i]);
		}
	}
	for (size_t i = 0; i < ACTORS_MAX; i++) {
		fiber_free(&table.actors[i].fiber);
	}
	printf("games %lu: %lu interleavings, %lu failed\n", totals.games, totals.schedules,
		totals.failures);
	return totals.failures > 0;
}
