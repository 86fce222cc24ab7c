// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/order.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"

/* How often to look at what is no event of ours: a QEMU that comes up, a unit. */
#define LOOK_MS 1000

#define WORDS_MAX 8

enum result order_open(struct order *order, unsigned int timeout_s) {
	const struct invocation *invocation = order->invocation;
	struct session *session = &order->session;
	struct error error = {0};
	int r;

	if (geteuid() != 0 && !(invocation->options & OPTION_DRY_RUN)) {
		error_set(&error, -EPERM, "only root may start and stop guests");
		return session_fail(session, RESULT_REFUSED, &error);
	}
	r = definition_find(
		session->root, session->owner, invocation->words[0], &order->guest, &error);
	if (r < 0 || invocation_timeout(invocation, timeout_s, &order->timeout_s, &error) < 0) {
		return session_fail(session, RESULT_USAGE, &error);
	}
	session_name_guest(session, order->guest.key);
	return RESULT_DONE;
}

void order_close(struct order *order) {
	closep(&order->child.answer);
	session_close(&order->session);
}

enum result order_begin(struct order *order) {
	struct ops *ops;
	enum result result = session_open_machine(&order->session, false);

	if (result == RESULT_DONE) {
		ops = order->session.handover.ops;
		order->begun_us = ops->now_us(ops);
		order->until_us = order->begun_us + (uint64_t)order->timeout_s * 1000 * 1000;
	}
	return result;
}

const char *order_whom(const struct order *order) {
	static const char *const names[] = {
		[HYPERVISOR_LIBVIRT] = "virsh",
		[HYPERVISOR_PROXMOX] = "qm",
	};

	return order->guest.hypervisor == HYPERVISOR_UNIT ? order->guest.unit
							  : names[order->guest.hypervisor];
}

static int begin(struct order *order, const struct errand *errand, struct error *error) {
	return order->session.platform->errand_begin(errand, &order->child, error);
}

static int send_unit(struct order *order, enum wish wish, struct error *error) {
	static const enum unit_order orders[] = {
		[WISH_START] = UNIT_START,
		[WISH_STOP] = UNIT_STOP,
		[WISH_FORCE] = UNIT_KILL,
	};
	const struct errand errand = {
		.unit = order->guest.unit,
		.order = orders[wish],
		.timeout_ms = order->timeout_s * 1000,
	};

	return begin(order, &errand, error);
}

static int send_command(struct order *order, enum wish wish, struct error *error) {
	AUTO_NAMES struct names names = {0};
	char path[64], *words[WORDS_MAX] = {NULL};
	struct errand errand = {.words = words};
	int r = hypervisor_command(&order->guest, wish, order->timeout_s, &names);

	if (r < 0 || names.count >= COUNT(words)) {
		return error_set(error, -ENOMEM, "out of memory");
	}
	memcpy(words, names.names, names.count * sizeof(*words));
	errand.program = hypervisor_program(words[0], path);
	if (!errand.program) {
		return error_set(error, -ENOENT,
			"there is no %s in /usr/sbin and /usr/bin, by which %s is to be asked for",
			words[0], order->guest.title);
	}
	return begin(order, &errand, error);
}

enum result order_send(struct order *order, enum wish wish) {
	struct error error = {0};
	int r = order->guest.hypervisor == HYPERVISOR_UNIT ? send_unit(order, wish, &error)
							   : send_command(order, wish, &error);

	order->asked = true;
	order->seen = false;
	return r < 0 ? session_fail(&order->session, RESULT_REFUSED, &error) : RESULT_DONE;
}

bool order_is_answered(struct order *order) {
	int code;

	if (order->child.answer < 0) {
		return true;
	}
	code = order->session.platform->errand_end(&order->child);
	if (code >= 0) {
		order->code = code;
	}
	return code >= 0;
}

static void note_devices(struct order *order, const struct journal *journal) {
	order->device_count = journal->device_count;
	for (size_t i = 0; i < journal->device_count; i++) {
		order->devices[i] = journal->devices[i].address;
	}
	address_sort(order->devices, order->device_count);
}

/* There may be no journal to tell by which door it came, or none that has got so far as to. */
static int look_at_guest(struct order *order, const struct journal *journal, struct sight *ret,
	struct error *error) {
	static const char *const doors[] = {
		[HYPERVISOR_LIBVIRT] = "libvirt",
		[HYPERVISOR_PROXMOX] = "proxmox",
		[HYPERVISOR_UNIT] = "qemu",
	};
	struct ops *ops = order->session.handover.ops;
	struct owner owner = {0};
	int r = name_set(owner.door, sizeof(owner.door), doors[order->guest.hypervisor]);

	return r < 0 ? r
		     : ops->guest(ops, order->guest.key,
			       journal && journal->owner.door[0] ? &journal->owner : &owner, ret,
			       error);
}

static int look_at_unit(struct order *order, bool *ret, struct error *error) {
	struct ops *ops = order->session.handover.ops;
	char value[VALUE_SIZE];
	int r = ops->get(ops, FACT_SERVICE, order->guest.unit, value, error);

	if (r == 0) {
		*ret = strcmp(value, VALUE_UP) == 0;
	}
	return r;
}

int order_look(struct order *order, struct view *ret, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	struct sight sight;
	struct view view = {0};
	int r = journal_load(order->session.handover.ops, order->guest.key, &journal, error);

	if (r < 0 && r != -ENOENT) {
		return r;
	}
	r = look_at_guest(order, journal, &sight, error);
	if (r < 0) {
		return r;
	}
	view.runs = sight.state == GUEST_RUNNING;
	view.maybe = sight.maybe;
	view.starting = sight.state == GUEST_STARTING;
	view.qemu = view.runs ? sight.awaited : (struct process){0};
	if (order->guest.hypervisor == HYPERVISOR_UNIT) {
		r = look_at_unit(order, &view.up, error);
	}
	if (journal) {
		view.away = true;
		view.held = journal->held && !journal->homeward;
		note_devices(order, journal);
	}
	order->seen = order->seen || view.away || (view.runs && !view.maybe);
	*ret = view;
	return r;
}

int order_look_closely(struct order *order, struct view *ret, struct error *error) {
	int r = order_look(order, ret, error);

	while (r == 0 && ret->maybe) {
		r = order_wait(order, ret, error);
		if (r == -ETIMEDOUT) {
			return error_set(error, r,
				"process %d is a QEMU that has not come to its end within %u s, and whether it is %s cannot be told: try again when it is gone",
				ret->qemu.pid, order->timeout_s, order->guest.title);
		}
		r = r < 0 ? r : order_look(order, ret, error);
	}
	return r;
}

int order_wait(struct order *order, const struct view *view, struct error *error) {
	struct ops *ops = order->session.handover.ops;
	const struct process awaited[] = {order->child.process, view->qemu};
	uint64_t now_us = ops->now_us(ops), left_ms;

	if (now_us >= order->until_us) {
		return -ETIMEDOUT;
	}
	left_ms = (order->until_us - now_us) / 1000 + 1;
	return ops->watch(ops, awaited, COUNT(awaited),
		left_ms < LOOK_MS ? (unsigned int)left_ms : LOOK_MS, error);
}

void order_say_done(struct order *order, int (*report)(const struct feat *feat, struct text *ret)) {
	struct ops *ops = order->session.handover.ops;
	const struct feat feat = {
		.title = order->guest.title,
		.devices = order->devices,
		.device_count = order->device_count,
		.took_us = ops->now_us(ops) - order->begun_us,
	};
	AUTO_TEXT struct text text = {0};

	if (report(&feat, &text) == 0) {
		session_say(&order->session, &text);
	}
}
