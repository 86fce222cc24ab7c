/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Frames on the port, as agent.c describes them. Whatever goes wrong with the port ends the agent.
 */

enum kind {
	HELLO = 1,
	RUN,
	SIGNAL,
	PUT,
	DATA,
	GET,
	STDOUT,
	STDERR,
	EXIT,
	DONE,
	FAILED
};

enum {
	PAYLOAD_MAX = 1 << 16
};

struct header {
	uint32_t length;
	uint32_t id;
	uint32_t kind;
};

extern int port;

void write_all(int fd, const void *data, size_t length);
void read_all(void *data, size_t length);

void answer(uint32_t id, enum kind kind, const void *data, size_t length);
void answer_error(uint32_t id, int error);
