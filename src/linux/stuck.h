/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"

/* As ops.explain: as far as it can be found out in a moment. */
void stuck_explain_writer(
	struct ops *ops, struct process writer, const char *subject, struct error *error);
