/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "trial.h"

/* Holds the end of one process of baton against what its exit code promises. */
void judge(struct trial *trial);

/* The machine must be as before. final: and no journal may be left, whatever failed on the way. */
void judge_as_before(struct trial *trial, bool final);

/* Keeps the first thing that is wrong. */
void trial_wrong(struct trial *trial, const char *format, ...) PRINTF(2, 3);

const char *act_name(enum act act);
