// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/linux.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/timeouts.h"
#include "host/driver/rebinder.h"
#include "linux/deadline.h"
#include "linux/functions.h"
#include "linux/guard.h"
#include "linux/guest.h"
#include "linux/identity.h"
#include "linux/inhibit.h"
#include "linux/lock.h"
#include "linux/oops.h"
#include "linux/process.h"
#include "linux/proof.h"
#include "linux/store.h"
#include "linux/stuck.h"
#include "linux/syslog.h"
#include "linux/uevent.h"
#include "linux/vigil.h"
#include "linux/watch.h"
#include "linux/worker.h"

#define STATE_DIRECTORY "/run/baton"
#define MEMORY          "/var/lib/baton/guests"
#define JOURNALD_SOCKET "/run/systemd/journal/socket"

static const struct fact_row *const rows[FACT_COUNT] = {
	[FACT_DRIVER] = &driver_row,
	[FACT_OVERRIDE] = &override_row,
	[FACT_MODULE] = &module_row,
	[FACT_SERVICE] = &service_row,
	[FACT_CONSOLE] = &console_row,
	[FACT_FRAMEBUFFER] = &framebuffer_row,
	[FACT_POWER] = &power_row,
	[FACT_D3COLD] = &d3cold_row,
	[FACT_RESET_METHOD] = &reset_method_row,
	[FACT_BAR_SIZE] = &bar_size_row,
	[FACT_VF_COUNT] = &vf_count_row,
	[FACT_PROCESS] = &process_row,
};

static int get(struct ops *ops, enum fact fact, const char *subject, char ret[VALUE_SIZE],
	struct error *error) {
	return rows[fact]->get((struct machine *)ops, subject, ret, error);
}

/* A change that may block has a worker at hand before it begins; the change itself waits here. */
static int begin(struct ops *ops, const struct step *step, bool home, struct writer *ret,
	struct error *error) {
	AUTO_FREE struct change *change = calloc(1, sizeof(*change));
	struct writer writer = {0};
	int r = 0;

	if (!change) {
		return error_set(error, -ENOMEM, "out of memory");
	}
	*change = (struct change){.step = *step, .home = home};
	if (rows[step->fact]->blocks) {
		r = worker_ready((struct machine *)ops, &writer.process, error);
	}
	if (r < 0) {
		return r;
	}
	writer.private = TAKE(change);
	*ret = writer;
	return 0;
}

static void cancel(struct ops *ops, struct writer *writer) {
	assert(writer->private);
	free(TAKE(writer->private));
}

static int apply(struct machine *machine, const struct change *change, struct error *error) {
	return rows[change->step.fact]->apply(machine, change, error);
}

/* In the worker. */
static int apply_order(
	struct machine *machine, const void *order, void *answer, struct error *error) {
	return apply(machine, order, error);
}

/*
 * Something that the driver needs is not there yet. What the kernel has probed by itself it probes
 * again when some device has got a driver; what was asked for through sysfs it does not
 * (drivers/base/dd.c, device_driver_attach), so that is for us to do.
 */
static int order_again(struct machine *machine, const struct duty *duty, const struct step *step,
	uint64_t deadline, struct error *error) {
	AUTO_CLOSE int events = uevent_open();
	int r = events < 0 ? events : 1;

	while (r > 0) {
		r = worker_order(machine, duty, deadline, NULL, error);
		if (r != -EAGAIN) {
			return r;
		}
		r = uevent_await_bound(events, deadline);
	}
	if (r < 0) {
		return error_set(
			error, r, "cannot listen to the kernel's events: %s", strerror(-r));
	}
	return error_set(error, -ETIMEDOUT,
		"driver %s still waits for something that %s needs, and that has not come",
		step->to, step->subject);
}

static int order_change(
	struct machine *machine, const struct change *change, pid_t writer, struct error *error) {
	const struct step *step = &change->step;
	const struct fact_row *row = rows[step->fact];
	const struct duty duty = {apply_order, change, sizeof(*change), 0};
	struct address device;
	uint64_t deadline = deadline_after(machine->options.writer_timeout_ms);
	int r;

	if (step->fact == FACT_DRIVER && address_parse(step->subject, &device) == 0) {
		vigil_drop(machine, device);
	}
	r = worker_order(machine, &duty, deadline, NULL, error);
	if (r == -EAGAIN && row->defers) {
		r = order_again(machine, &duty, step, deadline, error);
	}
	if (r == -EINPROGRESS) {
		return error_set(error, r,
			"%s %s has not become \"%s\" within %u s: process %d is still in the "
			"kernel and cannot be stopped",
			fact_name(step->fact), step->subject, step->to,
			machine->options.writer_timeout_ms / MS_PER_S, (int)writer);
	}
	return r;
}

