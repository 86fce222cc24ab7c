/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/node.h"

/*
 * NVIDIA's driver tells sysfs nothing of its device nodes: which one belongs to which card stands
 * in /proc/driver/nvidia (contracts.md C4). The nodes of the driver itself (nvidiactl, modeset,
 * uvm, and the capabilities of parts of cards, whose numbers stand in
 * /proc/driver/nvidia/capabilities) are counted only where there is one card: with several, whoever
 * has them open may use any, and its modules stay. -ENOMEM.
 */
int nvidia_nodes_read(int root, struct nodes *nodes) MUST_CHECK;

/* "Device Minor: 	 0" in a gpus/ADDRESS/information. -ENOENT. */
int nvidia_minor_parse(const char *data, uint32_t *ret) MUST_CHECK;

/* "DeviceFileMinor: 3" in a file of the capabilities. -ENOENT. */
int nvidia_capability_parse(const char *data, uint32_t *ret) MUST_CHECK;

/* The major number of a character driver in a /proc/devices ("510 nvidia-uvm"). -ENOENT. */
int character_major_parse(const char *data, const char *driver, uint32_t *ret) MUST_CHECK;
