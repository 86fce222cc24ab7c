/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

/* The commands that run. */

enum {
	JOB_MAX = 64,
	JOB_POLLS = 3
};

/* As the test asks for it; each answers. */
void job_start(uint32_t id, char *text, size_t length);
void job_signal(uint32_t id, const char *data, size_t length);

/* Adds what may happen to the commands to polls, which has room for JOB_POLLS * JOB_MAX; returns
 * how many there are. */
nfds_t jobs_await(struct pollfd *polls);

/* Deals with what has happened. */
void jobs_turn(const struct pollfd *polls, nfds_t count);
