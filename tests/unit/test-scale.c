// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot.h"

#include <sys/resource.h>

#include "base/aside.h"
#include "base/trace.h"
#include "inventory/inventory.h"

/*
 * What `baton list` reads of machines with 256, 1 024 and 4 096 devices
 * (tests/machines/gpu-server.py writes them): the file operations for each device do not become
 * more, and neither does the time.
 */

#define TRACE_SIZE ((size_t)256 << 20)

struct measured {
	size_t devices;
	size_t operations;
	double milliseconds; /* of processor time, of children too */
};

static double spent(void) {
	const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
	double sum = 0;

	for (size_t i = 0; i < COUNT(whose); i++) {
		struct rusage usage;

		assert_int_equal(getrusage(whose[i], &usage), 0);
		sum += (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
		       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
	}
	return sum;
}

static int count(void *context, enum trace_kind kind, const char *path) {
	(void)kind;
	(void)path;
	(*(size_t *)context)++;
	return 0;
}

static void look(int root, struct measured *ret) {
	AUTO_HOST struct host host = {0};
	AUTO_INVENTORY struct inventory inventory = {0};

	assert_int_equal(host_read(root, &host, NULL), 0);
	assert_int_equal(host_read_holders(root, &host, NULL), 0);
	assert_int_equal(inventory_read(root, &host, &inventory, NULL), 0);
	ret->devices = host.device_count;
}

/* The time without, the operations with notes being made. */
static void measure(const char *name, struct measured *ret) {
	AUTO_MACHINE struct machine machine = {.root = -1};
	struct trace *trace = aside_memory_new(TRACE_SIZE);
	double before;

	assert_non_null(trace);
	assert_int_equal(machine_load(name, &machine), 0);
	*ret = (struct measured){0};
	before = spent();
	look(machine.root, ret);
	ret->milliseconds = spent() - before;
	trace_begin(trace, TRACE_SIZE);
	look(machine.root, ret);
	assert_int_equal(trace_end(), 0);
	assert_int_equal(trace_each(trace, count, &ret->operations), 0);
	aside_memory_free(trace, TRACE_SIZE);
}

static double for_each_more(const struct measured *a, const struct measured *b) {
	return (double)(b->operations - a->operations) / (double)(b->devices - a->devices);
}

static void operations_and_time_grow_with_the_devices_and_no_faster(void **state) {
	struct measured small, middle, large;

	measure(SERVERS "/server-256.umockdev", &small);
	measure(SERVERS "/server-1024.umockdev", &middle);
	measure(SERVERS "/server-4096.umockdev", &large);
	assert_int_equal(small.devices, 256);
	assert_int_equal(middle.devices, 1024);
	assert_int_equal(large.devices, 4096);
	print_message("operations %zu %zu %zu, %.1f a device; milliseconds %.0f %.0f %.0f\n",
		small.operations, middle.operations, large.operations,
		for_each_more(&middle, &large), small.milliseconds, middle.milliseconds,
		large.milliseconds);
	/* The mix of devices is not quite the same: of one size more are accelerators. */
	assert_true(for_each_more(&middle, &large) < 1.02 * for_each_more(&small, &middle));
	assert_true(for_each_more(&middle, &large) > 0.98 * for_each_more(&small, &middle));
	assert_true(for_each_more(&middle, &large) < 30);
	/* Four times as many devices: what grows with their square takes sixteen times as long. */
	assert_true(large.milliseconds < 7 * middle.milliseconds);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_and_time_grow_with_the_devices_and_no_faster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
