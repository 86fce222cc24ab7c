/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * What a device is, as text: "10de:2484 1458:4074 a1 88-77-66-55-44-33-22-11", the serial being a
 * token (base/text.h). The journal and what is remembered of a guest write it so.
 */
#define IDENTITY_TEXT_SIZE (32 + 3 * sizeof(((struct identity *)NULL)->serial))

const char *identity_format(const struct identity *identity, char ret[IDENTITY_TEXT_SIZE]);

/* Takes it off *text, in the one way in which it is written. -EINVAL. */
int identity_take(const char **text, struct identity *ret) MUST_CHECK;
