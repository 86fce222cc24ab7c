/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "host/host.h"

/*
 * What a task that does not come back from the kernel waits for, in words: what is known of the
 * function in which it waits, and who has the device open: "waits until nobody has the sound card
 * open any more: pipewire (process 812) has /dev/snd/pcmC0D0p open". An unknown function is told as
 * it is called. holders: host_read_holders, of any devices. Nothing is added where nothing is
 * known. -ENOMEM.
 */
int stuck_explain(const struct stuck *stuck, const char *device, const struct holder *holders,
	size_t holder_count, struct text *ret) MUST_CHECK;

/* The same of a device in flight: who is at it and what he waits for; or as much as is known. */
int flight_explain(const struct host *host, const struct device *device, struct text *ret)
	MUST_CHECK;
