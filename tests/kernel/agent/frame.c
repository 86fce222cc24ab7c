/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

int port = -1;

void write_all(int fd, const void *data, size_t length) {
	const char *bytes = data;

	while (length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno != EINTR && errno != EAGAIN) {
			_exit(1);
		}
		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
		}
	}
}

void answer(uint32_t id, enum kind kind, const void *data, size_t length) {
	struct header header = {.length = (uint32_t)length, .id = id, .kind = kind};

	write_all(port, &header, sizeof(header));
	write_all(port, data, length);
}

void answer_error(uint32_t id, int error) {
	uint32_t word = (uint32_t)error;

	answer(id, FAILED, &word, sizeof(word));
}

void read_all(void *data, size_t length) {
	char *bytes = data;

	while (length > 0) {
		ssize_t n = read(port, bytes, length);

		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
		} else if (n == 0) {
			/* Nobody is at the other end: wait until somebody is. */
			struct pollfd wait = {.fd = port, .events = POLLIN};

			(void)poll(&wait, 1, 100);
		} else if (errno != EINTR && errno != EAGAIN) {
			_exit(1);
		}
	}
}
