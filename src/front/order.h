/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "front/definition.h"
#include "front/hypervisor.h"
#include "front/session.h"
#include "report/sentence.h"

/*
 * What start and stop have in common: a guest, a wish that goes to its hypervisor, and looking at
 * what becomes of it. The hypervisor calls its door as it does for everybody; nothing here hands
 * anything over, and nothing is locked.
 */
struct order {
	struct session session;
	const struct invocation *invocation;
	struct definition guest;
	struct errand_child child;
	bool asked; /* the hypervisor has been */
	bool seen;  /* since then there has been something of the guest */
	int code;   /* the hypervisor's answer; 0: none yet */
	unsigned int timeout_s;
	uint64_t begun_us, until_us;
	struct address devices[PLAN_DEVICES_MAX]; /* what the guest's journal has had last */
	size_t device_count;
};

/* What there is of the guest at one moment. */
struct view {
	bool runs;     /* its QEMU does */
	bool maybe;    /* that QEMU is about to end, and may be another guest's */
	bool starting; /* somebody is at its start, or at its end */
	bool up;       /* its unit is */
	bool away;     /* it has a journal */
	bool held;     /* with everything in it */
	struct process qemu;
};

/*
 * With a session that is open: the guest that the first word names, and --timeout. Only root gets
 * further, unless nothing is to be done.
 */
enum result order_open(struct order *order, unsigned int timeout_s);
void order_close(struct order *order);

#define AUTO_ORDER CLEANUP(order_close)

/* Opens the machine; from here on time is taken. */
enum result order_begin(struct order *order);

/* Asks the hypervisor. RESULT_DONE, or why it cannot be asked. */
enum result order_send(struct order *order, enum wish wish);

/* Has it answered? order->code is its exit code then. */
bool order_is_answered(struct order *order);

int order_look(struct order *order, struct view *ret, struct error *error) MUST_CHECK;

/* The same, but waits until it is no guess. -ETIMEDOUT: it stays one. */
int order_look_closely(struct order *order, struct view *ret, struct error *error) MUST_CHECK;

/* Until something may have changed. -ETIMEDOUT: the time is over. */
int order_wait(struct order *order, const struct view *view, struct error *error) MUST_CHECK;

/* It is done: says so in the words of one of report/sentence.h. */
void order_say_done(struct order *order, int (*report)(const struct feat *feat, struct text *ret));

/* "virsh", "qm" or the unit: who was asked. */
const char *order_whom(const struct order *order);
