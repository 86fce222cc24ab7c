/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "host/whereabouts.h"
#include "plan/plan.h"

/* Between the files of plan/ only: what a plan is put together with. */

struct making {
	const struct host *host;
	const struct request *request;
	const struct claims *claims;
	const struct asked *asked;
	struct plan *plan;
	struct error *error;
	size_t first_holder;       /* of the host's, that has one of these devices */
	bool display_manager_goes; /* it has to be stopped for these devices */
};

/* Adds a step and returns it; NULL when the plan is full: -E2BIG is then the answer. */
struct planned *plan_add(
	struct plan *plan, enum fact fact, const char *subject, const char *from, const char *to);

/* Adds a change that comes along with the step. -EOVERFLOW: it has too many. */
int plan_add_effect(struct planned *planned, enum fact fact, const char *subject, const char *from,
	const char *to, bool lost) MUST_CHECK;

/* Adds a refusal; beyond the limit they are dropped: there is no plan anyway. */
void plan_refuse(struct plan *plan, enum refusal_kind kind, const char *subject, const char *remedy,
	const char *reason, ...) PRINTF(5, 6);

/* The same of a member of a group, if nobody asked for it itself. */
void plan_refuse_member(struct plan *plan, const struct device *device, bool listed,
	enum refusal_kind kind, const char *remedy, const char *reason);

/* The value of a driver or an override in a step: "-" for none. */
const char *plan_value(const char *name);

/* The VFIO driver that the device gets, and the module that brings it. */
const char *plan_vfio_driver(const struct making *making, const struct device *device);
int plan_vfio_module(
	const struct making *making, const struct device *device, char ret[MODULE_SIZE]) MUST_CHECK;

bool plan_has(const struct plan *plan, struct address address);
/* Does it have another driver than the one that it is to get? */
bool plan_moves(const struct making *making, const struct device *device);
/* Is there a step of that fact and subject already? */
bool plan_has_step(const struct plan *plan, enum fact fact, const char *subject);

/* gather.c: fills plan->devices: what the request names, and all of their groups. */
int plan_gather(struct making *making) MUST_CHECK;

/*
 * adopt.c: `baton detach CARD && qm start 100`. What was detached by hand, and all of it is wanted
 * now, goes to the first guest that asks: it takes over how the host was before.
 */
void plan_find_adopted(struct making *making);
int plan_add_adopted(struct making *making) MUST_CHECK;
bool plan_adopts(const struct plan *plan, const char *guest);

/* check.c: everything that can be known before anything is changed becomes a refusal here. */
void plan_check(struct making *making);
/*
 * losses.c: what ending the display manager's sessions costs besides them: the network connections
 * that only they keep up, with what would keep each. Goes on with a sentence; empty: nothing.
 */
#define LOST_CONNECTION_SIZE 352

void plan_lost_connection(const struct host *host, char ret[LOST_CONNECTION_SIZE]);

/* Refuses a device that another guest has or is being given. */
void plan_check_owner(struct making *making, const struct planned_device *planned);

/*
 * let_go.c: what makes a holder let go of its device, as far as policy allows.
 */
enum means {
	MEANS_NONE,            /* nothing that may be done: it is refused */
	MEANS_DISPLAY_MANAGER, /* it goes with the display manager */
	MEANS_SEAT,            /* it holds the device for somebody who goes */
	MEANS_SERVICE, /* its unit is stopped: one of the system, or of its user's manager */
	MEANS_PROCESS, /* it is ended */
};

/* Sets making->first_holder. */
void plan_find_holders(struct making *making);

/* Sets making->display_manager_goes, on which all that follows relies. */
void plan_find_display_manager(struct making *making);
enum means plan_means(const struct making *making, const struct holder *holder);
/* Which setting would allow more, as the end of a sentence: ", or add ...". May be empty. */
void plan_suggest(const struct making *making, const struct holder *holder, char *ret, size_t size);
/* Services are stopped, processes ended; services that serve what stays are started again when the
 * devices have gone. */
int plan_add_services(struct making *making) MUST_CHECK;
int plan_add_processes(struct making *making) MUST_CHECK;
int plan_add_restarts(struct making *making) MUST_CHECK;

/* former.c: refuses another device than the one that the guest had at this address. */
void plan_check_identity(struct making *making, const struct device *device);
/* Where that one is now: there must be one that is known. */
void plan_find_former(
	const struct making *making, struct address address, char ret[WHEREABOUTS_TEXT_SIZE]);

/* warning.c: refuses a device, or warns, because of what is known of it (plan/problem.h). */
void plan_check_problems(struct making *making, const struct device *device);

/*
 * setting.c: power, resets and BARs. Before any driver goes; of one device, while it has no driver;
 * and when VFIO has it.
 */
int plan_settings_before(struct making *making) MUST_CHECK;
int plan_settings_between(struct making *making, const struct device *device) MUST_CHECK;
int plan_settings_after(struct making *making, const struct device *device) MUST_CHECK;
/* Refuses what the configuration wants and the device has not. */
void plan_check_settings(struct making *making, const struct device *device);

/* virtual.c: virtual functions of what is handed over. */
int plan_virtual_functions(struct making *making, const struct device *device) MUST_CHECK;
void plan_check_virtual_functions(struct making *making, const struct device *device);

/* needs.c: what the drivers at hand need before they let go: framebuffers before all devices, and
 * consoles and modules before the device itself. */
/* Is it to be unbound from a driver that stays loaded, for others, with modules on top? */
bool plan_shares_driver(const struct making *making, const struct device *device);
int plan_needs(struct making *making) MUST_CHECK;
int plan_device_needs(struct making *making, const struct device *device) MUST_CHECK;
/* What goes away for good, or comes along, when this device changes to its VFIO driver. */
int plan_device_effects(struct making *making, const struct device *device, struct planned *unbind,
	struct planned *bind) MUST_CHECK;
