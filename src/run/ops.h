/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "host/host.h"
#include "plan/step.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Everything that the engine may ask of or do to the machine. linux/ implements it for the real
 * one, tests/sim/ for the simulated one; the injector wraps any. All calls return 0 or -errno and
 * have deadlines of their own: none blocks for ever.
 */

/* Some process, told apart from a later one with the same pid by its start time. */
struct process {
	pid_t pid;      /* 0: none */
	uint64_t start; /* in clock ticks since boot: /proc/PID/stat, field 22 */
};

/* Who makes a change that may block in the kernel; recorded in the journal before it begins. */
struct writer {
	struct process process; /* none: the change cannot block, there is no child */
	void *private;          /* of the ops */
};

enum guest_state {
	GUEST_STARTING, /* who starts it is still at it, or is not done with its end */
	GUEST_RUNNING,
	GUEST_GONE,
};

struct sight {
	enum guest_state state;
	bool maybe; /* GUEST_RUNNING by a QEMU that is about to end and may be another guest's */
	struct process awaited; /* whose end may end this state: the QEMU of a guest that runs, the
				   daemon that starts it; none: nobody's */
	uint64_t grace_us; /* how long to leave a guest that is no more to its hypervisor, whose
			      daemon calls the door; 0: nobody is going to */
};

/* Who asked for a hand-over: what the journal keeps to tell later whether the guest is gone. */
struct owner {
	char door[16]; /* "libvirt", "proxmox", "qemu", "hand", "rehearsal", "cycle", "home" */
	struct process runner; /* the baton process that runs the plan */
	struct process daemon; /* who called the door; none: a person's command */
};

enum outcome {
	OUTCOME_DONE, /* changed and read back */
	OUTCOME_FAILED,
	OUTCOME_UNDONE,
	OUTCOME_LEFT_ALONE, /* somebody else changed it: not touched */
	OUTCOME_GONE,       /* the subject does not exist any more: nothing to undo */
	OUTCOME_SHARED,     /* another guest has it or wants it so: not done again, or not undone */
	OUTCOME_STAYS,      /* needs no undo */
	OUTCOME_STUCK,      /* still in flight, or could not be undone: left in the journal */
	OUTCOME_REFUSED,    /* of a hand-over as a whole: nothing was tried */
	OUTCOME_WARNED,     /* ...: something is known that may go wrong */
	OUTCOME_TAKEN,      /* it was home, and somebody has taken it away again */
};

const char *outcome_name(enum outcome outcome); /* "left-alone": in JSON, in the system journal */

/* One line of the timeline: told to people and to the system journal. */
struct event {
	const char *guest;
	const struct step *step; /* in the direction in which it was made; NULL: it is about the
				    hand-over as a whole */
	enum outcome outcome;
	uint64_t duration_us;
	const char *detail; /* NULL or a sentence */
};

struct rebinders; /* host/driver/rebinder.h */

struct ops {
	/* The machine as it is now, holders included. */
	int (*look)(struct ops *ops, struct host *ret, struct error *error);

	/* This process, and the one that called it. */
	void (*self)(struct ops *ops, struct process *ret, struct process *ret_parent);

	/* What the fact is now. -ENODEV: the subject does not exist. */
	int (*get)(struct ops *ops, enum fact fact, const char *subject, char ret[VALUE_SIZE],
		struct error *error);

	/*
	 * A change in two halves, so that the journal can name the writer in between. After begin
	 * nothing has changed yet; commit lets the writer go and waits for the event that shows the
	 * new value, until the deadline: -EINPROGRESS if the writer lives still, and then nothing
	 * more may be done to the subject. cancel is for a writer that was not committed. Each
	 * begin is followed by exactly one of the two; both release the writer. home: this is a way
	 * back (a service waits for the card's node and a graphical seat). A sentence beside a 0 is
	 * a remark. One process may be the writer of many changes, one after the other.
	 */
	int (*begin)(struct ops *ops, const struct step *step, bool home, struct writer *ret,
		struct error *error);
	int (*commit)(struct ops *ops, struct writer *writer, struct error *error);
	void (*cancel)(struct ops *ops, struct writer *writer);

	/* Does that very process still live? Of a writer: is it still at its change? */
	bool (*alive)(struct ops *ops, struct process process);

	/* Puts behind the sentence what a writer that does not come back waits for; "; it waits
	 * ...". subject: of the step that it is at. */
	void (*explain)(
		struct ops *ops, struct process writer, const char *subject, struct error *error);

	/*
	 * How many of its tasks the kernel has ended since it booted because of an error of its
	 * own (an oops). -1: it does not say.
	 */
	int64_t (*oopses)(struct ops *ops);

	/* Waits until no process has the device's nodes open, or a deadline; nothing else may keep
	 * it either. -EBUSY names who or what does. A sentence beside a 0 is a remark. */
	int (*prove_free)(struct ops *ops, const char *address, struct error *error);

	/* Nobody has one of the virtual functions of the device, in whatever way: -EBUSY names who
	 * has. They go all at once, whoever has them. */
	int (*prove_functions_free)(struct ops *ops, const char *address, struct error *error);

	/* What stands at the address now. -ENODEV. */
	int (*identify)(
		struct ops *ops, const char *address, struct identity *ret, struct error *error);

	/* Takes the device's ids away from vfio-pci's dynamic ones, if no other device there
	 * matches. */
	int (*forget_ids)(struct ops *ops, const char *address, struct error *error);

	/* What on this machine may have taken the device from its host driver again. */
	int (*rebinders)(struct ops *ops, const struct device *device, struct rebinders *ret,
		struct error *error);

	/* Is the guest there? key as in the journal's file name. */
	int (*guest)(struct ops *ops, const char *key, const struct owner *owner, struct sight *ret,
		struct error *error);

	/*
	 * Waits until one of the processes has ended, the directory of the journals has changed,
	 * some PCI device has got a driver or lost one, or the time is over. What happens between
	 * two calls wakes the second. Any of these is 0: the caller looks again. For a guard, the
	 * first call says that it is at its post; -EINTR: it is to end.
	 */
	int (*watch)(struct ops *ops, const struct process *processes, size_t count,
		unsigned int timeout_ms, struct error *error);

	/* Has a guard for this guest started beside us, outside our caller's cgroup. */
	int (*guard)(struct ops *ops, const char *guest, struct error *error);

	/*
	 * Keeps the machine from being suspended, as long as this process lives or until it is
	 * called with NULL. 0 also where there is nobody who could be asked for that; else it may
	 * be asked again.
	 */
	int (*keep_awake)(struct ops *ops, const char *why);

	/* The journals' files. append is one write and one fdatasync. */
	int (*journal_list)(struct ops *ops, struct names *ret, struct error *error);
	int (*journal_read)(struct ops *ops, const char *guest, char **ret, size_t *ret_length,
		struct error *error); /* -ENOENT */
	int (*journal_create)(struct ops *ops, const char *guest, size_t reserve,
		struct error *error); /* an empty file with that much room; -EEXIST, -ENOSPC */
	int (*journal_append)(struct ops *ops, const char *guest, const char *data, size_t length,
		struct error *error);
	int (*journal_remove)(struct ops *ops, const char *guest, struct error *error);

	/* One run at a time: -EBUSY names who holds it, after a deadline. */
	int (*lock)(struct ops *ops, struct error *error);
	void (*unlock)(struct ops *ops);

	uint64_t (*now_us)(struct ops *ops);
	void (*tell)(struct ops *ops, const struct event *event);
};
