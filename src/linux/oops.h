/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/ops.h"

/*
 * As ops.oopses. The kernel counts since 6.2, and in the stable ones since 5.15.90 and 6.1.7
 * (kernel/exit.c, make_task_dead). Before, it only says whether there was one (TAINT_DIE): the
 * first is noticed, and no second.
 */
int64_t oopses_read(struct ops *ops);
