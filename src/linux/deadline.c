// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/deadline.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

#define NS_PER_US 1000

uint64_t clock_us(void) {
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / NS_PER_US;
}

uint64_t deadline_after(unsigned int ms) {
	return clock_us() + (uint64_t)ms * US_PER_MS;
}

uint64_t deadline_within(uint64_t deadline, unsigned int ms) {
	uint64_t nearer = deadline_after(ms);

	return nearer < deadline ? nearer : deadline;
}

uint64_t deadline_left_us(uint64_t deadline) {
	uint64_t now = clock_us();

	return now < deadline ? deadline - now : 0;
}

bool deadline_over(uint64_t deadline) {
	return deadline_left_us(deadline) == 0;
}

int deadline_left_ms(uint64_t deadline) {
	uint64_t left = (deadline_left_us(deadline) + US_PER_MS - 1) / US_PER_MS;

	return left < INT_MAX ? (int)left : INT_MAX;
}

int deadline_poll(struct pollfd *fds, nfds_t count, uint64_t deadline) {
	for (;;) {
		int n = poll(fds, count, deadline_left_ms(deadline));

		if (n >= 0) {
			return n;
		}
		if (errno != EINTR) {
			return -errno;
		}
	}
}
