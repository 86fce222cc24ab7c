/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

/*
 * Passwords in words like those of the kernel's command line: "luks.password=x" becomes
 * "luks.password=", and "http://user:x@server" "http://server". qemu: of QEMU's, where a comma ends
 * a value. -errno
 */
int blank_secrets(const char *data, size_t length, bool qemu, struct text *ret) MUST_CHECK;
