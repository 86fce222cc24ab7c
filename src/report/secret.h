/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

/*
 * What tells one machine from all others, and may stand in any name: UUIDs ("luks-6b1f..."),
 * hardware addresses ("enx0011..."), addresses of the internet. Appends the text with a word in the
 * place of each. -ENOMEM.
 */
int secret_conceal(const char *text, struct text *ret) MUST_CHECK;
