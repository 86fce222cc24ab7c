/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/boot/boot.h"

/*
 * What guides, scripts and other tools have left on this machine that gives devices to VFIO when it
 * starts, or keeps them from the host's drivers: for on-demand use nothing of it is needed, and it
 * is in the way. It is found by the readers that tell who wins a card (inventory/boot/boot.h).
 */
enum remain_form {
	REMAIN_WORD,       /* a word of the kernel's command line */
	REMAIN_LINE,       /* a line of its own */
	REMAIN_PARAMETERS, /* words of "options nouveau modeset=0 runpm=0" */
	REMAIN_IDS,        /* "options vfio-pci ids=a,b" */
	REMAIN_SOFTDEP,    /* "softdep nvidia pre: vfio-pci" */
	REMAIN_LIST,       /* words in a list that a shell reads */
	REMAIN_YAML,       /* words in a list of booster's */
	REMAIN_FILE,       /* a whole file */
	REMAIN_UNIT,       /* a unit that is started when the machine starts */
	REMAIN_NO_FORM,    /* what baton has no way to take out */
};

enum remain_fate {
	REMAIN_GOES,
	REMAIN_STAYS,   /* it is for other devices, too */
	REMAIN_BY_HAND, /* what would be left is not certain */
};

struct remain {
	enum remain_form form;
	enum remain_fate fate;
	char *path;
	unsigned int number; /* 0: the whole file */
	char *text;          /* the line, or the word */
	char *module;        /* that it loads or keeps from being loaded; NULL: none */
	char *variable;      /* REMAIN_LIST; else NULL */
	struct names parts;  /* of a list: what goes; none: all of it */
	bool wrapped;        /* lines are joined as modprobe joins them, */
	bool single;         /* or not at all */
	bool own;            /* baton itself has assigned it */
	bool loads;          /* it only loads VFIO: without devices for that it has no effect */
	char *why;           /* "loads VFIO": a sentence without its subject */
	char *remark;        /* why it stays, what to do by hand; NULL: nothing */
};

/* Starts as {0}. A failure sticks: remains_check tells. */
struct remains {
	struct remain *all;
	size_t count;
	bool menu_old;  /* the running kernel has words of which the configuration knows nothing */
	bool image_old; /* the initramfs may have what goes, and baton knows of nothing to make it
			 */
	int r;
};

#define REMAINS_MAX 512

/* The devices that are to be the host's again: those, or all. */
struct remains_wanted {
	const struct device *const *devices;
	size_t count;
	bool all;
	bool own; /* with all: what baton itself has assigned, too; where devices are named, only of
		     their slots */
};

/*
 * All that concerns what is wanted. Of one device's only that goes which concerns no other; what
 * only loads VFIO goes with the last of them. Reads only. -ENOMEM, and more than REMAINS_MAX:
 * -E2BIG.
 */
int remains_find(int root, const struct host *host, const struct boot *boot,
	const struct remains_wanted *wanted, struct remains *ret, struct error *error) MUST_CHECK;
void remains_free(struct remains *remains);

#define AUTO_REMAINS CLEANUP(remains_free)

/* Is there one of that fate? */
bool remains_have(const struct remains *remains, enum remain_fate fate);

/*
 * Puts what baton itself has assigned, and goes, behind the others, in its order; returns how many
 * others there are.
 */
size_t remains_move_own(struct remains *remains);

/* Forgets all others, and that anything else would have to be made anew. */
void remains_keep_own(struct remains *remains);

/* "goes": in JSON and for people. */
const char *remain_fate_name(enum remain_fate fate);

/* Copies what it is given; one that is there already is not added. NULL: that, or it failed. */
struct remain *remains_add(struct remains *remains, const struct remain *remain);
void remain_set(struct remains *remains, struct remain *remain, enum remain_fate fate,
	const char *remark, ...) PRINTF(4, 5);
