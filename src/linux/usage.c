// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/usage.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>

#include "base/text.h"
#include "host/node.h"
#include "host/process.h"
#include "linux/attribute.h"
#include "linux/deadline.h"
#include "linux/process.h"
#include "linux/worker.h"

#define DEVICES    "sys/bus/pci/devices"
#define VFIO_NODES "vfio/"

/* After a display manager's unit has stopped, its session's processes may take a moment more. */
#define PATIENCE_MS 15000

/* How many are told apart; with more, the others are still waited for. */
#define USERS_MAX 16

struct users {
	size_t count;
	struct {
		struct process process;
		char comm[LABEL_SIZE];
		char node[LABEL_SIZE];
		char unit[LABEL_SIZE];
	} users[USERS_MAX];
};

static_assert(sizeof(struct users) <= ANSWER_MAX, "who uses a device fits an answer");

/* As much of a device as the reader of nodes looks at. */
static int read_device(int root, struct address address, struct device *ret) {
	char path[64], group[16];
	unsigned long long number;
	AUTO_CLOSE int fd = -1;
	int r;

	*ret = (struct device){.address = address, .group = GROUP_NONE};
	address_format(address, ret->name);
	r = name_format(path, sizeof(path), DEVICES "/%s", ret->name);
	if (r < 0) {
		return r;
	}
	fd = dir_open(root, path);
	if (fd < 0) {
		return fd == -ENOENT ? -ENODEV : fd;
	}
	if (link_read_name(fd, "driver", ret->driver, sizeof(ret->driver)) < 0) {
		ret->driver[0] = '\0';
	}
	if (link_read_name(fd, "iommu_group", group, sizeof(group)) == 0 &&
		number_parse(group, INT_MAX, &number) == 0) {
		ret->group = (int)number;
	}
	return 0;
}

static bool is_of(const struct node *node, const struct host *host) {
	for (size_t i = 0; i < host->device_count; i++) {
		if (address_compare(node->device, host->devices[i].address) == 0) {
			return true;
		}
	}
	return false;
}

/* Without nodes there is nobody to look for, and most functions have none. */
static int read_users(int root, const struct host *host, bool only_vfio, struct holders *ret) {
	AUTO_NODES struct nodes nodes = {0};
	size_t kept = 0, hidden;
	int r = nodes_read(root, host, &nodes);

	for (size_t i = 0; r >= 0 && i < nodes.count; i++) {
		const struct node *node = &nodes.nodes[i];

		if (is_of(node, host) && (!only_vfio || text_starts(node->name, VFIO_NODES))) {
			nodes.nodes[kept++] = *node;
		}
	}
	nodes.count = kept;
	return r < 0 || kept == 0 ? r : processes_read(root, &nodes, ret, &hidden);
}

int usage_read(int root, const struct address *devices, size_t count, bool only_vfio,
	struct holders *ret, struct error *error) {
	AUTO_FREE struct device *read = calloc(count + 1, sizeof(*read));
	struct host host = {.devices = read};
	int r = read ? 0 : -ENOMEM;

	for (size_t i = 0; r >= 0 && i < count; i++) {
		r = read_device(root, devices[i], &read[host.device_count]);
		host.device_count += r == 0;
		r = r == -ENODEV ? 0 : r; /* nobody has what is not there */
	}
	r = r < 0 ? r : read_users(root, &host, only_vfio, ret);
	return r < 0 ? error_set(error, r, "cannot find out who uses the devices: %s", strerror(-r))
		     : 0;
}

/* In the worker. */
static int list_users(
	struct machine *machine, const void *order, void *answer, struct error *error) {
	AUTO_HOLDERS struct holders holders = {0};
	struct users *users = answer;
	int r = usage_read(machine->root, order, 1, false, &holders, error);

	for (size_t i = 0; r >= 0 && i < holders.count && users->count < USERS_MAX; i++) {
		const struct holder *holder = &holders.holders[i];
		__typeof__(users->users[0]) *user = &users->users[users->count];

		/* One that has ended since is none. */
		if (process_find(holder->pid, &user->process) == 0) {
			memcpy(user->comm, holder->name, sizeof(user->comm));
			memcpy(user->node, holder->node, sizeof(user->node));
			memcpy(user->unit, holder->unit, sizeof(user->unit));
			users->count++;
		}
	}
	return r;
}

