// SPDX-License-Identifier: GPL-2.0-or-later
#include "schedule.h"

#include "length.h"
#include "memory.h"
#include "player.h"
#include "table.h"

/* Before anybody plays, in a process that is gone by then. */
static void detach_by_hand(const char *device) {
	struct process self = world_fork(&table.world, PROCESS_BATON)->id;
	struct handover handover = {.guarded = true};
	struct request request;
	struct error error = {0};
	struct sim sim;

	sim_init(&sim, &table.world, self, (struct process){0});
	handover.ops = &sim.ops;
	scenario_request(table.scenario, &device, 1, GAME_HAND, &request);
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
	if (reattach(&handover, GAME_HAND, &error) != RESULT_DONE) {
		table_wrong("home by hand: %s", error.text);
	}
	world_kill(&table.world, self);
}

/*
 * A guard that may look once more makes fifteen times as many schedules: only of two players on the
 * smallest machine.
 */
static unsigned int count_wakes(const struct game *game) {
	bool more = length_of_tests() == LENGTH_LONG && game->part_count < PARTS_MAX &&
		    strcmp(game->scenario, "single") == 0;

	return (game->disturbance == DISTURB_NOT) + more;
}

static void set_table(void) {
	world_copy(&table.world, &table.before);
	table.exceptions.count = 0;
	exceptions_add_programs(&table.exceptions, &table.before);
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
	table.wakes = count_wakes(table.game);
	for (size_t i = 0; i < table.game->part_count; i++) {
		struct actor *actor = &table.actors[i];

		actor->part = &table.game->parts[i];
		actor->next = OPERATION_COUNT;
		actor->alive = true;
		actor->has = false;
		actor->knows = false;
		actor->sim.taken = 0;
		actor->error.text[0] = '\0';
		actor->woken = 0;
		actor->lonely = 0;
		actor->slept_at = 0;
		if (actor->part->guest) {
			world_guest(&table.world, actor->part->guest)->state = GUEST_STARTING;
		}
		fiber_start(&actor->fiber, player_find(actor->part), actor);
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

/* What a guard has told of thefts, and what has become of what was stolen. */
static void check_thefts(void) {
	bool twice = table.deed_begun == THIEF + THEFT_PERSISTENT ||
		     table.deed_begun == THIEF + THEFT_IN_TURN;
	unsigned int told = 0, thefts = table.stranger.thefts;

	for (size_t i = 0; i < table.game->part_count; i++) {
		told += table.actors[i].sim.taken;
	}
	if (table.game->disturbance == DISTURB_NOT && told > 0) {
		table_wrong("a theft is told of, and nobody has taken anything");
	}
	if (thefts == 0 || table.game->disturbance != DISTURB_THIEF) {
		return;
	}
	if (told != thefts) {
		table_wrong("%u thefts, and %u are told of", thefts, told);
	}
	if (thefts != 1U + twice) {
		table_wrong(
			"it was taken away %u times: who wants it that much may have it", thefts);
	}
	if (table.deed_begun == THIEF + THEFT_BY_NAME && !stranger_has_stolen(&table.stranger)) {
		table_wrong("it was taken from who has named a driver for it");
	}
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
		world_journal(&table.world, GAME_HAND)) {
		table_wrong("a guest has taken the card over, and it is still out by hand");
	}
	if (table.game->by_hand) {
		reattach_by_hand();
	}
	if (result != RESULT_DONE) {
		table_wrong("the last repair ended with %u: %s", result, error.text);
	}
	table_check();
	check_thefts();
	world_compare(&table.before, &table.world, &table.exceptions, &differences);
	for (size_t i = 0; i < differences.count; i++) {
		const struct difference *at = &differences.list[i];

		table_wrong("at the end %s %s is %s and was %s", at->what, at->subject, at->now,
			at->before);
	}
}

void schedule_play(int deed) {
	bool finished = true;

	set_table();
	table.deed = table.deed_begun = deed;
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
