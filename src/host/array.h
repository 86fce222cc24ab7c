/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdlib.h>

/*
 * Makes room for one more element behind the count that are there; false: no memory. The array
 * doubles whenever the count is a power of two, so nothing else has to be remembered. New room is
 * not cleared.
 */
#define ARRAY_ROOM(array, count)                                                                   \
	({                                                                                         \
		size_t count_ = (count);                                                           \
		bool room_ = true;                                                                 \
		if ((count_ & (count_ - 1)) == 0) {                                                \
			void *larger_ =                                                            \
				reallocarray((array), count_ ? 2 * count_ : 1, sizeof(*(array)));  \
			room_ = larger_ != NULL;                                                   \
			(array) = room_ ? larger_ : (array);                                       \
		}                                                                                  \
		room_;                                                                             \
	})
