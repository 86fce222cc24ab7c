// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/plan.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plan/build.h"

/* Room for all that a plan can have is megabytes, and what is added is written as a whole: who
 * makes a plan for each of a thousand cards would clear gigabytes. */
static struct plan *plan_new(void) {
	struct plan *plan = malloc(sizeof(*plan));

	if (plan) {
		plan->step_count = plan->device_count = plan->adopted_count = 0;
		plan->refusal_count = plan->warning_count = plan->hidden_processes = 0;
	}
	return plan;
}

struct planned *plan_add(
	struct plan *plan, enum fact fact, const char *subject, const char *from, const char *to) {
	struct planned *planned;

	if (plan->step_count == PLAN_STEPS_MAX) {
		return NULL;
	}
	planned = &plan->steps[plan->step_count];
	*planned = (struct planned){0};
	if (step_make(fact, subject, from, to, &planned->step) < 0) {
		return NULL;
	}
	plan->step_count++;
	return planned;
}

int plan_add_effect(struct planned *planned, enum fact fact, const char *subject, const char *from,
	const char *to, bool lost) {
	struct effect *effect = &planned->effects[planned->effect_count];
	int r;

	if (planned->effect_count == EFFECTS_MAX) {
		return -EOVERFLOW;
	}
	*effect = (struct effect){.lost = lost};
	r = step_make(fact, subject, from, to, &effect->change);
	if (r < 0) {
		return r;
	}
	planned->effect_count++;
	return 0;
}

/* Once is enough of what is said of a device itself; of those who hold it, each is named. */
static bool is_refused(const struct plan *plan, const struct refusal *refusal) {
	bool of_holder = refusal->kind == REFUSAL_HELD || refusal->kind == REFUSAL_IN_USE;

	for (size_t i = 0; i < plan->refusal_count; i++) {
		const struct refusal *other = &plan->refusals[i];

		if (other->kind == refusal->kind && strcmp(other->subject, refusal->subject) == 0 &&
			(!of_holder || strcmp(other->reason, refusal->reason) == 0)) {
			return true;
		}
	}
	return false;
}

static void add_refusal(struct plan *plan, const struct refusal *refusal) {
	if (plan->refusal_count < PLAN_REFUSALS_MAX && !is_refused(plan, refusal)) {
		plan->refusals[plan->refusal_count++] = *refusal;
	}
}

void plan_refuse(struct plan *plan, enum refusal_kind kind, const char *subject, const char *remedy,
	const char *reason, ...) {
	struct refusal refusal = {.kind = kind};
	va_list args;

	snprintf(refusal.subject, sizeof(refusal.subject), "%s", subject);
	snprintf(refusal.remedy, sizeof(refusal.remedy), "%s", remedy);
	va_start(args, reason);
	vsnprintf(refusal.reason, sizeof(refusal.reason), reason, args);
	va_end(args);
	add_refusal(plan, &refusal);
}

void plan_refuse_member(struct plan *plan, const struct device *device, bool listed,
	enum refusal_kind kind, const char *remedy, const char *reason) {
	struct refusal refusal = {.kind = kind, .member = !listed, .group = device->group};

	snprintf(refusal.subject, sizeof(refusal.subject), "%s", device->name);
	snprintf(refusal.remedy, sizeof(refusal.remedy), "%s", remedy);
	snprintf(refusal.reason, sizeof(refusal.reason), "%s", reason);
	add_refusal(plan, &refusal);
}

bool plan_has_step(const struct plan *plan, enum fact fact, const char *subject) {
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct step *step = &plan->steps[i].step;

		if (step->fact == fact && strcmp(step->subject, subject) == 0) {
			return true;
		}
	}
	return false;
}

const char *plan_value(const char *name) {
	return name[0] ? name : VALUE_NONE;
}

const char *plan_vfio_driver(const struct making *making, const struct device *device) {
	for (size_t i = 0; i < making->request->device_count; i++) {
		const struct request_device *asked = &making->request->devices[i];

		if (address_compare(asked->address, device->address) == 0 && asked->driver[0]) {
			return asked->driver;
		}
	}
	return device->vfio_driver;
}

int plan_vfio_module(
	const struct making *making, const struct device *device, char ret[MODULE_SIZE]) {
	const char *driver = plan_vfio_driver(making, device);
	int r;

	if (strcmp(driver, device->vfio_driver) == 0) {
		return name_set(ret, MODULE_SIZE, device->vfio_module);
	}
	/* A driver that the guest's definition names: the kernel writes '_' in modules' names. */
	r = name_set(ret, MODULE_SIZE, driver);
	for (char *c = ret; r == 0 && *c; c++) {
		*c = *c == '-' ? '_' : *c;
	}
	return r;
}

