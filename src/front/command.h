/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "request/configuration.h"
#include "run/actor.h"
#include "run/errand.h"
#include "run/run.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * A command is a row in one table: what it is called, what it takes, what it does. Dispatch,
 * --help, the manual's synopsis and the completions come from the same rows (a test compares them).
 */

enum command_option {
	OPTION_JSON = 1 << 0,        /* --json: the report as JSON */
	OPTION_ROOT = 1 << 1,        /* --root ROOT: a captured machine instead of this one */
	OPTION_DRY_RUN = 1 << 2,     /* --dry-run, -n: say what would be done */
	OPTION_NO_GUARD = 1 << 3,    /* --no-guard: nobody watches this hand-over */
	OPTION_GUEST = 1 << 4,       /* --guest NAME: what the guest is called */
	OPTION_STATE = 1 << 5,       /* --state STATE: wait for this one */
	OPTION_TIMEOUT = 1 << 6,     /* --timeout SECONDS: and not for longer */
	OPTION_LIST = 1 << 7,        /* --list: only say what there is */
	OPTION_FORCE = 1 << 8,       /* --force: do not ask the guest */
	OPTION_CYCLE = 1 << 9,       /* --cycle: away from the host and back */
	OPTION_HOLDERS = 1 << 10,    /* --holders: who keeps devices busy */
	OPTION_CARDS = 1 << 11,      /* --cards: only what has a picture */
	OPTION_DEVICE = 1 << 12,     /* --device DEVICE: only this one */
	OPTION_GROUP = 1 << 13,      /* --group NUMBER: only this IOMMU group */
	OPTION_KEEP_NAMES = 1 << 14, /* --keep-names: as they are */
	OPTION_SVG = 1 << 18,        /* --svg: the drawing alone */
	OPTION_SERIALS = 1 << 19,    /* --serials: what tells this machine from others, too */
	OPTION_EXPLAIN = 1 << 16,    /* --explain ID: the manual's section about a finding */
	OPTION_ONLY = 1 << 17,       /* --only IDS: these alone */
	OPTION_APPLY = 1 << 20,      /* --apply: have it done */
	OPTION_ROM = 1 << 21,        /* --rom FILE: the card's */
	OPTION_PICTURE = 1 << 22,    /* --looking-glass SIZE: memory for it */
	OPTION_YES = 1 << 23,        /* --yes: do not ask */
	OPTION_PERMANENT = 1 << 24,  /* --permanent: cards that the host never has */
	OPTION_ON_DEMAND = 1 << 25,  /* --on-demand: and those that it hands over */
};

/* Where a command gets the machine from: main alone knows which one it is. */
struct platform {
	/* tell, or NULL, is called with context for each event, besides the system journal. */
	struct ops *(*open)(const struct configuration *configuration,
		void (*tell)(void *context, const struct event *event), void *context,
		struct error *error);
	void (*close)(struct ops *ops);

	/* Writes to the system journal: hypervisors swallow what a door prints. */
	void (*log)(const struct event *event);

	/*
	 * What only people want to know. Who holds the lock (-ENOENT: nobody), who that process is
	 * (-ESRCH: it has ended), when the last line of a journal was written (in seconds since
	 * 1970).
	 */
	int (*lock_holder)(struct ops *ops, struct actor *ret);
	int (*find_actor)(struct process process, struct actor *ret);
	int (*journal_written)(struct ops *ops, const char *guest, int64_t *ret_s);

	/* What a guest, by its name for people, had when it was last given its devices
	 * (linux/memory.h). -ENOENT: nothing is known. */
	int (*recall)(struct ops *ops, const char *guest, struct known *ret, struct error *error);
	int (*remember)(struct ops *ops, const struct known *known, struct error *error);
	int (*forget)(struct ops *ops, const char *guest, struct error *error);

	/* Runs another program to its end: its exit code, or -errno (linux/child.h). */
	int (*run)(const char *program, char **words, struct error *error);