static int look(struct machine *machine, const struct address *device, struct users *ret,
	struct error *error) {
	const struct duty duty = {list_users, device, sizeof(*device), sizeof(*ret)};
	uint64_t deadline = deadline_after(machine->options.writer_timeout_ms);
	int r = worker_do(machine, &duty, deadline, ret, error);

	return r == -EINPROGRESS
		       ? error_set(error, -ETIMEDOUT, "looking for processes takes for ever")
		       : r;
}

/* What wakes us: a user has ended, or some process has closed a node that a user had open. */
struct wake {
	struct pollfd fds[1 + USERS_MAX];
	nfds_t count;
};

static void forget(struct wake *wake) {
	for (nfds_t i = 0; i < wake->count; i++) {
		closep(&wake->fds[i].fd);
	}
	wake->count = 0;
}

/* A node that stands elsewhere (in a container) gives no event, but its user's end does. */
static void listen_for(struct machine *machine, const struct users *users, struct wake *wake) {
	int closes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	wake->fds[wake->count++] = (struct pollfd){.fd = closes, .events = POLLIN};
	for (size_t i = 0; i < users->count; i++) {
		char path[LABEL_SIZE + sizeof("/dev/")];
		int fd = process_open(users->users[i].process);

		wake->fds[wake->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
		if (machine->real &&
			name_format(path, sizeof(path), "/dev/%s", users->users[i].node) == 0) {
			(void)inotify_add_watch(closes, path, IN_CLOSE | IN_DELETE_SELF);
		}
	}
}

static bool are_same(const struct users *a, const struct users *b) {
	for (size_t i = 0; i < a->count && i < b->count; i++) {
		if (a->users[i].process.pid != b->users[i].process.pid ||
			a->users[i].process.start != b->users[i].process.start ||
			strcmp(a->users[i].node, b->users[i].node) != 0) {
			return false;
		}
	}
	return a->count == b->count;
}

static int refuse(const char *address, const struct users *users, struct error *error) {
	bool has_unit = users->users[0].unit[0];

	return error_set(error, -EBUSY,
		"%s is still in use: %s (process %d%s%s) has /dev/%s open%s; end it and try again",
		address, users->users[0].comm, (int)users->users[0].process.pid,
		has_unit ? ", " : "", users->users[0].unit, users->users[0].node,
		users->count > 1 ? ", and others too" : "");
}

/*
 * One round: listens to those who were seen last and looks again. If they are the same, nothing was
 * missed, and it waits for them. 0: *users are those that were seen last.
 */
static int wait_once(struct machine *machine, const struct address *device, struct users *users,
	uint64_t deadline, struct error *error) {
	CLEANUP(forget) struct wake wake = {0};
	struct users seen = *users;
	int r;

	listen_for(machine, &seen, &wake);
	r = look(machine, device, users, error);
	if (r < 0 || users->count == 0 || !are_same(&seen, users)) {
		return r;
	}
	r = deadline_poll(wake.fds, wake.count, deadline);
	if (r < 0) {
		return error_set(error, r, "cannot wait for processes: %s", strerror(-r));
	}
	return look(machine, device, users, error);
}

int usage_prove_free(struct ops *ops, const char *address, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	uint64_t deadline =
		deadline_within(deadline_after(machine->options.service_timeout_ms), PATIENCE_MS);
	struct address device;
	struct users users;
	int r;

	if (address_parse(address, &device) < 0) {
		return error_set(error, -EINVAL, "\"%s\" is no PCI address", address);
	}
	r = look(machine, &device, &users, error);
	while (r >= 0 && users.count > 0) {
		if (deadline_over(deadline)) {
			return refuse(address, &users, error);
		}
		r = wait_once(machine, &device, &users, deadline, error);
	}
	return r;
}
