// SPDX-License-Identifier: GPL-2.0-or-later
#include "fiber.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "sanitizer.h"

static ucontext_t outside;
static const void *outside_stack;
static size_t outside_size;
static struct fiber *running;

/* The address sanitizer must be told on which stack we are. */
static void leave_for(void **fake_stack, const void *stack, size_t size) {
#if HAS_ASAN
	__sanitizer_start_switch_fiber(fake_stack, stack, size);
#else
	(void)fake_stack, (void)stack, (void)size;
#endif
}

static void arrive(void *fake_stack, const void **from, size_t *from_size) {
#if HAS_ASAN
	__sanitizer_finish_switch_fiber(fake_stack, from, from_size);
#else
	(void)fake_stack, (void)from, (void)from_size;
#endif
}

/* From inside it: leaves its stack for good, and the sanitizer frees what it keeps for that. */
static _Noreturn void end(struct fiber *fiber) {
	fiber->finished = true;
	leave_for(NULL, outside_stack, outside_size);
	(void)setcontext(&outside);
	abort();
}

static void enter(void) {
	struct fiber *self = running;

	arrive(NULL, &outside_stack, &outside_size);
	self->function(self->argument);
	end(self);
}

/* What it has on its stack is never seen again. */
static void abandon(struct fiber *fiber) {
	fiber->abandoned = true;
	fiber_resume(fiber);
}

void fiber_start(struct fiber *fiber, void (*function)(void *argument), void *argument) {
	if (!fiber->stack) {
		fiber->stack = malloc(FIBER_STACK_SIZE);
		assert(fiber->stack);
	} else if (!fiber->finished) {
		abandon(fiber);
	}
#if HAS_ASAN
	__asan_unpoison_memory_region(fiber->stack, FIBER_STACK_SIZE);
#endif
	fiber->function = function;
	fiber->argument = argument;
	fiber->finished = false;
	fiber->abandoned = false;
	fiber->fake_stack = NULL;
	(void)getcontext(&fiber->context);
	fiber->context.uc_stack.ss_sp = fiber->stack;
	fiber->context.uc_stack.ss_size = FIBER_STACK_SIZE;
	fiber->context.uc_link = NULL;
	makecontext(&fiber->context, enter, 0);
}

void fiber_resume(struct fiber *fiber) {
	void *fake_stack = NULL;

	assert(!fiber->finished);
	running = fiber;
	leave_for(&fake_stack, fiber->stack, FIBER_STACK_SIZE);
	(void)swapcontext(&outside, &fiber->context);
	arrive(fake_stack, NULL, NULL);
}

void fiber_yield(struct fiber *fiber) {
	assert(fiber == running);
	leave_for(&fiber->fake_stack, outside_stack, outside_size);
	(void)swapcontext(&fiber->context, &outside);
	arrive(fiber->fake_stack, &outside_stack, &outside_size);
	if (fiber->abandoned) {
		end(fiber);
	}
}

void fiber_free(struct fiber *fiber) {
	if (fiber->stack && !fiber->finished) {
		abandon(fiber);
	}
	free(fiber->stack);
	fiber->stack = NULL;
}
