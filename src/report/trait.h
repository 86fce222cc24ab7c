/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "report/listing.h"

/*
 * What is worth knowing of a device, as short phrases: "driver nvidia", "reset by flr, pm", "PCIe 8
 * GT/s x16", "BARs 16M, 256M". For people: the same for a terminal, a file and a page. -ENOMEM.
 */
int traits_of(const struct listing *listing, const struct device *device, struct names *ret)
	MUST_CHECK;

/* As `lspci -nn` has it: "VGA compatible controller [0300]", and "NVIDIA Corporation TU104 [GeForce
 * RTX 2070 SUPER] [10de:1e84] (rev a1)". -ENOMEM. */
int trait_class(const struct listing *listing, const struct device *device, struct text *ret)
	MUST_CHECK;
int trait_name(const struct listing *listing, const struct device *device, struct text *ret)
	MUST_CHECK;

/* "256M", "1.5T": powers of 1024, at most one digit behind the point. */
const char *trait_size(uint64_t bytes, char ret[16]);
