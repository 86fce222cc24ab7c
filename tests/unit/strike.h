/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

/*
 * Runs something in a child that dies at its Nth operation on files, or that is told of a failure
 * there: the operations that change something are counted as the child makes them (ptrace(2)).
 */
struct strike {
	unsigned int at; /* counted from 1; the operation is not carried out */
	int error;       /* what it is told; 0: it dies */
	void (*run)(void *context);
	void *context;
};

/* Did it come so far? False: it has ended before, or after the operation is over. */
enum struck {
	STRUCK,     /* and dead, or at its end */
	STRUCK_NOT, /* there are not so many operations */
};

enum struck strike_run(const struct strike *strike);
