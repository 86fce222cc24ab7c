// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/oops.h"

#include "linux/machine.h"

#define COUNT_FILE "sys/kernel/oops_count"
#define TAINT_FILE "proc/sys/kernel/tainted"
#define TAINT_DIE  7

int64_t oopses_read(struct ops *ops) {
	const struct machine *machine = (const struct machine *)ops;
	int64_t count;

	if (file_read_signed(machine->root, COUNT_FILE, &count) == 0) {
		return count;
	}
	return file_read_signed(machine->root, TAINT_FILE, &count) == 0 ? (count >> TAINT_DIE) & 1
									: -1;
}
