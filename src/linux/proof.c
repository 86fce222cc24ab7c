// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/proof.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/inotify.h>

#include "base/text.h"
#include "host/holder/holder_text.h"
#include "host/holder/remedy.h"
#include "linux/deadline.h"
#include "linux/process.h"
#include "linux/usage.h"
#include "linux/vigil.h"
#include "linux/worker.h"

/* After a display manager's unit has stopped, its session's processes may take a moment more. */
#define PATIENCE_MS 15000

/* How many are told apart; with more, the others are still waited for. */
#define USERS_MAX 16

/* One look serves all devices that are handed over together. */
#define TOGETHER_MAX 64

/* The device in question comes first. */
struct together {
	bool free; /* of processes, as the vigil knows: they are not looked for */
	size_t count;
	struct address devices[TOGETHER_MAX];
};

struct user {
	struct process process;
	char node[LABEL_SIZE];
};

struct users {
	size_t count;
	struct user users[USERS_MAX]; /* of the device in question */
	struct holder first;          /* the first of these */
	bool used[TOGETHER_MAX];
	size_t hidden;       /* processes that did not let us look */
	bool kept;           /* by what no process ends: a mount, a route */
	struct holder still; /* by the first of these */
};

static_assert(sizeof(struct together) <= ORDER_MAX, "devices fit an order");
static_assert(sizeof(struct users) <= ANSWER_MAX, "who uses a device fits an answer");

/* One that has ended since is none, and neither is one that has its number now. */
static void add_user(const struct holder *holder, struct users *users) {
	struct user *user = &users->users[users->count];
	uint64_t start = holder->who.start;

	if (users->count < USERS_MAX && process_find(holder->who.pid, &user->process) != -ESRCH &&
		(start == 0 || start == user->process.start)) {
		memcpy(user->node, holder->node, sizeof(user->node));
		users->first = users->count ? users->first : *holder;
		users->count++;
	}
}

static void add_holder(const struct holder *holder, struct users *users) {
	if (holder->kind == HOLDER_PROCESS) {
		add_user(holder, users);
	} else if (!users->kept) {
		users->kept = true;
		users->still = *holder;
	}
}

/* In the worker. */
static int list_users(
	struct machine *machine, const void *order, void *answer, struct error *error) {
	AUTO_HOLDERS struct holders holders = {0};
	const struct together *together = order;
	const struct usage usage = {
		together->devices, together->count, together->free ? USAGE_STILL : USAGE_ALL};
	struct users *users = answer;
	int r = usage_read(machine->root, &usage, &holders, &users->hidden, error);

	for (size_t i = 0; r >= 0 && i < holders.count; i++) {
		const struct holder *holder = &holders.holders[i];

		for (size_t j = 0; j < together->count; j++) {
			users->used[j] |=
				holder->kind == HOLDER_PROCESS &&
				address_compare(holder->device, together->devices[j]) == 0;
		}
		if (holder_keeps(holder) &&
			address_compare(holder->device, together->devices[0]) == 0) {
			add_holder(holder, users);
		}
	}
	return r;
}

/* The others of its group; without a group it is alone. */
static void gather(struct machine *machine, struct address device, struct together *ret) {
	AUTO_NAMES struct names names = {0};
	char path[128], name[ADDRESS_SIZE];
	struct address other;

	*ret = (struct together){.count = 1, .devices = {device}};
	if (name_format(path, sizeof(path), "sys/bus/pci/devices/%s/iommu_group/devices",
		    address_format(device, name)) < 0 ||
		names_read(machine->root, path, &names) < 0) {
		return;
	}
	for (size_t i = 0; i < names.count && ret->count < TOGETHER_MAX; i++) {
		if (address_parse(names.names[i], &other) == 0 &&
			address_compare(other, device) != 0) {
			ret->devices[ret->count++] = other;
		}
	}
}

/*
 * What keeps disks and networks is looked at each time, which costs little: whoever mounts or
 * routes opens no node that the vigil would have to hear of.
 */
static int look(
	struct machine *machine, struct address device, struct users *ret, struct error *error) {
	struct together together;
	const struct duty duty = {list_users, &together, sizeof(together), sizeof(*ret)};
	bool free = vigil_knows_free(machine, device);
	int r;

	if (free) {
		together = (struct together){.free = true, .count = 1, .devices = {device}};
	} else {
		gather(machine, device, &together);
		vigil_begin(machine);
	}
	r = worker_do(
		machine, &duty, deadline_after(machine->options.writer_timeout_ms), ret, error);
	if (r == -EINPROGRESS) {
		return error_set(error, -ETIMEDOUT, "looking for processes takes for ever");
	}
	for (size_t i = 0; r >= 0 && !free && i < together.count; i++) {
		if (!ret->used[i]) {
			vigil_note_free(machine, together.devices[i]);
		}
	}
	return r;
}

void proof_note(struct machine *machine, const struct host *host) {
	for (size_t i = 0; i < host->device_count; i++) {
		bool used = host->hidden_processes > 0;

		for (size_t j = 0; !used && j < host->holder_count; j++) {
			/* What is no process is no business of the vigil's, which watches nodes. */
			used = host->holders[j].kind == HOLDER_PROCESS &&
			       address_compare(host->holders[j].device, host->devices[i].address) ==
				       0;
		}
		if (!used && !device_is_bridge(&host->devices[i])) {
			vigil_note_free(machine, host->devices[i].address);
		}
	}
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
		char path[LABEL_SIZE + 64];
		int fd = process_open(users->users[i].process);

		wake->fds[wake->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
		if (name_format(path, sizeof(path), "/proc/self/fd/%d/dev/%s", machine->root,
			    users->users[i].node) == 0) {
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
	const struct host any = {0}; /* the display manager has been stopped, if it was to be */
	const struct holder *holder = users->kept ? &users->still : &users->first;
	char text[HOLDER_TEXT_SIZE], remedy[REMEDY_SIZE];

	holder_format(holder, text);
	holder_remedy(&any, holder, remedy);
	return error_set(error, -EBUSY, "%s is still in use: it %s%s; %s and try again", address,
		text, users->count + users->kept > 1 ? ", and there are others" : "", remedy);
}

/* It counts as free, and whoever reads of the run is to know what that is worth. */
static void remark(const struct users *users, struct error *error) {
	if (users->hidden > 0) {
		error_set(error, 0,
			"%zu process%s did not let us look, and may hold the device all the same",
			users->hidden, users->hidden == 1 ? "" : "es");
	}
}

/*
 * One round: listens to those who were seen last and looks again. If they are the same, nothing was
 * missed, and it waits for them. 0: *users are those that were seen last.
 */
static int wait_once(struct machine *machine, struct address device, struct users *users,
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

int prove_free(struct ops *ops, const char *address, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	uint64_t deadline =
		deadline_within(deadline_after(machine->options.service_timeout_ms), PATIENCE_MS);
	struct address device;
	struct users users;
	int r;

	if (address_parse(address, &device) < 0) {
		return error_set(error, -EINVAL, "\"%s\" is no PCI address", address);
	}
	r = look(machine, device, &users, error);
	while (r >= 0 && users.count + users.kept > 0) {
		if (users.kept || deadline_over(deadline)) {
			return refuse(address, &users, error);
		}
		r = wait_once(machine, device, &users, deadline, error);
	}
	if (r >= 0) {
		remark(&users, error);
	}
	return r;
}