	/* A device's expansion ROM, and bytes into a file that is not there yet (linux/rom.h). */
	int (*read_rom)(
		struct ops *ops, const char *address, struct text *ret, struct error *error);
	int (*write_file)(const char *path, const struct text *bytes, struct error *error);

	/* Asks others for what may take long (linux/errand.h), and waits for a person
	 * (linux/pause.h). */
	int (*errand_begin)(
		const struct errand *errand, struct errand_child *ret, struct error *error);
	int (*errand_end)(struct errand_child *child);
	int (*pause)(unsigned int timeout_ms, enum pause_end *ret, struct error *error);

	/* Leaves the login session that we were called in (linux/aside.h). */
	int (*aside)(struct error *error);

	/* Ends this process after so many seconds (linux/limit.h). */
	void (*limit)(unsigned int seconds, int code, const char *sentence);
};

struct invocation {
	const struct platform *platform;
	unsigned int options; /* enum command_option, those that were given */
	const char *root;     /* "/" unless OPTION_ROOT was given */
	const char *guest;    /* NULL unless OPTION_GUEST was given */
	const char *state;    /* NULL unless OPTION_STATE was given */
	const char *timeout;  /* NULL unless OPTION_TIMEOUT was given */
	const char *device;   /* NULL unless OPTION_DEVICE was given */
	const char *group;    /* NULL unless OPTION_GROUP was given */
	const char *explain;  /* NULL unless OPTION_EXPLAIN was given */
	const char *only;     /* NULL unless OPTION_ONLY was given */
	const char *rom;      /* NULL unless OPTION_ROM was given */
	const char *picture;  /* NULL unless OPTION_PICTURE was given */
	const char *door;     /* the guest whose hypervisor called us; NULL: a person did */
	char **words;         /* what stands after the options */
	size_t word_count;
};

/* What --timeout says, or `otherwise`. -EINVAL. */
int invocation_timeout(const struct invocation *invocation, unsigned int otherwise_s,
	unsigned int *ret_s, struct error *error) MUST_CHECK;

struct command {
	const char *name;
	const char *arguments; /* "CARD|ADDRESS..." */
	const char *summary;
	unsigned int options; /* those that it knows */
	size_t words_min, words_max;
	int (*run)(const struct invocation *invocation); /* returns the exit code */
	bool hidden;                                     /* for baton itself, not for people */
	bool verbatim; /* the words are another program's: options end at the first */
};

extern const struct command commands[];
extern const size_t command_count;

/* argv as main has it. Returns the exit code. */
int command_dispatch(const struct platform *platform, int argc, char **argv);

/* One sentence on stderr, "baton: ...", and the result, so that it can close a function. */
enum result command_fail(enum result result, const struct error *error);

/* The same for a guest's door, and in the system journal. */
enum result door_fail(const struct platform *platform, const char *guest, enum result result,
	const struct error *error);

/* One file per command. */
int command_advise(const struct invocation *invocation);
int command_boot(const struct invocation *invocation);
int command_capture(const struct invocation *invocation);
int command_check(const struct invocation *invocation);
int command_detach(const struct invocation *invocation);
int command_forget(const struct invocation *invocation);
int command_guard(const struct invocation *invocation);
int command_install(const struct invocation *invocation);
int command_list(const struct invocation *invocation);
int command_plan(const struct invocation *invocation);
int command_cycle(const struct invocation *invocation); /* reattach --cycle */
int command_reattach(const struct invocation *invocation);
int command_report(const struct invocation *invocation);
int command_rehearse(const struct invocation *invocation);
int command_repair(const struct invocation *invocation);
int command_rom(const struct invocation *invocation);
int command_run(const struct invocation *invocation);
int command_start(const struct invocation *invocation);
int command_status(const struct invocation *invocation);
int command_stop(const struct invocation *invocation);
int command_uninstall(const struct invocation *invocation);
int command_wait(const struct invocation *invocation);

/* The doors: argv as the hypervisor gives it. Each returns what its hypervisor wants. */
int door_libvirt(const struct platform *platform, int argc, char **argv);
int door_proxmox(const struct platform *platform, int argc, char **argv);