static int commit(struct ops *ops, struct writer *writer, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	AUTO_FREE struct change *change = TAKE(writer->private);

	assert(change);
	/* It takes time in which somebody may come by a way that the vigil does not hear. */
	if (change->step.fact == FACT_SERVICE || change->step.fact == FACT_PROCESS) {
		vigil_end(machine);
	}
	return writer->process.pid ? order_change(machine, change, writer->process.pid, error)
				   : apply(machine, change, error);
}

static int look(struct ops *ops, struct host *ret, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	AUTO_HOST struct host host = {0};
	int r = host_read(machine->root, &host, error);

	vigil_begin(machine);
	r = r < 0 ? r : host_read_holders(machine->root, &host, error);
	if (r < 0) {
		return r;
	}
	proof_note(machine, &host);
	*ret = host;
	host = (struct host){0};
	return 0;
}

static void self(struct ops *ops, struct process *ret, struct process *ret_parent) {
	*ret = *ret_parent = (struct process){0};
	(void)!process_find(getpid(), ret);
	(void)!process_find(getppid(), ret_parent);
}

static int rebinders(
	struct ops *ops, const struct device *device, struct rebinders *ret, struct error *error) {
	int r = rebinders_read(((struct machine *)ops)->root, device, ret);

	return r < 0 ? error_set(error, r, "out of memory") : 0;
}

static int guard(struct ops *ops, const char *guest, struct error *error) {
	struct machine *machine = (struct machine *)ops;

	return machine->options.guard ? guard_start(machine, guest, error) : 0;
}

static uint64_t now_us(struct ops *ops) {
	return clock_us();
}

void linux_log(const struct event *event) {
	syslog_send(JOURNALD_SOCKET, event);
}

static void tell(struct ops *ops, const struct event *event) {
	const struct machine *machine = (const struct machine *)ops;

	if (machine->real) {
		linux_log(event);
	}
	if (machine->options.tell) {
		machine->options.tell(machine->options.context, event);
	}
}

static const struct ops table = {
	.get = get,
	.begin = begin,
	.commit = commit,
	.cancel = cancel,
	.look = look,
	.self = self,
	.alive = worker_alive,
	.explain = stuck_explain_writer,
	.oopses = oopses_read,
	.prove_free = prove_free,
	.prove_functions_free = functions_prove_free,
	.identify = identity_find,
	.forget_ids = identity_forget,
	.rebinders = rebinders,
	.guest = guest_look,
	.watch = watch_run,
	.guard = guard,
	.keep_awake = inhibit_sleep,
	.journal_list = store_list,
	.journal_read = store_read,
	.journal_create = store_create,
	.journal_append = store_append,
	.journal_remove = store_remove,
	.lock = lock_take,
	.unlock = lock_release,
	.now_us = now_us,
	.tell = tell,
};

static unsigned int set_ms(unsigned int value_ms, unsigned int otherwise_s) {
	return value_ms ? value_ms : otherwise_s * MS_PER_S;
}

struct ops *linux_ops_new(const struct linux_options *options, struct error *error) {
	AUTO_FREE struct machine *machine = calloc(1, sizeof(*machine));
	const char *root = options->root ? options->root : "/";

	if (!machine) {
		error_set(error, -ENOMEM, "out of memory");
		return NULL;
	}
	machine->root = root_open(root);
	if (machine->root < 0) {
		error_set(
			error, machine->root, "cannot open %s: %s", root, strerror(-machine->root));
		return NULL;
	}
	machine->ops = table;
	machine->options = *options;
	machine->options.state = options->state ? options->state : STATE_DIRECTORY;
	machine->options.memory = options->memory ? options->memory : MEMORY;
	machine->options.writer_timeout_ms = set_ms(options->writer_timeout_ms, DEVICE_TIMEOUT_S);
	machine->options.service_timeout_ms =
		set_ms(options->service_timeout_ms, SERVICE_TIMEOUT_S);
	machine->options.process_timeout_ms =
		set_ms(options->process_timeout_ms, PROCESS_TIMEOUT_S);
	machine->options.lock_timeout_ms = set_ms(options->lock_timeout_ms, LOCK_TIMEOUT_S);
	machine->real = strcmp(root, "/") == 0;
	machine->lock = -1;
	machine->changes = -1;
	machine->stop = -1;
	machine->inhibitor = -1;
	machine->bindings = -1;
	machine->worker.control = -1;
	machine->vigil.opens = -1;
	return &TAKE(machine)->ops;
}

void linux_ops_free(struct ops *ops) {
	struct machine *machine = (struct machine *)ops;

	if (!machine) {
		return;
	}
	worker_dismiss(machine);
	vigil_end(machine);
	watch_close(machine);
	closep(&machine->inhibitor);
	closep(&machine->lock);
	closep(&machine->root);
	names_free(&machine->excused);
	free(machine);
}
