/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/growing.h"

/* Adds the connectors of the snapshot's cards, without what only the monitors know. -ENOMEM. */
int outputs_read(const struct host *host, struct growing *growing) MUST_CHECK;
