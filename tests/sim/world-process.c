// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes of the simulated machine: who holds what, and who is stuck in the kernel. */
#include "world.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"

bool world_same_process(struct process a, struct process b) {
	return a.pid == b.pid && a.start == b.start;
}

/* Pids are few and come again soon; only the start time tells two processes apart. */
struct world_process *world_fork(struct world *world, enum world_kind kind) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		struct world_process *process = &world->processes[i];

		if (process->kind != PROCESS_NONE) {
			continue;
		}
		memset(process, 0, sizeof(*process));
		process->kind = kind;
		process->id.pid = (pid_t)(100 + i);
		process->id.start = 1000 + ++world->forks;
		return process;
	}
	assert(!"too many processes");
	return NULL;
}

struct world_process *world_process(struct world *world, struct process id) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		if (world->processes[i].kind != PROCESS_NONE &&
			world_same_process(world->processes[i].id, id)) {
			return &world->processes[i];
		}
	}
	return NULL;
}

const char *world_process_name(const struct world_process *process) {
	switch (process->kind) {
	case PROCESS_SESSION:
		return "Xorg";
	case PROCESS_HYPERVISOR:
		return "qemu";
	case PROCESS_SERVICE:
		return "daemon";
	case PROCESS_PROGRAM:
		return "program";
	case PROCESS_STRANGER:
		return "stranger";
	case PROCESS_NONE:
	case PROCESS_BATON:
	case PROCESS_WRITER:
	case PROCESS_DAEMON:
		break;
	}
	return "other";
}

void world_process_subject(const struct world_process *process, char ret[SUBJECT_SIZE]) {
	int r = step_write_process(process->id.pid, process->id.start, ret);

	assert(r == 0);
}

struct world_process *world_process_of(struct world *world, const char *subject) {
	struct process id = {0};

	return step_read_process(subject, &id.pid, &id.start) < 0 ? NULL : world_process(world, id);
}

int world_terminate(struct world *world, const char *subject) {
	struct world_process *process = world_process_of(world, subject);

	if (!process) {
		return 0;
	}
	if (process->kind != PROCESS_PROGRAM && process->kind != PROCESS_STRANGER) {
		world_violate(world, "%s is ended, a %s", subject, world_process_name(process));
	}
	world_end(world, process);
	return 0;
}

void world_end(struct world *world, struct world_process *process) {
	process->kind = PROCESS_NONE;
	world_settle(world);
}

void world_open(struct world *world, struct world_process *process, int device) {
	if (process->opens[device] &&
		process->generation[device] == world->devices[device].generation) {
		return;
	}
	process->opens[device] = true;
	process->generation[device] = world->devices[device].generation;
	process->through[device] = world->devices[device].driver;
	process->since[device] = world->changes;
}

void world_close(struct world *world, int device) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		world->processes[i].opens[device] = false;
	}
	world_settle(world);
}

static bool graphical(const struct world *world) {
	for (size_t i = 0; i < world->framebuffer_count; i++) {
		if (world->framebuffers[i].present && world->framebuffers[i].bound) {
			return true;
		}
	}
	for (size_t i = 0; i < world->device_count; i++) {
		if (world_has_node(world, (int)i)) {
			return true;
		}
	}
	return false;
}

static void end_all(struct world *world, enum world_kind kind, int service) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		if (world->processes[i].kind == kind && world->processes[i].service == service) {
			world_end(world, &world->processes[i]);
		}
	}
}

int world_service(struct world *world, const char *name, bool up, bool patient) {
	int at = world_find_service(world, name);
	enum world_kind kind = PROCESS_SERVICE;

	if (at < 0) {
		return -ENOENT;
	}
	kind = world->services[at].display_manager ? PROCESS_SESSION : PROCESS_SERVICE;
	if (world->services[at].up == up) {
		return 0;
	}
	if (up && patient && world->services[at].display_manager && !graphical(world)) {
		return -ETIMEDOUT;
	}
	world->services[at].up = up;
	if (up) {
		world_fork(world, kind)->service = at;
	} else {
		end_all(world, kind, at);
	}
	world_settle(world);
	return 0;
}

struct world_process *world_writer(
	struct world *world, struct process parent, const struct step *step) {
	struct world_process *writer = world_fork(world, PROCESS_WRITER);

	writer->parent = parent;
	writer->step = *step;
	writer->writing = WRITING_NOT_YET;
	return writer;
}

static bool is_none(const char *value) {
	return strcmp(value, VALUE_NONE) == 0;
}

