// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/guest.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>

#include "base/aside.h"
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

/* What a QEMU is told apart from others by: the word behind an option. */
struct mark {
	const char *option;
	const char *ending; /* of that word */
};

static bool is_marked(const char *word, size_t length, const struct mark *mark) {
	size_t size = strlen(mark->ending);

	return length >= size && strncasecmp(word + length - size, mark->ending, size) == 0;
}

/* Words end with a zero byte each. */
static bool has_mark(const char *command_line, size_t length, const struct mark *mark) {
	const char *end = command_line + length;
	bool next = false;

	for (const char *word = command_line; word < end;
		word += strnlen(word, (size_t)(end - word)) + 1) {
		size_t size = strnlen(word, (size_t)(end - word));

		if (next && is_marked(word, size, mark)) {
			return true;
		}
		next = size == strlen(mark->option) && memcmp(word, mark->option, size) == 0;
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

/* Whose command line does not come, because he is stuck, is told by the devices that he has. */
static bool is_marked_process(int root, int pid, const struct mark *mark) {
	AUTO_FREE char *command_line = NULL;
	char path[64];
	size_t length;

	return name_format(path, sizeof(path), "proc/%d/cmdline", pid) == 0 &&
	       aside_read_file(root, path, COMMAND_MAX, &command_line, &length) == 0 &&
	       has_mark(command_line, length, mark);
}

/*
 * Is it the guest? Then *ret, which a guess does not replace. Only a QEMU's command line is read,
 * and aside: a process that is stuck can block who reads its.
 */
static void judge(int root, int pid, const struct mark *mark, struct found *ret) {
	char path[64], program[NAME_MAX + 1];
	struct process_stat stat;
	struct found found = {.process.pid = (pid_t)pid};
	int r = name_format(path, sizeof(path), "proc/%d/exe", pid);

	if (r < 0 || process_stat_read(root, (pid_t)pid, &stat) < 0) {
		return;
	}
	found.process.start = stat.start;
	r = link_read_name(root, path, program, sizeof(program));
	if (r < 0) {
		found.maybe = true;
		if (r == -ENOENT && is_dying_hypervisor(&stat) && !ret->process.pid) {
			*ret = found;
		}
	} else if (is_hypervisor(program) && is_marked_process(root, pid, mark)) {
		*ret = found;
	}
}

static int find_by_uuid(int root, const char *uuid, struct found *ret) {
	AUTO_NAMES struct names names = {0};
	const struct mark mark = {"-uuid", uuid};
	int r = names_read(root, "proc", &names);

	for (size_t i = 0; r >= 0 && i < names.count && (!ret->process.pid || ret->maybe); i++) {
		unsigned long long pid;

		if (number_parse(names.names[i], INT_MAX, &pid) == 0) {
			judge(root, (int)pid, &mark, ret);
		}
	}
	return r;
}

/* As vm_running_locally of PVE::QemuServer::Helpers: a number may be another process's by now. */
static void find_by_pid_file(int root, const char *pid_file, struct found *ret) {
	const struct mark mark = {"-pidfile", strchr(&pid_file[1], '/')};
	unsigned long long pid;
	char line[32];

	if (file_read_line(root, pid_file, line, sizeof(line)) == 0 &&
		number_parse(line, INT_MAX, &pid) == 0) {
		judge(root, (int)pid, &mark, ret);
	}
}

static int find_by_devices(int root, const struct address *devices, size_t count,
	struct process *ret, struct error *error) {
	AUTO_HOLDERS struct holders holders = {0};
	const struct usage usage = {devices, count, USAGE_VFIO};
	size_t hidden;
	int r = usage_read(root, &usage, &holders, &hidden, error);

	for (size_t i = 0; r >= 0 && i < holders.count; i++) {
		struct process_stat stat;
		pid_t pid = (pid_t)holders.holders[i].who.pid;

		if (process_stat_read(root, pid, &stat) == 0) {
			*ret = (struct process){.pid = pid, .start = stat.start};
			return 0;
		}
	}
	return r;
}

int guest_find(int root, const struct traces *traces, struct found *ret, struct error *error) {
	struct found found = {0};
	int r = traces->uuid[0] ? find_by_uuid(root, traces->uuid, &found) : 0;

	if (r < 0) {
		return error_set(error, r, "cannot read /proc: %s", strerror(-r));
	}
	if (traces->pid_file[0]) {
		find_by_pid_file(root, traces->pid_file, &found);
	}
	if (!found.process.pid) {
		r = find_by_devices(root, traces->devices, traces->count, &found.process, error);
	}
	if (r >= 0) {
		*ret = found;
	}
	return r;
}

/* In the worker. */
static int find(struct machine *machine, const void *context, void *answer, struct error *error) {
	return guest_find(machine->root, context, answer, error);
}

/* Which devices the guest has stands in its journal. */
static int read_devices(
	struct ops *ops, const char *key, struct traces *traces, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	int r = journal_load(ops, key, &journal, error);

	if (r < 0) {
		return r == -ENOENT ? 0 : r;
	}
	for (size_t i = 0; i < journal->device_count; i++) {
		traces->devices[traces->count++] = journal->devices[i].address;
	}
	return 0;
}

/* The QEMU that has the guest's devices or its other traces; none: there is none. */
static int find_hypervisor(struct ops *ops, const char *key, struct traces *traces,
	struct found *ret, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	const struct duty duty = {find, traces, sizeof(*traces), sizeof(*ret)};
	int r = read_devices(ops, key, traces, error);

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

static int trace_libvirt(const char *id, struct traces *ret) {
	return name_set(ret->uuid, sizeof(ret->uuid), id);
}

static int trace_proxmox(const char *id, struct traces *ret) {
	return name_format(ret->pid_file, sizeof(ret->pid_file), GUEST_PROXMOX_PID_FILE, id);
}

/* Its devices are all that it is known by. */
static int trace_run(const char *id, struct traces *ret) {
	return 0;
}

/* By who called the door: how a guest's QEMU is found, and what becomes of one that has none. */
static const struct door {
	const char *name;
	int (*trace)(const char *id, struct traces *ret); /* NULL: there never is a QEMU */
	void (*look)(struct machine *machine, const char *id, const struct owner *owner,
		struct sight *sight);
} doors[] = {
	{"cycle", NULL, sight_of_command},
	{"hand", NULL, sight_by_hand},
	{"home", NULL, sight_of_way_home},
	{"libvirt", trace_libvirt, sight_by_libvirt},
	{"proxmox", trace_proxmox, sight_by_proxmox},
	{"qemu", trace_run, sight_by_run},
	{"rehearsal", NULL, sight_of_command},
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
	struct traces traces = {0};
	struct found found = {0};
	int r = 0;

	if (!door) {
		return error_set(error, -EOPNOTSUPP,
			"%s came by a door that this baton does not know: \"%s\"", key,
			owner->door);
	}
	if (door->trace && door->trace(id, &traces) < 0) {
		return error_set(error, -ENAMETOOLONG, "\"%s\" is too long for a guest", key);
	}
	r = door->trace ? find_hypervisor(ops, key, &traces, &found, error) : 0;
	if (r < 0) {
		return r;
	}
	sight.awaited = found.process;
	sight.maybe = found.maybe;
	if (!found.process.pid) {
		sight.state = GUEST_GONE;
		door->look((struct machine *)ops, id, owner, &sight);
	}
	*ret = sight;
	return 0;
}