bool plan_moves(const struct making *making, const struct device *device) {
	return strcmp(device->driver, plan_vfio_driver(making, device)) != 0;
}

/* VFIO's modules first: if they are missing, nothing has been touched yet. */
static int add_vfio_modules(struct making *making) {
	if (making->host->vfio_lacks_type1 && making->plan->device_count > 0 &&
		!plan_add(
			making->plan, FACT_MODULE, "vfio_iommu_type1", VALUE_NONE, VALUE_LOADED)) {
		return -E2BIG;
	}
	for (size_t i = 0; i < making->plan->device_count; i++) {
		const struct device *device =
			host_device(making->host, making->plan->devices[i].address);
		char module[MODULE_SIZE];
		int r = plan_vfio_module(making, device, module);

		if (r < 0) {
			return r;
		}
		if (!plan_moves(making, device) || host_module(making->host, module) ||
			plan_has_step(making->plan, FACT_MODULE, module)) {
			continue;
		}
		if (!plan_add(making->plan, FACT_MODULE, module, VALUE_NONE, VALUE_LOADED)) {
			return -E2BIG;
		}
	}
	return 0;
}

static int add_display_manager(struct making *making) {
	const char *unit = making->host->display_manager.unit;
	char connection[LOST_CONNECTION_SIZE];
	struct planned *planned;

	if (!making->display_manager_goes) {
		return 0;
	}
	planned = plan_add(making->plan, FACT_SERVICE, unit, VALUE_UP, VALUE_DOWN);
	if (!planned) {
		return -E2BIG;
	}
	plan_lost_connection(making->host, connection);
	snprintf(planned->loss, sizeof(planned->loss), "the login sessions of %s end%s", unit,
		connection);
	return 0;
}

/* Has an earlier step taken the driver away already, as its effect? */
static bool is_unbound_by_effect(const struct plan *plan, const char *name) {
	for (size_t i = 0; i < plan->step_count; i++) {
		for (size_t j = 0; j < plan->steps[i].effect_count; j++) {
			const struct step *change = &plan->steps[i].effects[j].change;

			if (change->fact == FACT_DRIVER && strcmp(change->subject, name) == 0) {
				return true;
			}
		}
	}
	return false;
}

/*
 * One device: unbind, override, bind. The only order that can also be walked backwards: the kernel
 * refuses a driver that the override does not name (contracts.md C1).
 */
static int add_device_steps(struct making *making, const struct device *device) {
	struct plan *plan = making->plan;
	const char *vfio = plan_vfio_driver(making, device);
	struct planned *unbind = NULL, *bind;
	int r;

	if (!plan_moves(making, device)) {
		return 0;
	}
	if (device->driver[0] && !is_unbound_by_effect(plan, device->name)) {
		unbind = plan_add(plan, FACT_DRIVER, device->name, device->driver, VALUE_NONE);
		if (!unbind) {
			return -E2BIG;
		}
	}
	r = plan_settings_between(making, device);
	if (r < 0) {
		return r;
	}
	if (strcmp(device->override, vfio) != 0 &&
		!plan_add(plan, FACT_OVERRIDE, device->name, plan_value(device->override), vfio)) {
		return -E2BIG;
	}
	bind = plan_add(plan, FACT_DRIVER, device->name, VALUE_NONE, vfio);
	r = bind ? plan_device_effects(making, device, unbind, bind) : -E2BIG;
	return r < 0 ? r : plan_settings_after(making, device);
}

static int add_steps(struct making *making) {
	int r = plan_add_adopted(making);

	r = r < 0 ? r : add_vfio_modules(making);
	r = r < 0 ? r : plan_add_services(making);
	r = r < 0 ? r : add_display_manager(making);
	r = r < 0 ? r : plan_settings_before(making);
	r = r < 0 ? r : plan_add_processes(making);
	r = r < 0 ? r : plan_needs(making);
	for (size_t i = 0; r == 0 && i < making->plan->device_count; i++) {
		const struct device *device =
			host_device(making->host, making->plan->devices[i].address);

		r = plan_device_needs(making, device);
		r = r < 0 ? r : add_device_steps(making, device);
	}
	r = r < 0 ? r : plan_add_restarts(making);
	if (r == -E2BIG) {
		return error_set(
			making->error, r, "more than %d steps in one hand-over", PLAN_STEPS_MAX);
	}
	if (r == -EOVERFLOW) {
		return error_set(making->error, -E2BIG,
			"more than %d changes along with one step: hand over fewer cards at once",
			EFFECTS_MAX);
	}
	return r < 0 ? error_set(making->error, r, "cannot plan: %s", strerror(-r)) : 0;
}

