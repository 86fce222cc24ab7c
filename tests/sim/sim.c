// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/driver/rebinder.h"

#define GRACE_US 15000000 /* as libvirt's daemon has */

static int look(struct ops *ops, struct host *ret, struct error *error) {
	int r = world_host(sim_of(ops)->world, ret);

	return r < 0 ? error_set(error, r, "cannot read the machine") : 0;
}

static void self(struct ops *ops, struct process *ret, struct process *ret_parent) {
	*ret = sim_of(ops)->self;
	*ret_parent = sim_of(ops)->parent;
}

static int get(struct ops *ops, enum fact fact, const char *subject, char ret[VALUE_SIZE],
	struct error *error) {
	struct world *world = sim_of(ops)->world;
	int at = fact == FACT_OVERRIDE ? world_find_device(world, subject) : -1;
	int r = world_get(world, fact, subject, ret);

	if (at >= 0) {
		world->devices[at].foreign_seen = world->devices[at].foreign;
	}
	return r < 0 ? error_set(error, r, "%s %s does not exist", fact_name(fact), subject) : 0;
}

/* A service is changed by another process, over the bus, and a signal is only sent: there is nobody
 * to get stuck. */
static bool may_block(const struct step *step) {
	return step->fact != FACT_SERVICE && step->fact != FACT_PROCESS;
}

/* The handle of a change that has no writer: the sim itself has room for one. */
struct pending {
	struct step step;
	bool home;
	struct process writer;
};

static int begin(struct ops *ops, const struct step *step, bool home, struct writer *ret,
	struct error *error) {
	struct sim *sim = sim_of(ops);
	struct pending *pending = calloc(1, sizeof(*pending));

	if (!pending) {
		return error_set(error, -ENOMEM, "out of memory");
	}
	pending->step = *step;
	pending->home = home;
	if (may_block(step)) {
		pending->writer = world_writer(sim->world, sim->self, step)->id;
	}
	*ret = (struct writer){.process = pending->writer, .private = pending};
	return 0;
}

/* Does it go on by itself as soon as nobody uses the device any more? */
static bool is_natural(const struct world *world, const struct step *step) {
	int driver = world_find_driver(world, step->from);

	return driver < 0 || !world->drivers[driver].forgets_users;
}

/* The writer dies in the middle of it, with the device's lock; half of the change may be seen. */
static int stumble(struct sim *sim, struct world_process *writer) {
	struct step step = writer->step;

	if (sim->oops == OOPS_MIDWAY) {
		world_stick(sim->world, writer);
	}
	sim->oops = OOPS_NOT;
	world_end(sim->world, writer);
	world_oops(sim->world, &step);
	sim->world->told_oopses = sim->world->oopses;
	return -ECHILD;
}

static int stick(struct sim *sim, struct world_process *writer, bool natural) {
	enum sim_hang hang = sim->hang;

	sim->hang = HANG_NOT;
	if (hang == HANG_BEFORE && !natural) {
		writer->writing = WRITING_STUCK;
	} else {
		world_stick(sim->world, writer);
	}
	writer->natural = natural;
	return -EINPROGRESS;
}

static int commit(struct ops *ops, struct writer *writer, struct error *error) {
	struct sim *sim = sim_of(ops);
	AUTO_FREE struct pending *pending = writer->private;
	struct world_process *child = world_process(sim->world, pending->writer);
	char text[STEP_TEXT_SIZE];
	int r;

	sim_watch(sim, &pending->step);
	if (child && sim->hang != HANG_NOT) {
		return error_set(error, stick(sim, child, false), "\"%s\" has not come back",
			step_format(&pending->step, text));
	}
	if (child && sim->oops != OOPS_NOT) {
		return error_set(error, stumble(sim, child), "\"%s\" died",
			step_format(&pending->step, text));
	}
	r = world_apply(sim->world, &pending->step, pending->home);
	sim->world->changes++;
	if (child && r == -EINPROGRESS) {
		return error_set(error, stick(sim, child, is_natural(sim->world, &pending->step)),
			"\"%s\" has not come back", step_format(&pending->step, text));
	}
	if (child) {
		world_end(sim->world, child);
	}
	return r < 0 ? error_set(error, r, "\"%s\": %s", step_format(&pending->step, text),
			       strerror(-r))
		     : 0;
}

static void cancel(struct ops *ops, struct writer *writer) {
	struct sim *sim = sim_of(ops);
	AUTO_FREE struct pending *pending = writer->private;
	struct world_process *child = world_process(sim->world, pending->writer);

	if (child) {
		world_end(sim->world, child);
	}
}

static bool alive(struct ops *ops, struct process process) {
	return world_process(sim_of(ops)->world, process) != NULL;
}

/* Who waits for whom is not simulated. */
static void explain(
	struct ops *ops, struct process writer, const char *subject, struct error *error) {
}

static int64_t oopses(struct ops *ops) {
	struct world *world = sim_of(ops)->world;

	world->told_oopses = world->oopses;
	return world->oopses;
}

static int prove_free(struct ops *ops, const char *address, struct error *error) {
	struct world *world = sim_of(ops)->world;
	int at = world_find_device(world, address);

	if (at < 0) {
		return error_set(error, -ENODEV, "%s does not exist", address);
	}
	if (world_in_use(world, at)) {
		return error_set(error, -EBUSY, "%s is open in a program", address);
	}
	return 0;
}

static int prove_functions_free(struct ops *ops, const char *address, struct error *error) {
	struct world *world = sim_of(ops)->world;

	for (size_t i = 0; i < world->device_count; i++) {
		if (strcmp(world->devices[i].physical, address) == 0 &&
			world_in_use(world, (int)i)) {
			return error_set(
				error, -EBUSY, "%s is open in a program", world->devices[i].name);
		}
	}
	return 0;
}

