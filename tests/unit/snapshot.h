/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "host/host.h"
#include "machine.h"

/* What the tests of the host layer do over and over: read a machine and ask for its parts. */
struct snapshot {
	struct machine machine;
	struct host host;
};

static inline void snapshot_read(struct snapshot *snapshot) {
	struct error error = {0};

	host_free(&snapshot->host);
	if (host_read(snapshot->machine.root, &snapshot->host, &error) < 0 ||
		host_read_holders(snapshot->machine.root, &snapshot->host, &error) < 0) {
		fail_msg("%s", error.text);
	}
}

static inline struct snapshot snapshot_take(const char *name) {
	struct snapshot snapshot = {0};

	assert_int_equal(machine_load(name, &snapshot.machine), 0);
	snapshot_read(&snapshot);
	return snapshot;
}

static inline void snapshot_free(struct snapshot *snapshot) {
	host_free(&snapshot->host);
	machine_free(&snapshot->machine);
}

#define AUTO_SNAPSHOT CLEANUP(snapshot_free)

static inline struct address address_of(const char *name) {
	struct address address = {0};

	assert_int_equal(address_parse(name, &address), 0);
	return address;
}

static inline const struct device *device_of(const struct snapshot *snapshot, const char *name) {
	const struct device *device = host_device(&snapshot->host, address_of(name));

	assert_non_null(device);
	return device;
}

/* The holder of that kind and name on the device, or NULL. */
static inline const struct holder *holder_of(const struct snapshot *snapshot, const char *device,
	enum holder_kind kind, const char *name) {
	for (size_t i = 0; i < snapshot->host.holder_count; i++) {
		const struct holder *holder = &snapshot->host.holders[i];

		if (holder->kind == kind && strcmp(holder->name, name) == 0 &&
			address_compare(holder->device, address_of(device)) == 0) {
			return holder;
		}
	}
	return NULL;
}

/* How many keep the device. */
static inline size_t holders_of(const struct snapshot *snapshot, const char *device) {
	size_t count = 0;

	for (size_t i = 0; i < snapshot->host.holder_count; i++) {
		const struct holder *holder = &snapshot->host.holders[i];

		count += address_compare(holder->device, address_of(device)) == 0 &&
			 holder_keeps(holder);
	}
	return count;
}

/* Each stops the test if it cannot be done; the machine is to be read again afterwards. */
static inline void snapshot_write(
	const struct snapshot *snapshot, const char *path, const char *data) {
	assert_int_equal(machine_write(&snapshot->machine, path, data), 0);
}

static inline void snapshot_link(
	const struct snapshot *snapshot, const char *path, const char *target) {
	assert_int_equal(machine_link(&snapshot->machine, path, target), 0);
}

static inline void snapshot_remove(const struct snapshot *snapshot, const char *path) {
	assert_int_equal(machine_remove(&snapshot->machine, path), 0);
}
