/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/* Finds the unit: what display-manager.service stands for. -ENOMEM. */
int display_manager_read(int root, struct display_manager *ret) MUST_CHECK;

/* Finds what ends with it (units, desktops), by the sessions that descend from its processes. */
int display_manager_read_sessions(int root, struct display_manager *display_manager) MUST_CHECK;
void display_manager_done(struct display_manager *display_manager);
