/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "fiber.h"
#include "game.h"
#include "injector.h"
#include "scenario.h"
#include "sim.h"
#include "stranger.h"

#include "handover.h"

/* The table at which the interleavings are played: who sits there, and who goes on next. */
#define CHOICES_MAX 4096
#define KILLER      STRANGER_DEEDS /* one deed more: kill -9 of what guest A's door runs */
#define THIEF       (KILLER + 1)   /* and after the return a theft each */

struct actor {
	const struct part *part;
	struct fiber fiber;
	struct sim sim;
	struct injector injector;
	struct handover handover;
	char subject[GUEST_SIZE]; /* of the next operation */
	enum operation next;      /* what it stops before; OPERATION_COUNT: something that is no
				     operation of baton's */
	bool alive;
	bool knows;                 /* a guard: it has read which driver is the home */
	bool has;                   /* the guest has its devices */
	unsigned int woken, lonely; /* a guard: how often while others could go on, and while nobody
				       could */
	unsigned long slept_at;     /* table.moves then */
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
	struct actor actors[PARTS_MAX];
	unsigned int asleep; /* actors whose next operation has been tried first */
	struct actor *turn;  /* who goes on; NULL: nobody can */
	bool seated;         /* everybody has come to his first operation */
	struct process daemon;
	unsigned long moves; /* of those who are no guards, so far */
	unsigned int wakes;  /* how often a guard may look while others could go on */
	int deed;            /* that the stranger has still to do; -1: none */
	int deed_begun;      /* what he has to do in this schedule, done or not */
	bool in_vain; /* there was nothing for him to do, or it has been played in another order */
	bool killed;
	bool trace;
	char wrong[512];

	unsigned char chosen[CHOICES_MAX], options[CHOICES_MAX];
	size_t depth, length;
};

extern struct table table;

/* Who goes on now? The stranger goes in between. NULL: nobody can, or it has been tried. */
struct actor *table_next(void);

/* The next schedule; false: there is none. */
bool table_advance(void);

const char *table_deed_name(int deed); /* negative: nobody does anything */

/* What must hold at every moment. */
void table_check(void);

/* Its process is no more, and the guest that it was for is gone. */
void table_kill(struct actor *actor);

/* Keeps the first thing that is wrong. */
void table_wrong(const char *format, ...) PRINTF(1, 2);
