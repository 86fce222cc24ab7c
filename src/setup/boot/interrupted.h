/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>

/* Was a call that changed something for the next boot interrupted? boot_recover takes it back. */
bool boot_is_interrupted(int root);
