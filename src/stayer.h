/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "plan/plan.h"
#include "run/ops.h"

/* One device that has come home, and what becomes of it there. */
struct stayer {
	struct planned_device device;
	char home[VALUE_SIZE]; /* the driver that the journal recorded; empty: not watched (any
				  more) */
	uint64_t home_us;      /* when it was first seen there; 0: not yet */
	uint64_t away_us; /* when it was first seen elsewhere after that, or after the return */
	bool unseen;      /* it may have gone earlier: we could not look */
	bool taken;       /* that has been reported */
	bool again;       /* it has been brought home once more */
	bool only_told;   /* it is not brought home again */
};

/* Who has it now, and how. */
enum thief {
	THIEF_NONE,  /* nobody, yet or any more */
	THIEF_IDS,   /* vfio-pci, by an id that somebody has added to its own */
	THIEF_NAMED, /* who was named for it: driver_override */
	THIEF_OTHER,
};

/* What was seen of one device under the lock. */
struct judgement {
	enum thief thief;
	bool recalled; /* it is to come home again */
};

bool stayer_is_watched(const struct stayer *stayer);

/* It is somebody else's from now on, or somebody else. */
void stayer_let_go(struct stayer *stayer);

bool stayer_is_away(const struct stayer *stayer);

/* Looks which driver it has. blind: nobody has looked for a while; ended: its return has ended. */
void stayer_look(struct stayer *stayer, struct ops *ops, bool blind, bool ended);

enum thief stayer_find_thief(const struct stayer *stayer, const struct device *device);

/* For how long it stayed, who has it now, what may have done that, and what comes of it. */
int stayer_explain(const struct stayer *stayer, struct ops *ops, const struct judgement *judgement,
	const struct device *device, struct text *ret) MUST_CHECK;
