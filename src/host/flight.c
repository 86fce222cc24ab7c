// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/flight.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "host/aside.h"
#include "host/attribute.h"
#include "host/link.h"

#define DEVICES     "sys/bus/pci/devices"
#define DRIVERS     "/bus/pci/drivers/"
#define PATH_SIZE   96
#define WRITTEN_MAX 32 /* an address and what may be around it */
#define FLIGHTS_MAX 8

/* How long to wait for the answer of a kernel that is busy with a task (aside.h). */
#define PATIENCE_MS 125
#define LIMIT_MS    10000

struct flights {
	size_t count;
	struct flight all[FLIGHTS_MAX];
};

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
		return -EIO;
	}
	ret[n] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	return 0;
}

/* Is the open file one by which drivers are given devices, and take leave of them? */
static bool is_of_drivers(int task, uint64_t number) {
	char path[PATH_SIZE], link[LINK_SIZE];

	return number <= INT_MAX && name_format(path, sizeof(path), "fd/%d", (int)number) >= 0 &&
	       link_read(task, path, link, sizeof(link)) >= 0 && strstr(link, DRIVERS) &&
	       (text_ends(link, "/unbind") || text_ends(link, "/bind"));
}

/* Which device a thread is binding or unbinding. -ENOENT: none. */
static int find_device(int task, struct address *ret) {
	char line[256], written[WRITTEN_MAX + 1];
	struct syscall call;
	int r = file_read_line(task, "syscall", line, sizeof(line));

	r = r < 0 ? r : syscall_parse(line, &call);
	if (r < 0 || call.number != SYS_write || call.arguments[2] > WRITTEN_MAX ||
		!is_of_drivers(task, call.arguments[0])) {
		return -ENOENT;
	}
	r = read_memory(task, call.arguments[1], call.arguments[2], written);
	return r < 0 ? r : address_parse(written, ret);
}

static void look_at_thread(int root, int tasks, const char *name, struct flights *flights) {
	AUTO_CLOSE int task = dir_open(tasks, name);
	struct flight *flight = &flights->all[flights->count];
	unsigned long long pid;

	*flight = (struct flight){0};
	if (task >= 0 && number_parse(name, INT_MAX, &pid) == 0 &&
		find_device(task, &flight->device) == 0 &&
		stuck_read(root, (int)pid, &flight->stuck) == 0) {
		flights->count++;
	}
}

/* Others than root cannot bind, and are many. */
static bool is_of_root(int process) {
	struct stat status;

	return fstat(process, &status) == 0 && status.st_uid == 0;
}

static void look_at_process(int root, const char *name, struct flights *flights) {
	AUTO_NAMES struct names threads = {0};
	AUTO_CLOSE int tasks = -1;
	char path[PATH_SIZE];

	if (name_format(path, sizeof(path), "proc/%s/task", name) < 0) {
		return;
	}
	tasks = dir_open(root, path);
	if (tasks < 0 || !is_of_root(tasks) || names_read(tasks, ".", &threads) < 0) {
		return;
	}
	for (size_t i = 0; i < threads.count && flights->count < FLIGHTS_MAX; i++) {
		look_at_thread(root, tasks, threads.names[i], flights);
	}
}

/* In a child: a task that is just becoming another program keeps us waiting. */
static void look_at_all(void *context, size_t index, void *ret_value) {
	const struct aside *aside = context;
	AUTO_NAMES struct names names = {0};
	unsigned long long pid;

	if (names_read(aside->root, "proc", &names) < 0) {
		return;
	}
	for (size_t i = 0; i < names.count; i++) {
		if (number_parse(names.names[i], INT_MAX, &pid) == 0) {
			look_at_process(aside->root, names.names[i], ret_value);
		}
	}
}

/* Switched on, and by nobody? Somebody's remove has not come to its end, or does not switch off. */
static bool is_on(int root, const struct device *device) {
	char path[PATH_SIZE];
	int64_t enabled = 0;

	return !device->driver[0] && !device_is_bridge(device) &&
	       name_format(path, sizeof(path), DEVICES "/%s/enable", device->name) >= 0 &&
	       file_read_signed(root, path, &enabled) >= 0 && enabled > 0;
}

static bool is_worth_it(int root, const struct host *host) {
	bool worth = false;

	for (size_t i = 0; i < host->device_count && !worth; i++) {
		worth = host->devices[i].in_flight || is_on(root, &host->devices[i]);
	}
	return worth;
}

static int keep(const struct flights *flights, struct host *host) {
	host->flights = calloc(flights->count, sizeof(*host->flights));
	if (!host->flights) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < flights->count; i++) {
		struct device *device = (struct device *)host_device(host, flights->all[i].device);

		if (device) {
			device->in_flight = true;
			host->flights[host->flight_count++] = flights->all[i];
		}
	}
	return 0;
}

int flights_read(int root, struct host *host, bool *looked) {
	AUTO_FREE struct flights *flights = NULL;
	struct aside aside = {
		.read = look_at_all,
		.context = &aside,
		.size = sizeof(*flights),
		.root = root,
		.patience_ms = PATIENCE_MS,
		.limit_ms = LIMIT_MS,
	};
	bool answered = false;
	int r;

	if (*looked || !is_worth_it(root, host)) {
		return 0;
	}
	*looked = true;
	flights = calloc(1, sizeof(*flights));
	if (!flights) {
		return -ENOMEM;
	}
	r = aside_read(&aside, 1, flights, &answered);
	return r < 0 || flights->count == 0 ? r : keep(flights, host);
}
