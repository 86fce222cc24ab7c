/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Ends this process after so many seconds, with exit code and a sentence on standard error, which
 * must stay there; 0 seconds: not any more. For callers who must not be kept waiting while others
 * go on with the work.
 */
void limit_time(unsigned int seconds, int code, const char *sentence);