static int apply_driver(struct world *world, const struct step *step) {
	int r = is_none(step->from) ? 0 : world_unbind(world, step->from, step->subject);

	if (r < 0 || is_none(step->to)) {
		return r;
	}
	return world_bind(world, step->to, step->subject);
}

int world_apply(struct world *world, const struct step *step, bool home) {
	switch (step->fact) {
	case FACT_DRIVER:
		return apply_driver(world, step);
	case FACT_OVERRIDE:
		return world_override(world, step->subject, step->to);
	case FACT_MODULE:
		return is_none(step->to) ? world_rmmod(world, step->subject)
					 : world_modprobe(world, step->subject);
	case FACT_SERVICE:
		return world_service(world, step->subject, strcmp(step->to, VALUE_UP) == 0, home);
	case FACT_CONSOLE:
		return world_console(world, step->subject, !is_none(step->to));
	case FACT_FRAMEBUFFER:
		return world_framebuffer(world, step->subject, !is_none(step->to));
	case FACT_POWER:
	case FACT_D3COLD:
	case FACT_RESET_METHOD:
	case FACT_BAR_SIZE:
	case FACT_VF_COUNT:
		return world_setting(world, step->fact, step->subject, step->to);
	case FACT_PROCESS:
		return world_terminate(world, step->subject);
	case FACT_COUNT:
		break;
	}
	return -EINVAL;
}

/* The link runs ahead of the driver in both directions (__device_release_driver, really_probe). */
void world_stick(struct world *world, struct world_process *writer) {
	const struct step *step = &writer->step;
	int at = step->fact == FACT_DRIVER ? world_find_device(world, step->subject) : -1;

	writer->writing = WRITING_STUCK;
	if (at < 0) {
		return;
	}
	if (!is_none(step->from) && world->devices[at].driver >= 0) {
		world->devices[at].link = -1;
	} else if (is_none(step->from) && world->devices[at].driver < 0) {
		world->devices[at].link = world_find_driver(world, step->to);
	}
}

/* What was begun inside the kernel does not look at the rules of writing again. */
static void finish(struct world *world, const struct step *step) {
	int at;

	if (step->fact != FACT_DRIVER) {
		(void)world_apply(world, step, false);
		return;
	}
	at = world_find_device(world, step->subject);
	if (at < 0) {
		return;
	}
	if (world->devices[at].driver >= 0) {
		world_unbind_finish(world, at);
	} else {
		(void)world_bind_finish(world, at, world_find_driver(world, step->to));
	}
}

void world_unstick(struct world *world) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		struct world_process *writer = &world->processes[i];
		struct step step = writer->step;

		if (writer->kind == PROCESS_WRITER && writer->writing == WRITING_STUCK &&
			!writer->natural) {
			writer->kind = PROCESS_NONE;
			finish(world, &step);
		}
	}
	world_settle(world);
}

void world_perish(struct world *world) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		struct world_process *writer = &world->processes[i];

		if (writer->kind == PROCESS_WRITER && writer->writing == WRITING_STUCK &&
			!writer->natural) {
			writer->kind = PROCESS_NONE;
			world_oops(world, &writer->step);
		}
	}
}

void world_oops(struct world *world, const struct step *step) {
	assert(world->oopses < WORLD_OOPSES);
	world->oopsed[world->oopses++] = *step;
}

bool world_oopsed_at(const struct world *world, const struct step *step) {
	for (unsigned int i = 0; i < world->oopses; i++) {
		if (strcmp(world->oopsed[i].subject, step->subject) == 0) {
			return true;
		}
	}
	return false;
}

struct world_process *world_stuck_at(struct world *world, const char *subject) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		struct world_process *writer = &world->processes[i];

		if (writer->kind == PROCESS_WRITER && writer->writing == WRITING_STUCK &&
			strcmp(writer->step.subject, subject) == 0) {
			return writer;
		}
	}
	return NULL;
}

void world_kill(struct world *world, struct process id) {
	struct world_process *process = world_process(world, id);

	if (process) {
		process->kind = PROCESS_NONE;
	}
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		struct world_process *child = &world->processes[i];

		if (child->kind == PROCESS_WRITER && child->writing == WRITING_NOT_YET &&
			world_same_process(child->parent, id)) {
			child->kind = PROCESS_NONE;
		}
	}
	if (world_same_process(world->lock, id)) {
		world->lock = (struct process){0};
	}
	world_settle(world);
}
