/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "world.h"

/*
 * Somebody else, who knows nothing of baton: he does one thing at a time to one device, and what he
 * did himself is not baton's to put back.
 */
struct stranger {
	struct world *world;
	const struct world *before; /* as the machine was */
	const char *target;         /* the device that he has an eye on */
	struct exceptions *exceptions;
	bool robbed;  /* it is not what it was, or not where it was */
	bool blocks;  /* he has given it an override that keeps its driver away */
	bool took;    /* he has it on a driver of his own */
	bool started; /* he has started the display manager */
	unsigned int thefts;
};

#define STRANGER_DEEDS 11

/* False: there is nothing for him to do. */
bool stranger_act(struct stranger *stranger, unsigned int deed);

/*
 * Has he still what he took? Baton may have it in between, but must give it back to him. His
 * override may be lost: between reading and writing one there is nothing that could keep him out.
 */
bool stranger_is_content(const struct stranger *stranger);

/* He brings the device back, as it was before he came. */
void stranger_return(struct stranger *stranger);

/* What takes a card that has come home away again (seed 001b). */
enum theft {
	THEFT_BY_IDS,     /* vfio-pci gets its ids, and it is probed anew */
	THEFT_BY_NAME,    /* vfio-pci is named for it */
	THEFT_PERSISTENT, /* by ids, as often as it comes home */
	THEFT_IN_TURN,    /* by ids, and then another function of the card */
	THEFT_COUNT,
};

/* Takes the target. False: it is not home, or in use. */
bool stranger_steal(struct stranger *stranger, enum theft theft);

/* The target is on vfio-pci, as he wants it. */
bool stranger_has_stolen(const struct stranger *stranger);

const char *stranger_name(unsigned int deed);
