/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "front/command.h"
#include "front/roster.h"
#include "request/selection.h"
#include "setup/door.h"
#include "setup/setup.h"

/* What install and uninstall begin and end with. */
struct doors {
	struct setup setup;
	bool any; /* no hypervisor was named: those that are here */
	struct scope scope;
	unsigned int vmids[SELECTIONS_MAX];
	struct roster roster;
	struct changes changes; /* what is to be changed, and then what was */
	struct findings findings;
};

/* The machine, the guests, and what the words mean. RESULT_DONE, or a sentence has been printed. */
enum result doors_open(const struct invocation *invocation, struct doors *ret);
void doors_close(struct doors *doors);

#define AUTO_DOORS CLEANUP(doors_close)

/* The changes (home: turned round) and the findings, as text or as JSON. Returns result, or that it
 * could not be printed. */
enum result doors_print(const struct doors *doors, bool home, bool json, enum result result);

/* Which guest has which door (install --list). */
enum result doors_list(const struct doors *doors, bool json);
