// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/uevent.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "linux/deadline.h"

#define KERNEL_GROUP 1 /* lib/kobject_uevent.c; 2 is udev's */

int uevent_open(void) {
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP};
	AUTO_CLOSE int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
	int r;

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		return -errno;
	}
	r = fd;
	fd = -1;
	return r;
}

/* "bind@/devices/pci0000:00/...", and then "NAME=value", each with a zero at its end. */
bool uevent_is_binding(const char *event, size_t length) {
	static const char subsystem[] = "SUBSYSTEM=pci";

	return (text_starts(event, "bind@") || text_starts(event, "unbind@")) &&
	       memmem(event, length, subsystem, sizeof(subsystem));
}

bool uevent_take_bindings(int fd) {
	char event[4096]; /* lib/kobject_uevent.c: UEVENT_BUFFER_SIZE is 2048 */
	bool any = false;
	ssize_t n;

	while ((n = recv(fd, event, sizeof(event) - 1, 0)) >= 0 || errno == EINTR ||
		errno == ENOBUFS) {
		if (n < 0) {
			any |= errno == ENOBUFS; /* some were lost */
			continue;
		}
		event[n] = '\0';
		any |= uevent_is_binding(event, (size_t)n);
	}
	return any;
}

int uevent_wait(int fd, uint64_t deadline) {
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	char ignored[64]; /* what happened is read off the machine: the rest may be cut */
	int r = deadline_poll(&wait, 1, deadline);

	if (r <= 0) {
		return r;
	}
	/* ENOBUFS says that events were lost: something happened, which is all that we want. */
	while (recv(fd, ignored, sizeof(ignored), 0) >= 0 || errno == EINTR || errno == ENOBUFS) {
	}
	return errno == EAGAIN ? 1 : -errno;
}

int uevent_await_bound(int fd, uint64_t deadline) {
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	char event[64]; /* the rest may be cut */

	for (;;) {
		int r = deadline_poll(&wait, 1, deadline);
		ssize_t n = r <= 0 ? 0 : recv(fd, event, sizeof(event) - 1, 0);

		if (r <= 0) {
			return r;
		}
		event[n < 0 ? 0 : n] = '\0';
		/* ENOBUFS: some were lost, and may have been that one. */
		if (text_starts(event, "bind@") || (n < 0 && errno == ENOBUFS)) {
			return 1;
		}
		if (n < 0 && errno != EINTR && errno != EAGAIN) {
			return -errno;
		}
	}
}