static bool loses_something(const struct plan *plan) {
	for (size_t i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].loss[0]) {
			return true;
		}
	}
	return false;
}

/* Sessions and processes are refused by name in check.c; what is left are framebuffers, known only
 * now. */
static void refuse_losses(struct making *making) {
	struct plan *plan = making->plan;

	if (making->request->policy.losses == CONSENT_ALLOW || !loses_something(plan)) {
		return;
	}
	for (size_t i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].loss[0]) {
			plan_refuse(plan, REFUSAL_LOSS, plan->steps[i].step.subject,
				"set `losses = allow` in the section [policy] if that is wanted",
				"cannot be handed over as before: %s", plan->steps[i].loss);
		}
	}
	plan->step_count = 0;
}

int plan_make(const struct host *host, const struct request *request, const struct claims *claims,
	const struct asked *asked, struct plan **ret, struct error *error) {
	AUTO_PLAN struct plan *plan = plan_new();
	struct making making = {
		.host = host,
		.request = request,
		.claims = claims,
		.asked = asked,
		.plan = plan,
		.error = error,
	};
	int r;

	if (!plan) {
		return error_set(error, -ENOMEM, "out of memory");
	}
	plan->hidden_processes = host->hidden_processes;
	r = plan_gather(&making);
	if (r < 0) {
		return r;
	}
	plan_find_adopted(&making);
	plan_find_holders(&making);
	plan_find_display_manager(&making);
	plan_check(&making);
	if (plan->refusal_count == 0) {
		r = add_steps(&making);
		if (r < 0) {
			return r;
		}
		refuse_losses(&making);
	}
	*ret = TAKE(plan);
	return 0;
}

static int add_home_steps(struct making *making, const struct device *device, const char *driver) {
	struct plan *plan = making->plan;
	bool done = strcmp(plan_value(device->driver), driver) == 0;

	if (!done && device->driver[0] &&
		!plan_add(plan, FACT_DRIVER, device->name, device->driver, VALUE_NONE)) {
		return -E2BIG;
	}
	if (device->override[0] &&
		!plan_add(plan, FACT_OVERRIDE, device->name, device->override, VALUE_NONE)) {
		return -E2BIG;
	}
	if (!done && strcmp(driver, VALUE_NONE) != 0 &&
		!plan_add(plan, FACT_DRIVER, device->name, VALUE_NONE, driver)) {
		return -E2BIG;
	}
	return 0;
}

/* Only what is asked for goes home, not its group, and only what no guest has. */
static int gather_home(struct making *making) {
	for (size_t i = 0; i < making->request->device_count; i++) {
		struct address address = making->request->devices[i].address;
		const struct device *device = host_device(making->host, address);
		struct planned_device *planned;
		char name[ADDRESS_SIZE];

		address_format(address, name);
		if (!device || device_is_bridge(device)) {
			plan_refuse(making->plan, device ? REFUSAL_BRIDGE : REFUSAL_NO_DEVICE, name,
				"run `baton list` for the addresses of this machine",
				device ? "is a bridge" : "does not exist on this machine");
			continue;
		}
		planned = &making->plan->devices[making->plan->device_count++];
		*planned = (struct planned_device){
			.address = address, .identity = device->identity, .listed = true};
		address_format(address, planned->name);
		plan_check_owner(making, planned);
	}
	return 0;
}

int plan_make_home(const struct host *host, const struct request *request,
	const char (*drivers)[VALUE_SIZE], const struct claims *claims, struct plan **ret,
	struct error *error) {
	AUTO_PLAN struct plan *plan = plan_new();
	struct making making = {
		.host = host, .request = request, .claims = claims, .plan = plan, .error = error};
	int r;

	static_assert(REQUEST_DEVICES_MAX <= PLAN_DEVICES_MAX, "a request fits into a plan");
	if (!plan) {
		return error_set(error, -ENOMEM, "out of memory");
	}
	r = gather_home(&making);
	for (size_t i = 0; r == 0 && plan->refusal_count == 0 && i < plan->device_count; i++) {
		r = add_home_steps(
			&making, host_device(host, plan->devices[i].address), drivers[i]);
	}
	if (r < 0) {
		return error_set(error, r, "cannot plan: %s", strerror(-r));
	}
	*ret = TAKE(plan);
	return 0;
}

void plan_free(struct plan **plan) {
	free(*plan);
	*plan = NULL;
}
