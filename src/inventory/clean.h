/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * Copies what a device says of itself, and so may be anything: blanks around it go, what is no
 * printable UTF-8 becomes '?', and what does not fit is cut, between two letters, with "..." behind
 * it. size is at least 8.
 */
void clean_set(char *ret, size_t size, const char *value);
