/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "advise/advice.h"

/* Has the guest the host's own processor, or will it have, once the advice is followed? */
bool cpu_is_hosts(const struct adviser *adviser);
