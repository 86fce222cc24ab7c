/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"
#include "host/holder/node.h"

/*
 * Adds what the kernel itself serves of the disks to other machines, from configfs: the namespaces
 * of NVMe over fabrics (nvmet) and the backstores of its SCSI target (LIO).
 */
int exports_read(int root, const struct nodes *nodes, struct holders *holders) MUST_CHECK;
