// SPDX-License-Identifier: GPL-2.0-or-later
#include "table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct table table;

void table_wrong(const char *format, ...) {
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
bool table_advance(void) {
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

static bool can_work(const struct actor *actor) {
	return actor->alive && !actor->fiber.finished &&
	       !(actor->next == OPERATION_LOCK && table.world.lock.pid != 0);
}

/*
 * A guard is there once it has been started. It may wake up a few times after somebody else has
 * done something, and whenever there is nobody else: then time passes.
 */
static bool may_wake(const struct actor *actor) {
	if (!world_guest(&table.world, actor->part->guest)->guarded) {
		return false;
	}
	if (actor->next != OPERATION_WATCH ||
		(actor->woken < table.wakes && actor->slept_at != table.moves)) {
		return true;
	}
	for (size_t i = 0; i < table.game->part_count; i++) {
		const struct actor *other = &table.actors[i];

		if (!other->part->is_guard && can_work(other)) {
			return false;
		}
	}
	return true;
}

static bool can_go(const struct actor *actor) {
	if (actor->part->later && !table.actors[0].fiber.finished) {
		return false;
	}
	return can_work(actor) && (!actor->part->is_guard || may_wake(actor));
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

/* A guard reads the journal and looks whether a process lives without the lock. */
static bool guard_depends(const struct actor *guard, const struct actor *other) {
	bool writes = other->next == OPERATION_CREATE || other->next == OPERATION_APPEND ||
		      other->next == OPERATION_REMOVE;

	if (!guard->part->is_guard) {
		return false;
	}
	return (guard->next == OPERATION_READ && writes) ||
	       (guard->next == OPERATION_COUNT && other->next == OPERATION_COUNT) ||
	       (guard->next == OPERATION_WATCH && (writes || other->next == OPERATION_COUNT));
}

/*
 * May it matter which of two next operations comes first? What is done under the lock meets only
 * what is done without it: the list of journals, and guests that start and stop (OPERATION_COUNT).
 */
static bool depend(const struct actor *a, const struct actor *b) {
	bool lists_a = a->next == OPERATION_CREATE || a->next == OPERATION_REMOVE;
	bool lists_b = b->next == OPERATION_CREATE || b->next == OPERATION_REMOVE;

	return guard_depends(a, b) || guard_depends(b, a) ||
	       (a->next == OPERATION_LOCK && b->next == OPERATION_LOCK) ||
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
void table_check(void) {
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
				table_wrong("%s has %s, but it is not on a VFIO driver",
					actor->part->guest, name);
			}
		}
	}
	if (!table.stranger.started && table.world.services[0].display_manager &&
		table.world.services[0].up && !table.world.console) {
		table_wrong("the display manager is up and has no card to draw on");
	}
	if (table.world.violation[0]) {
		table_wrong("%s", table.world.violation);
	}
}

const char *table_deed_name(int deed) {
	static const char *const thefts[THEFT_COUNT] = {"steals it by ids", "steals it by name",
		"steals it by ids, as often as it comes home",
		"steals its functions by ids, one after the other"};

	if (deed < 0) {
		return "no stranger";
	}
	if (deed >= THIEF) {
		return thefts[deed - THIEF];
	}
	return deed == KILLER ? "kill -9 of guest A's baton" : stranger_name((unsigned int)deed);
}

void table_kill(struct actor *actor) {
	world_kill(&table.world, actor->sim.self);
	actor->alive = false;
	table.killed = true;
	if (actor->part->guest) {
		world_guest(&table.world, actor->part->guest)->state = GUEST_GONE;
	}
}

/* A guard that watches a return: only then is there anybody who would notice. */
static bool is_watched(void) {
	for (size_t i = 0; i < table.game->part_count; i++) {
		const struct actor *actor = &table.actors[i];

		if (actor->part->is_guard && actor->alive && !actor->fiber.finished &&
			actor->knows && actor->next == OPERATION_WATCH &&
			!world_journal(&table.world, actor->part->guest)) {
			return true;
		}
	}
	return false;
}

static void act_strangely(void) {
	int deed = table.deed;

	table.deed = -1;
	if (table.trace) {
		printf("    - %s\n", table_deed_name(deed));
	}
	if (deed >= THIEF) {
		table.in_vain = !is_watched() ||
				!stranger_steal(&table.stranger, (enum theft)(deed - THIEF));
	} else if (deed != KILLER) {
		table.in_vain = !stranger_act(&table.stranger, (unsigned int)deed);
	} else if (table.actors[0].fiber.finished || table.actors[0].has ||
		   !world_process(&table.world, table.actors[0].sim.self)) {
		table.in_vain = true;
	} else {
		table_kill(&table.actors[0]);
	}
}

/* Who could go on, whose turn it is first. */
static unsigned int candidates(struct actor *ret[PARTS_MAX]) {
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
struct actor *table_next(void) {
	for (;;) {
		struct actor *who[PARTS_MAX];
		unsigned int count = candidates(who), options, chosen, tried = 0;

		table_check();
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
