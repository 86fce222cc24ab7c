/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

/*
 * Does this option of a QEMU system emulator, named without its dashes, take the next word as its
 * value? True for those with HAS_ARG in qemu-options.hx of any version from 5.2 to 10.1, for any
 * architecture. False also for options that nobody knows.
 */
bool qemu_option_takes_value(const char *name);

/*
 * Takes the next part off *rest, the value of an option such as "vfio-pci,host=01:00.0": its key
 * and, without the doubling of its commas, its value. A part without '=' is the value of the key
 * implied; where that is NULL, a flag, of value "on". (get_opt_name_value in util/qemu-option.c,
 * but for flags that begin with "no": none of those that matter here is a flag.) -ENOMEM.
 */
int qemu_option_take(const char **rest, const char *implied, struct text *ret_key,
	struct text *ret_value) MUST_CHECK;
