// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/flight.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/text.h"
#include "host/attribute.h"
#include "host/driver/stuck.h"
#include "host/holder/pids.h"
#include "host/holder/process.h"
#include "host/link.h"

#define DRIVERS     "/bus/pci/drivers/"
#define PATH_SIZE   96
#define WRITTEN_MAX 32 /* an address and what may be around it */
#define FLIGHTS_MAX 8

/* How long to wait for the answer of a kernel that is busy with a task (aside.h). */
#define PATIENCE_MS 125
#define LIMIT_MS    10000

struct found {
	struct flight flight;
	bool waits; /* it is none: somebody waits for its end, to read what the device shows */
};

/* Shared with the children: those below count are whole. */
struct flights {
	size_t count;
	struct found all[FLIGHTS_MAX];
};

struct search {
	int root;
	struct pids pids;
	struct flights *flights;
};

static void search_done(struct search *search) {
	pids_free(&search->pids);
	aside_memory_free(search->flights, sizeof(*search->flights));
}

int syscall_parse(const char *line, struct syscall *ret) {
	struct syscall call;

	if (sscanf(line, "%ld 0x%" SCNx64 " 0x%" SCNx64 " 0x%" SCNx64, &call.number,
		    &call.arguments[0], &call.arguments[1], &call.arguments[2]) != 4) {
		return -ENOENT;
	}
	*ret = call;
	return 0;
}

/* What stands in the memory of a task. */
static int read_memory(int task, uint64_t at, size_t length, char ret[WRITTEN_MAX + 1]) {
	AUTO_CLOSE int memory = path_open(task, "mem", O_RDONLY);
	ssize_t n = memory < 0 ? -1 : pread(memory, ret, length, (off_t)at);

	if (n <= 0) {
		return memory < 0 ? memory : -EIO;
	}
	ret[n] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	return 0;
}

static int read_file_of(int task, const struct syscall *call, char ret[LINK_SIZE]) {
	char path[PATH_SIZE];

	if (call->arguments[0] > INT_MAX ||
		name_format(path, sizeof(path), "fd/%d", (int)call->arguments[0]) < 0) {
		return -EBADF;
	}
	return link_read(task, path, ret, LINK_SIZE);
}

/* Which device a thread is binding or unbinding. -ENOENT: none. */
static int find_written(int task, const struct syscall *call, struct address *ret) {
	char link[LINK_SIZE], written[WRITTEN_MAX + 1];
	int r = call->arguments[2] > WRITTEN_MAX ? -ENOENT : read_file_of(task, call, link);

	if (r < 0 || !strstr(link, DRIVERS) ||
		!(text_ends(link, "/unbind") || text_ends(link, "/bind"))) {
		return -ENOENT;
	}
	r = read_memory(task, call->arguments[1], call->arguments[2], written);
	return r < 0 ? r : address_parse(written, ret);
}

/*
 * Which device's lock a reader waits for: one of ours, mostly, left behind after whoever had the
 * lock died with it. Nobody has to follow it. -ENOENT: none.
 */
static int find_awaited(int task, const struct syscall *call, struct address *ret) {
	char link[LINK_SIZE];
	int r = read_file_of(task, call, link);

	return r < 0 || !text_ends(link, "/driver_override") ? -ENOENT : link_device(link, ret);
}

static bool is_forbidden(int r) {
	return r == -EACCES || r == -EPERM;
}

static int find_device(int task, struct found *found) {
	struct syscall call;
	char line[256];
	int r = file_read_line(task, "syscall", line, sizeof(line));

	r = r < 0 ? r : syscall_parse(line, &call);
	if (r < 0) {
		return r;
	}
	found->waits = call.number == SYS_read;
	if (found->waits) {
		return find_awaited(task, &call, &found->flight.device);
	}
	return call.number == SYS_write ? find_written(task, &call, &found->flight.device)
					: -ENOENT;
}

/* -EACCES, -EPERM: it does not let us look. */
static int look_at_thread(int root, int tasks, const char *name, struct flights *flights) {
	AUTO_CLOSE int task = dir_open(tasks, name);
	struct found *found = &flights->all[flights->count];
	unsigned long long pid;
	int r = task < 0 ? task : number_parse(name, INT_MAX, &pid);

	*found = (struct found){0};
	r = r < 0 ? r : find_device(task, found);
	r = r < 0 ? r : stuck_read_here(root, (int)pid, &found->flight.stuck);
	flights->count += r == 0;
	return r;
}

