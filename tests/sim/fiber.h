/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <ucontext.h>

/* Functions that can be left in the middle and gone on with, or never. */
#define FIBER_STACK_SIZE ((size_t)256 * 1024)

struct fiber {
	ucontext_t context;
	char *stack; /* kept from one use to the next */
	void (*function)(void *argument);
	void *argument;
	bool finished;
	bool abandoned; /* left in the middle: if it goes on, then only to end there */
	void *fake_stack;
};

/*
 * Makes it ready to run from the start. One that was left in the middle ends there, in fiber_start
 * and in fiber_free: the address sanitizer keeps a second stack for each that has not ended, and
 * would keep one more for every use.
 */
void fiber_start(struct fiber *fiber, void (*function)(void *argument), void *argument);

/* Goes on with it until it yields or ends; to be called from outside of any fiber. */
void fiber_resume(struct fiber *fiber);

/* Leaves the fiber that runs; to be called from inside it. */
void fiber_yield(struct fiber *fiber);

void fiber_free(struct fiber *fiber);
