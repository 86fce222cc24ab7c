/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "front/command.h"

/*
 * What a newcomer wants for the next boot, in one go: a card on demand or for good. It is composed
 * of what `boot enable-iommu`, `assign`, `release` and `clean` do, and done as one change.
 */
enum result boot_setup(const struct invocation *invocation);
