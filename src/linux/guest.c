// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/guest.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>

#include "base/text.h"
#include "linux/deadline.h"
#include "linux/process.h"
#include "linux/usage.h"
#include "linux/worker.h"
#include "run/journal.h"

#define COMMAND_MAX (1U << 20)

/*
 * A hypervisor's daemon that lives calls its door when the guest ends, and takes care of the
 * devices itself before that; libvirt's, if it was killed, comes back and does the same. Only after
 * this time is the card brought home without it.
 */
#define GRACE_US ((uint64_t)15 * 1000 * 1000)

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
	int r = uuid[0] ? find_by_uuid(root, uuid, &found) : 0;

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

/* The QEMU that has the devices, or the UUID; none: there is none. */
static int find_hypervisor(struct ops *ops, const char *key, const char *uuid, struct process *ret,
	struct error *error) {
	struct machine *machine = (struct machine *)ops;
	struct order order = {0};
	const struct duty duty = {find, &order, sizeof(order), sizeof(struct process)};
	int r = name_set(order.uuid, sizeof(order.uuid), uuid);

	if (r < 0) {
		return error_set(error, r, "\"%s\" is too long for a guest", key);
	}
	r = read_devices(ops, key, &order, error);
	if (r >= 0) {
		r = worker_do(machine, &duty, deadline_after(machine->options.writer_timeout_ms),
			ret, error);
	}
	return r == -EINPROGRESS
		       ? error_set(error, -ETIMEDOUT, "looking for the guest takes for ever")
		       : r;
}

/* Only a person ends it. */
static void sight_by_hand(
	struct machine *machine, const char *id, const struct owner *owner, struct sight *sight) {
	sight->state = GUEST_RUNNING;
}

/* It never was a guest. */
static void sight_of_way_home(
	struct machine *machine, const char *id, const struct owner *owner, struct sight *sight) {
	sight->state = GUEST_GONE;
}

/* The daemon called the door and lives: it starts the guest, or is about to call again. */
static void sight_by_libvirt(
	struct machine *machine, const char *id, const struct owner *owner, struct sight *sight) {
	sight->grace_us = GRACE_US;
	if (process_alive(owner->daemon)) {
		sight->state = GUEST_STARTING;
		sight->awaited = owner->daemon;
	}
}

/* `baton run` waits for its QEMU and brings the card home itself. */
static void sight_by_run(
	struct machine *machine, const char *id, const struct owner *owner, struct sight *sight) {
	if (process_alive(owner->runner)) {
		sight->state = GUEST_STARTING;
		sight->awaited = owner->runner;
		sight->grace_us = GRACE_US;
	}
}

/* There is no guest: it ends with the command that has it, and nobody else is going to come. */
static void sight_of_command(
	struct machine *machine, const char *id, const struct owner *owner, struct sight *sight) {
	if (process_alive(owner->runner)) {
		sight->state = GUEST_STARTING;
		sight->awaited = owner->runner;
	}
}

/*
 * Whoever starts, stops or cleans up a guest of Proxmox has its configuration locked meanwhile
 * (contracts.md A2, A3). If nobody has, nobody is going to call the door for a start that failed,
 * and maybe nobody for an end.
 */
static void sight_by_proxmox(
	struct machine *machine, const char *id, const struct owner *owner, struct sight *sight) {
	char path[64];
	AUTO_CLOSE int fd = -1;

	if (name_format(path, sizeof(path), GUEST_PROXMOX_LOCKS "/lock-%s.conf", id) < 0) {
		return;
	}
	fd = file_open(machine->root, path);
	/* Given back at once, with the file: Proxmox waits ten seconds for it. */
	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
		sight->state = GUEST_STARTING;
		sight->grace_us = GRACE_US;
	}
}

/* What becomes of guests that have no QEMU, by who called the door. */
static const struct door {
	const char *name;
	bool has_hypervisor;
	void (*look)(struct machine *machine, const char *id, const struct owner *owner,
		struct sight *sight);
} doors[] = {
	{"cycle", false, sight_of_command},
	{"hand", false, sight_by_hand},
	{"home", false, sight_of_way_home},
	{"libvirt", true, sight_by_libvirt},
	{"proxmox", true, sight_by_proxmox},
	{"qemu", true, sight_by_run},
	{"rehearsal", false, sight_of_command},
};

static const struct door *find_door(const char *name) {
	for (size_t i = 0; i < COUNT(doors); i++) {
		if (strcmp(doors[i].name, name) == 0) {
			return &doors[i];
		}
	}
	return NULL;
}

int guest_look(struct ops *ops, const char *key, const struct owner *owner, struct sight *ret,
	struct error *error) {
	const struct door *door = find_door(owner->door);
	const char *colon = strchr(key, ':');
	const char *id = colon ? colon + 1 : key;
	struct sight sight = {.state = GUEST_RUNNING};
	int r = 0;

	if (!door) {
		return error_set(error, -EOPNOTSUPP,
			"%s came by a door that this baton does not know: \"%s\"", key,
			owner->door);
	}
	if (door->has_hypervisor) {
		const char *uuid = door->look == sight_by_libvirt ? id : "";

		r = find_hypervisor(ops, key, uuid, &sight.awaited, error);
	}
	if (r < 0) {
		return r;
	}
	if (!sight.awaited.pid) {
		sight.state = GUEST_GONE;
		door->look((struct machine *)ops, id, owner, &sight);
	}
	*ret = sight;
	return 0;
}
