/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"
#include "plan/known.h"
#include "plan/refusal.h"
#include "plan/step.h"
#include "plan/warning.h"
#include "request/request.h"

/*
 * What must change so that the guest gets what it asks for: pure, no system call. The same host,
 * request and claims give the same plan.
 */

#define PLAN_STEPS_MAX    512
#define PLAN_DEVICES_MAX  128
#define PLAN_REFUSALS_MAX 64
#define PLAN_WARNINGS_MAX 32
#define EFFECTS_MAX       16 /* eight cards of NVIDIA's and what they are switched together by */
#define PLAN_ADOPTED_MAX  16

/*
 * What changes along with a step. Printed below it and read back on the way out; has no undo of its
 * own, because undoing the step brings it back too. A lost one does not come back: the host ends
 * "as before, except".
 */
struct effect {
	struct step change;
	bool lost;
};

struct planned {
	struct step step;
	struct effect effects[EFFECTS_MAX];
	size_t effect_count;
	bool shared;  /* another guest has done it: journaled with the original value, not tried */
	bool adopted; /* done by hand, for the guest that asks first: journaled as it was, not tried
		       */
	bool dispensable; /* the guest lacks nothing without it: a failure is only told of */
	char loss[512];   /* what the step ends for good, in words; empty: nothing */
};

struct planned_device {
	struct address address;
	char name[ADDRESS_SIZE];
	struct identity identity;
	bool listed; /* the request names it; otherwise it is a member of a listed device's group */
};

struct plan {
	struct planned steps[PLAN_STEPS_MAX];
	size_t step_count;
	struct planned_device devices[PLAN_DEVICES_MAX];
	size_t device_count;
	char adopted[PLAN_ADOPTED_MAX][GUEST_SIZE]; /* hand-overs by hand that become this one's */
	size_t adopted_count;
	struct refusal refusals[PLAN_REFUSALS_MAX]; /* any: there is no plan, step_count is 0 */
	size_t refusal_count;
	struct warning warnings[PLAN_WARNINGS_MAX]; /* what may go wrong all the same */
	size_t warning_count;
	size_t hidden_processes; /* that did not let us look, and count as holding nothing */
};

/* What the journals of other guests hold: steps begun and not undone, and whose devices are whose.
 */
struct claim {
	char guest[GUEST_SIZE];
	char title[TITLE_SIZE];
	struct step step;
};

struct claimed_device {
	char guest[GUEST_SIZE];
	char title[TITLE_SIZE];
	struct address address;
	bool held;   /* false: the hand-over of that guest is under way, or was interrupted */
	bool oopsed; /* ... or stopped, because the kernel oopsed */
};

struct claims {
	struct claim *claims;
	size_t count;
	struct claimed_device *devices;
	size_t device_count;
};

/*
 * What the snapshot does not say and was asked for besides: is the display manager up, what would
 * start a sound server again, and what did the guest have when it was last given its devices?
 */
struct asked {
	bool display_manager_up;
	const struct names *up; /* units that are up, as subjects of steps; NULL: none is known */
	const struct names *silent; /* managers of users that do not answer, "user@1000.service";
				       NULL: none is known */
	const struct known *known;  /* NULL: nothing is known of it */
};

/*
 * The way out. Refusals are data in *ret, not an error; errors are -ENOMEM and limits (-E2BIG).
 * Claims are those of other guests.
 */
int plan_make(const struct host *host, const struct request *request, const struct claims *claims,
	const struct asked *asked, struct plan **ret, struct error *error) MUST_CHECK;

/*
 * The way home without a journal: the devices from wherever they are to their return driver.
 * drivers[i] belongs to request->devices[i].
 */
int plan_make_home(const struct host *host, const struct request *request,
	const char (*drivers)[VALUE_SIZE], const struct claims *claims, struct plan **ret,
	struct error *error) MUST_CHECK;

void plan_free(struct plan **plan);

#define AUTO_PLAN CLEANUP(plan_free)

/* Text: a line a step, effects indented below it, losses, refusals and warnings as sentences. */
int plan_format(const struct plan *plan, struct text *ret) MUST_CHECK;
