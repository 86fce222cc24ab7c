/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * One parser, fed with anything: it may refuse but must not crash, and what it accepts must keep
 * its promises. libFuzzer calls this, or main.c with the files of a corpus. Returns 0.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
