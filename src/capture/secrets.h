/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "capture/disguise.h"
#include "capture/place.h"

/*
 * Finds the words that tell whose machine it is: the host's name, the names of people's accounts
 * and homes, serial numbers, and what connections and wireless networks are called. A word that is
 * also the name of something that all machines have ("pve", "nvidia") is left: replacing it
 * everywhere would break what is read, and says nothing about anybody. -ENOMEM.
 */
int secrets_find(int root, const struct place *top, struct disguise *disguise) MUST_CHECK;

/* Is all that the file has in it one id, whatever it looks like ("serial", "wwid")? */
bool secret_is_file(const char *name);
