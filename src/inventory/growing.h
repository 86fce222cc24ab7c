/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/attached.h"

/*
 * The tree of what is attached while it is gathered: entries in any order, but a parent before its
 * children, so that an index is good until growing_order puts all in theirs.
 */
struct growing {
	struct attached *attached;
	size_t count;
};

void growing_free(struct growing *growing);

#define AUTO_GROWING CLEANUP(growing_free)

/* Adds one; its depth is found here. *ret_index: where it stands. -ENOMEM; -E2BIG: there are too
 * many of them, or they stand too deep. */
int growing_add(struct growing *growing, const struct attached *entry, size_t *ret_index)
	MUST_CHECK;

/* Makes the tree of attachments of it, in which siblings that are the same are one. Takes the
 * entries whether it succeeds or not. -ENOMEM. */
int growing_order(struct growing *growing, struct attachments *ret) MUST_CHECK;
