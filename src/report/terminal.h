/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Who reads what is printed. */
struct terminal {
	bool is_one; /* a person at a terminal: no file and no pipe */
	bool utf8;   /* its locale knows more than ASCII */
	bool coloured;
	size_t columns; /* between 40 and TERMINAL_COLUMNS_MAX: longer lines are hard to read */
};

#define TERMINAL_COLUMNS_MAX 120

/* COLUMNS in the environment says more than the terminal itself; who says nothing has 80. */
struct terminal terminal_look(int fd);
