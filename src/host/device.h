/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/* Every PCI function below root, ordered by address; vfio_driver and vfio_module are not set. */
int devices_read(int root, struct device **ret, size_t *ret_count, struct error *error) MUST_CHECK;
void devices_free(struct device *devices, size_t count);

/*
 * What stands at one address, read as devices_read does. -ENODEV. with_serial: may wait for the
 * device's lock, so call it where that does no harm; without, the serial stays empty.
 */
int device_identify(int root, const char *name, bool with_serial, struct identity *ret,
	struct error *error) MUST_CHECK;
