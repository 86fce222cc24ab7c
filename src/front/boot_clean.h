/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "front/command.h"

/* Cards become the host's again when the machine starts. */
enum result boot_clean(const struct invocation *invocation);
enum result boot_release(const struct invocation *invocation);
