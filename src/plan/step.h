/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A step changes one fact of one subject from one value to another. There is no other kind of step,
 * so the undo is the step turned round, and the plan printed, the golden file of a test and the
 * line in the journal are the same text: "driver 0000:01:00.0 nvidia -".
 *
 * A fact is one row here, one file in src/linux/, one rule in the simulated machine (tests/sim/)
 * and one test on the real kernel (tests/kernel/).
 */
enum fact {
	FACT_DRIVER,       /* address: name of the bound driver, or none */
	FACT_OVERRIDE,     /* address: driver_override, or none */
	FACT_MODULE,       /* module name: loaded, or none */
	FACT_SERVICE,      /* unit name, or UID/UNIT of a user's own manager: up, down */
	FACT_CONSOLE,      /* console's name ("frame buffer device"): bound, or none */
	FACT_FRAMEBUFFER,  /* platform device: name of the bound driver, or none */
	FACT_POWER,        /* address: auto (it may sleep when idle), on */
	FACT_D3COLD,       /* address: allowed (its power may be cut while it sleeps), or none */
	FACT_RESET_METHOD, /* address: the kernel's methods of resetting it, the first that works */
	FACT_BAR_SIZE,     /* address: the sizes of its resizable BARs (host/bars.h) */
	FACT_VF_COUNT,     /* address: how many virtual functions it has */
	FACT_PROCESS,      /* PID.START: its name, or none; nothing brings it back */
	FACT_COUNT,
};

#define SUBJECT_SIZE 128
#define VALUE_SIZE   64

/* The value that says: nothing there. Written "-". */
#define VALUE_NONE    "-"
#define VALUE_LOADED  "loaded"
#define VALUE_UP      "up"
#define VALUE_DOWN    "down"
#define VALUE_BOUND   "bound"
#define VALUE_AUTO    "auto"
#define VALUE_ON      "on"
#define VALUE_ALLOWED "allowed"

struct step {
	enum fact fact;
	char subject[SUBJECT_SIZE];
	char from[VALUE_SIZE];
	char to[VALUE_SIZE];
};

/* "fact subject from to": four tokens (base/text.h) plus three blanks and a zero. */
#define STEP_TEXT_SIZE (16 + 3 * (SUBJECT_SIZE + 2 * VALUE_SIZE) + 4)

const char *fact_name(enum fact fact);
int fact_parse(const char *name, enum fact *ret) MUST_CHECK;

/* -ENAMETOOLONG if a subject or value does not fit. */
int step_make(enum fact fact, const char *subject, const char *from, const char *to,
	struct step *ret) MUST_CHECK;

/* The step turned round. */
struct step step_reverse(const struct step *step);

bool step_same_fact(const struct step *a, const struct step *b);

/* Writes the line into ret and returns ret. */
const char *step_format(const struct step *step, char ret[STEP_TEXT_SIZE]);

/* Exactly four tokens; -EINVAL otherwise, *ret untouched. */
int step_parse(const char *text, struct step *ret) MUST_CHECK;

/* Is the subject the address of a device? */
bool step_is_of_device(const struct step *step);

/*
 * Must `later` be undone before `earlier` can be? True for steps of one subject, and for a module
 * and the devices that its driver had: after a device that cannot be brought home, its module is
 * left alone.
 */
bool step_depends(const struct step *earlier, const struct step *later);

/*
 * Nothing turns this step round: VFIO's modules stay loaded (they are not part of "as before"), and
 * a process that was ended does not come back (a loss that the plan has named).
 */
bool step_stays(const struct step *step);

/* It changes nothing and only records what is to be there again afterwards. */
bool step_only_records(const struct step *step);

/*
 * Is the fact the guest's to change while it has the device? Then whatever is there now is no
 * sign of somebody else, and the step is undone from any value.
 */
bool step_is_guests(const struct step *step);

/* A device is of use without this being as before: if it cannot be undone, the rest is. */
bool step_is_setting(const struct step *step);

/* Subjects of FACT_PROCESS: a pid, and when that process started, in clock ticks since boot. */
int step_write_process(int pid, uint64_t start, char ret[SUBJECT_SIZE]) MUST_CHECK;
int step_read_process(const char *subject, int *ret_pid, uint64_t *ret_start) MUST_CHECK;

/* Subjects of FACT_SERVICE that are units of a user's own manager, "user@1000.service". -EINVAL: it
 * is none; -ENAMETOOLONG. */
int step_write_user_unit(const char *manager, const char *unit, char ret[SUBJECT_SIZE]) MUST_CHECK;

/* The unit of the subject; *ret_of_user: whether it is one of the user *ret_uid. -EINVAL. */
int step_read_unit(const char *subject, bool *ret_of_user, uint32_t *ret_uid, const char **ret)
	MUST_CHECK;
