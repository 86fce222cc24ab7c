/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

/* Questions to whoever sits at the terminal. They are printed on stderr: stdout is for results. */

/* Is somebody there to be asked? */
bool ask_can(void);

/* The line that is typed, without blanks around it; false: there is none any more. */
bool ask_line(const char *question, char *ret, size_t size);

/* "... [y/N] ": true only for a clear yes. */
bool ask_yes(const char *question);
