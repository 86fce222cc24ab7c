/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/journal.h"

/*
 * Makes one change and reads it back: 0 only if the fact then has the new value. The writer is in
 * the journal, at record index, before it may begin. -EINPROGRESS: it has not come back by its
 * deadline. -EOWNERDEAD: the kernel has oopsed (oops.h).
 */
int change(struct ops *ops, struct journal *journal, size_t index, const struct step *step,
	bool home, struct error *error) MUST_CHECK;

/*
 * Does what the journal knows still stand at the subject's address? 0; -ENODEV: nothing does;
 * -ESTALE: something else. Steps of other subjects than devices: 0.
 */
int change_identify(struct ops *ops, const struct journal *journal, const struct step *step,
	struct error *error) MUST_CHECK;

/* Nobody may have a device when its driver is taken away, or when it is a virtual function that is
 * removed: -EBUSY, with who. */
int change_prove_free(struct ops *ops, const struct step *step, struct error *error) MUST_CHECK;
