// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/guest.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "linux/deadline.h"
#include "linux/process.h"
#include "linux/usage.h"
#include "linux/worker.h"
#include "run/journal.h"

#define BY_HAND     "hand" /* doors of the command line */
#define WAY_HOME    "home"
#define BY_LIBVIRT  "libvirt:"
#define COMMAND_MAX (1U << 20)

/* "qemu-system-x86_64", "qemu-kvm", "kvm": what distributions call it. */
static bool is_hypervisor(const char *program) {
	return text_starts(program, "qemu") || text_starts(program, "kvm");
}

bool guest_has_uuid(const char *command_line, size_t length, const char *uuid) {
	const char *end = command_line + length;
	bool next = false;

	for (const char *word = command_line; word < end;
		word += strnlen(word, (size_t)(end - word)) + 1) {
		size_t left = (size_t)(end - word);

		if (next && strnlen(word, left) == strlen(uuid) &&
			strncasecmp(word, uuid, strlen(uuid)) == 0) {
			return true;
		}
		next = strnlen(word, left) == strlen("-uuid") && strncmp(word, "-uuid", left) == 0;
	}
	return false;
}

/*
 * A process gives up its address space, and with it its command line, before its files are closed:
 * a QEMU that was killed may have the devices for seconds more, until all of the guest's memory is
 * unpinned, and is no longer to be told from others. It is taken for ours; it ends soon.
 */
static bool is_dying_hypervisor(const struct process_stat *stat) {
	return !stat->kernel && stat->state != 'Z' && stat->state != 'X' &&
	       is_hypervisor(stat->comm);
}

/* Only a QEMU's command line is read: a process that is stuck can block who reads its. */
static bool is_guest(int root, int pid, const char *uuid, const struct process_stat *stat) {
	AUTO_FREE char *command_line = NULL;
	char path[64], program[NAME_MAX + 1];
	size_t length;
	int r = name_format(path, sizeof(path), "proc/%d/exe", pid);

	r = r < 0 ? r : link_read_name(root, path, program, sizeof(program));
	if (r < 0) {
		return r == -ENOENT && is_dying_hypervisor(stat);
	}
	if (!is_hypervisor(program) ||
		name_format(path, sizeof(path), "proc/%d/cmdline", pid) < 0 ||
		file_read(root, path, COMMAND_MAX, &command_line, &length) < 0) {
		return false;
	}
	return guest_has_uuid(command_line, length, uuid);
}

static int find_by_uuid(int root, const char *uuid, struct process *ret) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(root, "proc", &names);

	for (size_t i = 0; r >= 0 && i < names.count; i++) {
		struct process_stat stat;
		unsigned long long pid;

		if (number_parse(names.names[i], INT_MAX, &pid) == 0 &&
			process_stat_read(root, (pid_t)pid, &stat) == 0 &&
			is_guest(root, (int)pid, uuid, &stat)) {
			*ret = (struct process){.pid = (pid_t)pid, .start = stat.start};
			return 0;
		}
	}
	return r;
}

static int find_by_devices(int root, const struct address *devices, size_t count,
	struct process *ret, struct error *error) {
	AUTO_HOLDERS struct holders holders = {0};
	int r = usage_read(root, devices, count, true, &holders, error);

	for (size_t i = 0; r >= 0 && i < holders.count; i++) {
		struct process_stat stat;
		pid_t pid = (pid_t)holders.holders[i].pid;

		if (process_stat_read(root, pid, &stat) == 0) {
			*ret = (struct process){.pid = pid, .start = stat.start};
			return 0;
		}
	}
	return r;
}

int guest_find(int root, const char *uuid, const struct address *devices, size_t count,
	struct process *ret, struct error *error) {
	struct process found = {0};
	int r = find_by_uuid(root, uuid, &found);

	if (r < 0) {
		return error_set(error, r, "cannot read /proc: %s", strerror(-r));
	}
	if (!found.pid) {
		r = find_by_devices(root, devices, count, &found, error);
	}
	if (r >= 0) {
		*ret = found;
	}
	return r;
}

struct order {
	char uuid[GUEST_SIZE];
	struct address devices[PLAN_DEVICES_MAX];
	size_t count;
};

/* In the worker. */
static int find(struct machine *machine, const void *context, void *answer, struct error *error) {
	const struct order *order = context;

	return guest_find(machine->root, order->uuid, order->devices, order->count, answer, error);
}

/* Which devices the guest has stands in its journal. */
static int read_devices(
	struct ops *ops, const char *key, struct order *order, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	int r = journal_load(ops, key, &journal, error);

	if (r < 0) {
		return r == -ENOENT ? 0 : r;
	}
	for (size_t i = 0; i < journal->device_count; i++) {
		order->devices[order->count++] = journal->devices[i].address;
	}
	return 0;
}

int guest_look(struct ops *ops, const char *key, const struct owner *owner, struct sight *ret,
	struct error *error) {
	struct machine *machine = (struct machine *)ops;
	struct order order = {0};
	const struct duty duty = {find, &order, sizeof(order), sizeof(struct process)};
	struct sight sight = {.state = GUEST_RUNNING};
	int r;

	if (strcmp(owner->door, BY_HAND) == 0) {
		*ret = sight; /* only a person ends it */
		return 0;
	}
	if (strcmp(owner->door, WAY_HOME) == 0) {
		*ret = (struct sight){.state = GUEST_GONE}; /* it never was one */
		return 0;
	}
	if (!text_starts(key, BY_LIBVIRT)) {
		return error_set(error, -EOPNOTSUPP, "nothing is known of guests like \"%s\"", key);
	}
	r = name_set(order.uuid, sizeof(order.uuid), key + strlen(BY_LIBVIRT));
	if (r < 0) {
		return error_set(error, r, "\"%s\" is too long for a guest", key);
	}
	r = read_devices(ops, key, &order, error);
	if (r >= 0) {
		r = worker_do(machine, &duty, deadline_after(machine->options.writer_timeout_ms),
			&sight.hypervisor, error);
	}
	if (r == -EINPROGRESS) {
		return error_set(error, -ETIMEDOUT, "looking for the guest takes for ever");
	}
	if (r < 0) {
		return r;
	}
	if (!sight.hypervisor.pid) {
		sight.state = process_alive(owner->daemon) ? GUEST_STARTING : GUEST_GONE;
	}
	*ret = sight;
	return 0;
}