/* Others than root cannot bind, and are many. In a captured machine root is whose the files are. */
static bool is_of_root(int proc, int process) {
	struct stat all, one;

	return fstat(proc, &all) == 0 && fstat(process, &one) == 0 && one.st_uid == all.st_uid;
}

static int look_at_process(const struct search *search, int pid) {
	AUTO_NAMES struct names threads = {0};
	AUTO_CLOSE int proc = dir_open(search->root, "proc"), tasks = -1;
	struct flights *flights = search->flights;
	char path[PATH_SIZE];
	int r = name_format(path, sizeof(path), "%d/task", pid);

	tasks = proc < 0 || r < 0 ? -1 : dir_open(proc, path);
	if (tasks < 0 || !is_of_root(proc, tasks) || names_read(tasks, ".", &threads) < 0) {
		return 0;
	}
	for (size_t i = 0; i < threads.count && flights->count < FLIGHTS_MAX && !is_forbidden(r);
		i++) {
		r = look_at_thread(search->root, tasks, threads.names[i], flights);
	}
	return is_forbidden(r) && !process_is_kernel_thread(search->root, pid) ? -EACCES : 0;
}

/* In a child: a task that is just becoming another program keeps us waiting. Its value: is the
 * process hidden? */
static void look_at(void *context, size_t index, void *ret_value) {
	const struct search *search = context;
	bool hidden = look_at_process(search, search->pids.pids[index]) < 0;

	memcpy(ret_value, &hidden, sizeof(hidden));
}

static bool is_worth_it(const struct host *host) {
	bool worth = false;

	for (size_t i = 0; i < host->device_count && !worth; i++) {
		worth = host->devices[i].in_flight || host->devices[i].is_on;
	}
	return worth;
}

static int keep(const struct flights *flights, struct host *host) {
	host->flights = calloc(flights->count + 1, sizeof(*host->flights));
	if (!host->flights) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < flights->count; i++) {
		const struct found *found = &flights->all[i];
		struct device *device = (struct device *)host_device(host, found->flight.device);

		if (device) {
			device->in_flight = true;
		}
		if (device && !found->waits) {
			host->flights[host->flight_count++] = found->flight;
		}
	}
	return 0;
}

/* Of whom it is not known who is at work on them. */
static void doubt(struct host *host) {
	for (size_t i = 0; i < host->device_count; i++) {
		struct device *device = &host->devices[i];

		device->maybe_in_flight = !device->in_flight && device->is_on;
	}
}

/* *ret_hidden: there are some of root's that did not let us look, or not in time. */
static int look_at_all(const struct search *search, bool *ret_hidden) {
	const struct aside aside = {
		.read = look_at,
		.context = (void *)search,
		.size = sizeof(bool),
		.root = search->root,
		.patience_ms = PATIENCE_MS,
		.limit_ms = LIMIT_MS,
	};
	size_t count = search->pids.count;
	AUTO_FREE bool *hidden = calloc(count + 1, sizeof(*hidden));
	AUTO_FREE bool *answered = calloc(count + 1, sizeof(*answered));
	int r = hidden && answered ? aside_read(&aside, count, hidden, answered) : -ENOMEM;

	*ret_hidden = false;
	for (size_t i = 0; i < count && r == 0; i++) {
		*ret_hidden |= !answered[i] || hidden[i];
	}
	return r;
}

int flights_read(int root, struct host *host, bool *looked) {
	CLEANUP(search_done) struct search search = {.root = root};
	bool hidden;
	int r;

	if (*looked || !is_worth_it(host)) {
		return 0;
	}
	*looked = true;
	r = pids_read(root, &search.pids);
	search.flights = aside_memory_new(sizeof(*search.flights));
	if (r < 0 || !search.flights) {
		return r < 0 ? r : -ENOMEM;
	}
	r = look_at_all(&search, &hidden);
	r = r < 0 ? r : keep(search.flights, host);
	if (r == 0 && hidden) {
		doubt(host);
	}
	return r;
}