static int identify(
	struct ops *ops, const char *address, struct identity *ret, struct error *error) {
	struct world *world = sim_of(ops)->world;
	int at = world_find_device(world, address);

	if (at < 0) {
		return error_set(error, -ENODEV, "%s does not exist", address);
	}
	*ret = world->devices[at].identity;
	return 0;
}

static int forget_ids(struct ops *ops, const char *address, struct error *error) {
	struct world *world = sim_of(ops)->world;
	int at = world_find_device(world, address);
	int vfio = world_find_driver(world, "vfio-pci");
	struct identity identity;

	if (at < 0 || vfio < 0) {
		return 0;
	}
	identity = world->devices[at].identity;
	for (size_t i = 0; i < world->device_count; i++) {
		const struct world_device *other = &world->devices[i];

		if ((int)i != at && other->present && other->driver == vfio &&
			other->identity.vendor == identity.vendor &&
			other->identity.device == identity.device) {
			return 0;
		}
	}
	(void)world_remove_id(world, "vfio-pci", identity.vendor, identity.device);
	return 0;
}

/* There are no files here that could say so. */
static int rebinders(
	struct ops *ops, const struct device *device, struct rebinders *ret, struct error *error) {
	*ret = (struct rebinders){0};
	return 0;
}

static int guest(struct ops *ops, const char *key, const struct owner *owner, struct sight *ret,
	struct error *error) {
	struct world *world = sim_of(ops)->world;
	const struct world_guest *known = world_guest(world, key);
	bool daemon = owner && owner->daemon.pid && world_process(world, owner->daemon);

	*ret = (struct sight){.state = GUEST_GONE, .grace_us = GRACE_US};
	if (owner && strcmp(owner->door, "hand") == 0) {
		ret->state = GUEST_RUNNING;
		return 0;
	}
	if (owner && strcmp(owner->door, "cycle") == 0) {
		*ret = (struct sight){.state = GUEST_GONE};
		if (world_process(world, owner->runner)) {
			*ret = (struct sight){.state = GUEST_STARTING, .awaited = owner->runner};
		}
		return 0;
	}
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		const struct world_process *process = &world->processes[i];

		if (process->kind == PROCESS_HYPERVISOR && strcmp(process->guest, key) == 0) {
			ret->state = GUEST_RUNNING;
			ret->awaited = process->id;
			return 0;
		}
	}
	if (known->state == GUEST_STARTING && (daemon || !owner || !owner->daemon.pid)) {
		ret->state = GUEST_STARTING;
		ret->awaited = owner ? owner->daemon : (struct process){0};
	}
	return 0;
}

static int watch(struct ops *ops, const struct process *processes, size_t count,
	unsigned int timeout_ms, struct error *error) {
	struct sim *sim = sim_of(ops);

	if (sim->wait_for_event) {
		sim->wait_for_event(sim);
	}
	if (sim->bindings == sim->world->bindings) {
		sim->world->clock_us += timeout_ms * 1000ULL;
	}
	sim->bindings = sim->world->bindings;
	if (sim->stopping) {
		sim->stopping = false;
		return -EINTR;
	}
	return 0;
}

static int guard(struct ops *ops, const char *name, struct error *error) {
	world_guest(sim_of(ops)->world, name)->guarded = true;
	return 0;
}

static int keep_awake(struct ops *ops, const char *why) {
	sim_of(ops)->awake = why != NULL;
	return 0;
}

static int lock(struct ops *ops, struct error *error) {
	struct sim *sim = sim_of(ops);

	if (sim->world->lock.pid && sim->wait_for_lock) {
		sim->wait_for_lock(sim);
	}
	if (sim->world->lock.pid) {
		return error_set(error, -EBUSY, "process %d has the lock", sim->world->lock.pid);
	}
	sim->world->lock = sim->self;
	return 0;
}

static void unlock(struct ops *ops) {
	struct sim *sim = sim_of(ops);

	if (world_same_process(sim->world->lock, sim->self)) {
		sim->world->lock = (struct process){0};
	} else {
		world_violate(sim->world, "a lock is given back that was not held");
	}
}

static uint64_t now_us(struct ops *ops) {
	return sim_of(ops)->world->clock_us += 10;
}

static void tell(struct ops *ops, const struct event *event) {
	static const char *const outcomes[] = {"done", "failed", "undone", "left alone", "gone",
		"shared", "stays", "stuck", "refused", "warned", "taken away"};
	char text[STEP_TEXT_SIZE];

	sim_of(ops)->taken += event->outcome == OUTCOME_TAKEN;
	if (sim_of(ops)->trace) {
		printf("    | %s: %s: %s%s%s\n", event->guest,
			event->step ? step_format(event->step, text) : "-",
			outcomes[event->outcome], event->detail ? ": " : "",
			event->detail ? event->detail : "");
	}
}

void sim_init(struct sim *sim, struct world *world, struct process process, struct process parent) {
	*sim = (struct sim){
		.ops = {.look = look,
			.self = self,
			.get = get,
			.begin = begin,
			.commit = commit,
			.cancel = cancel,
			.alive = alive,
			.explain = explain,
			.oopses = oopses,
			.prove_free = prove_free,
			.prove_functions_free = prove_functions_free,
			.identify = identify,
			.forget_ids = forget_ids,
			.rebinders = rebinders,
			.guest = guest,
			.watch = watch,
			.guard = guard,
			.keep_awake = keep_awake,
			.lock = lock,
			.unlock = unlock,
			.now_us = now_us,
			.tell = tell},
		.world = world,
		.bindings = world->bindings,
		.self = process,
		.parent = parent,
	};
	sim_files_init(&sim->ops);
}
