/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "front/session.h"
#include "report/listing.h"

/* All that `list` and `report` have looked at, and what the command line wants to see of it. */
struct survey {
	struct session session;
	struct host host;
	struct pci_names names;
	struct inventory inventory;
	struct claims claims;
	struct verdicts verdicts;
	struct error unread; /* why not all journals could be read; empty: they could */
	struct address *selected;
	struct listing listing; /* points to the above */
};

/*
 * Looks at the machine, or below --root, and who keeps its devices busy, with whatever rights there
 * are. Words, --device, --group and --cards select. RESULT_DONE, or a sentence has been printed.
 * *ret is not to be copied.
 */
enum result survey_take(const struct invocation *invocation, struct survey *ret);

/* Adds names, what hangs on the devices, which guest has what, and a verdict for each card. */
enum result survey_judge(const struct invocation *invocation, struct survey *survey);
void survey_free(struct survey *survey);

#define AUTO_SURVEY CLEANUP(survey_free)
