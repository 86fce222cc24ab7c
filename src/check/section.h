/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stddef.h>

/* The sections of baton-findings(7), made from man/baton-findings.7.scd by section.py. */
struct section {
	const char *id;
	const char *text; /* plain */
};

extern const struct section sections[];
extern const size_t section_count;
