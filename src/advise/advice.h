/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "advise/ground.h"
#include "advise/model.h"

/*
 * What to change in a guest's definition for the hardware at hand. A piece of advice is data: what,
 * why in a sentence, how much depends on it, and the changes that are to be made, which each
 * hypervisor's writer puts into its own words. One file for each subject; each looks at the model
 * alone, and says nothing where everything is as it would say: so advice that was followed is not
 * given again.
 */

enum advice_level {
	ADVICE_NEEDED, /* the guest does not start, or its card does not work */
	ADVICE_BETTER, /* it works, but slower or less surely */
	ADVICE_MATTER_OF_TASTE,
};

enum setting {
	SETTING_CARD,    /* all functions of the card of that address, in one slot of the guest */
	SETTING_MANAGED, /* the device of that address: libvirt takes it from the host */
	SETTING_ROM,     /* the device of that address: value is the file */
	SETTING_EXPRESS, /* the device of that address: as one of PCI Express */
	SETTING_MACHINE, /* q35 */
	SETTING_CPU,     /* the host's own */
	SETTING_CPU_FEATURE,   /* name, required */
	SETTING_TOPOLOGY,      /* topology */
	SETTING_PIN,           /* index: which; cpus */
	SETTING_EMULATOR_PIN,  /* cpus */
	SETTING_AFFINITY,      /* cpus */
	SETTING_IOTHREADS,     /* index: how many */
	SETTING_IOTHREAD_PIN,  /* cpus; of the first */
	SETTING_DISK_IOTHREAD, /* index: of model.disks */
	SETTING_HUGEPAGES,
	SETTING_NODE,      /* index: which */
	SETTING_BALLOON,   /* none */
	SETTING_HYPERV,    /* index: enum hyperv */
	SETTING_HIDDEN,    /* on */
	SETTING_VENDOR_ID, /* on */
	SETTING_TSC,
	SETTING_HPET,    /* off */
	SETTING_VIDEO,   /* none */
	SETTING_DISPLAY, /* none on the host */
	SETTING_SHARED,  /* index: MiB, for Looking Glass */
};

struct change {
	enum setting setting;
	unsigned int index;
	bool on; /* SETTING_HIDDEN, SETTING_VENDOR_ID */
	struct address address;
	struct model_topology topology;
	struct model_cpus cpus;
	char value[MODEL_VALUE_SIZE];
};

struct advice {
	const char *id; /* stable: docs and --only name it */
	enum advice_level level;
	char what[256]; /* an imperative */
	char why[512];
	char by_hand[512]; /* what a person has to do before or instead; empty: nothing */
	struct change *changes;
	size_t change_count; /* 0: it is all done by hand */
};

struct advices {
	struct advice *items;
	size_t count;
};

void advices_free(struct advices *advices);

#define AUTO_ADVICES CLEANUP(advices_free)

/* What a person asks for beyond what the hardware says. */
struct wishes {
	const struct address *cards; /* functions that the guest is to have as well */
	size_t card_count;
	unsigned int shared_mib; /* memory for Looking Glass; 0: none */
	const char *rom;         /* a file with the card's ROM; NULL: none */
	const char *only;        /* ids, with commas between them; NULL: all */
};

/* Everything that there is to say, what matters most first. -ENOMEM; *ret is untouched then. */
int advise(const struct ground *ground, const struct model *model, const struct wishes *wishes,
	struct advices *ret) MUST_CHECK;

/* Is there an id like that? */
bool advice_is_known(const char *id, size_t length);

/* Is it one of the ids that a person asked for? */
bool advice_is_wanted(const struct wishes *wishes, const char *id);

const char *advice_level_name(enum advice_level level);

/* For the files of the subjects. What fails is remembered, and told by advise(). */
struct adviser {
	const struct ground *ground;
	const struct model *model;
	const struct wishes *wishes;
	struct advices advices;
	int r;
	struct advice spare; /* where memory is out */
	struct change spare_change;
};

/* A new piece of advice; never NULL: where memory is out, one that is thrown away. */
struct advice *advice_add(struct adviser *adviser, const char *id, enum advice_level level);
PRINTF(2, 3) void advice_what(struct advice *advice, const char *format, ...);
PRINTF(2, 3) void advice_why(struct advice *advice, const char *format, ...);
PRINTF(2, 3) void advice_by_hand(struct advice *advice, const char *format, ...);

/* Adds a change to the last one that was added. */
struct change *advice_change(struct adviser *adviser, enum setting setting, unsigned int index);

void advise_card(struct adviser *adviser);
void advise_machine(struct adviser *adviser);
void advise_hiding(struct adviser *adviser);
void advise_display(struct adviser *adviser);
void advise_cpu(struct adviser *adviser);
void advise_pinning(struct adviser *adviser);
void advise_memory(struct adviser *adviser);
void advise_hyperv(struct adviser *adviser);
void advise_clock(struct adviser *adviser);
