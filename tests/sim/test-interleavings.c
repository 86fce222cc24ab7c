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
#include "memory.h"
#include "schedule.h"
#include "table.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_MAX 5

struct totals {
	unsigned long games, schedules, failures;
};

static struct totals totals;
static bool first_only;

static void play_all(const struct game *game, int deed) {
	unsigned long schedules = 0, thefts = 0;

	table.length = 0;
	do {
		schedule_play(deed);
		schedules += !table.in_vain;
		thefts += !table.in_vain && table.stranger.thefts > 0;
		if (!table.wrong[0]) {
			continue;
		}
		if (++totals.failures <= SHOWN_MAX) {
			printf("FAILED %s, %s: %s\n", game->name, table_deed_name(deed),
				table.wrong);
		}
		if (totals.failures == 1) {
			table.trace = true;
			schedule_play(deed);
			table.trace = false;
		}
	} while (table_advance() && !(first_only && totals.failures > 0));
	if (game->disturbance == DISTURB_THIEF && thefts == 0) {
		printf("FAILED %s, %s: nothing was ever stolen\n", game->name,
			table_deed_name(deed));
		totals.failures++;
	}
	totals.games++;
	totals.schedules += schedules;
}

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
	for (int theft = 0; game->disturbance == DISTURB_THIEF && theft < THEFT_COUNT; theft++) {
		play_all(game, THIEF + theft);
	}
	for (int deed = 0; game->disturbance == DISTURB_ALL && deed < KILLER; deed++) {
		play_all(game, deed);
	}
	if (game->disturbance == DISTURB_ALL || game->disturbance == DISTURB_KILL) {
		play_all(game, KILLER);
	}
	printf("%-36s %lu interleavings\n", game->name, totals.schedules - before);
	fflush(stdout);
}

int main(int argc, char **argv) {
	const char *name = NULL;

	for (int i = 1; i < argc; i++) {
		first_only |= strcmp(argv[i], "--first") == 0;
		name = argv[i][0] == '-' ? name : argv[i];
	}

	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	for (size_t i = 0; i < game_count; i++) {
		if (name ? strcmp(name, games[i].name) == 0 : game_is_due(&games[i])) {
			play_game(&games[i]);
		}
	}
	for (size_t i = 0; i < PARTS_MAX; i++) {
		fiber_free(&table.actors[i].fiber);
	}
	printf("games %lu: %lu interleavings\n", totals.games, totals.schedules);
	printf("%lu passed, %lu failed\n", totals.schedules - totals.failures, totals.failures);
	return totals.failures > 0;
}
