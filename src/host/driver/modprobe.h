/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/lines.h"

/* Every line of modprobe's configuration (modprobe.d(5)). */
int modprobe_read(int root, const struct line_reader *reader) MUST_CHECK;
