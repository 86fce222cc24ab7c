/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/boot/remain.h"

/*
 * What others have left for the next boot, for people: each with its file and line, what becomes of
 * it and why. "" if there is nothing. -ENOMEM.
 */
int report_remains(const struct remains *remains, struct text *ret) MUST_CHECK;
