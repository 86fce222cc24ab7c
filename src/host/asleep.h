/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * Who must not be woken by being looked at. A look at the configuration space (`config`; since
 * Linux 6.18 also the link's present speed and width) wakes a device without power, and in any case
 * the bridge above it and with that all bridges up to the root (drivers/pci/pci.c,
 * pci_config_pm_runtime_get): that costs a laptop seconds, and one that does not come back may have
 * the reader wait for ever.
 */
bool device_sleeps(const struct device *device);

/* Finds out for each whether a bridge above it sleeps (device.below_sleeper); they have their power
 * states already. Where no bridge sleeps that costs nothing. */
void asleep_look(int root, struct device *devices, size_t count);
