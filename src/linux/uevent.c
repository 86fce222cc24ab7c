// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/uevent.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>

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
