/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define PRINTF(at, first) __attribute__((format(printf, at, first)))
#define MUST_CHECK        __attribute__((warn_unused_result))
#define CLEANUP(function) __attribute__((cleanup(function)))

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Hands over what an AUTO_ variable owns: the variable is empty afterwards. */
#define TAKE(pointer)                                                                              \
	({                                                                                         \
		__typeof__(pointer) taken_ = (pointer);                                            \
		(pointer) = NULL;                                                                  \
		taken_;                                                                            \
	})

static inline void freep(void *pointer) {
	free(*(void **)pointer);
}

static inline void closep(const int *fd) {
	if (*fd >= 0) {
		close(*fd);
	}
}

#define AUTO_FREE  CLEANUP(freep)
#define AUTO_CLOSE CLEANUP(closep)
