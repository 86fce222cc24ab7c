/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

#define REMEDY_SIZE 256

/*
 * What would make the holder let go, as words that tell a person what to do and that end a
 * sentence: "stop lightdm.service", "end session 3 of alice (loginctl terminate-session 3)",
 * "unmount /srv". What stops with the display manager is answered with the display manager. Always
 * says something, asks nothing of the machine.
 */
void holder_remedy(const struct host *host, const struct holder *holder, char ret[REMEDY_SIZE]);
