// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bar-size ADDRESS: the sizes of the resizable BARs. The kernel takes a new one only while no
 * driver has the device (resourceN_resize, Linux 6.1), under the device's lock, and gives all of
 * the bus new places for it.
 */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "host/bars.h"
#include "linux/machine.h"
#include "linux/setting.h"

#define SMALLEST_BIT 20 /* bit 0 of what the kernel takes means 1 MiB */

static int get(
	struct machine *machine, const char *subject, char ret[VALUE_SIZE], struct error *error) {
	AUTO_CLOSE int fd = setting_open(machine->root, subject, error);
	char sizes[BARS_SIZE];

	if (fd < 0) {
		return fd;
	}
	bars_find(fd, sizes);
	if (!sizes[0]) {
		return error_set(error, -ENODEV, "%s has no resizable BAR", subject);
	}
	return name_set(ret, VALUE_SIZE, sizes);
}

static int resize(struct machine *machine, const char *subject, unsigned int bar, uint64_t size,
	struct error *error) {
	char name[32], bit[8];
	int r = name_format(name, sizeof(name), "resource%u_resize", bar);

	r = r < 0 ? r
		  : name_format(bit, sizeof(bit), "%d",
			    __builtin_ctzll((unsigned long long)size) - SMALLEST_BIT);
	return r < 0 ? error_set(error, r, "no such BAR")
		     : setting_write(machine->root, subject, name, bit, error);
}

/* Is that BAR of that size in the text? */
static bool has_size(const char *sizes, unsigned int bar, uint64_t size) {
	unsigned int other;
	uint64_t is;

	while (bars_take(&sizes, &other, &is)) {
		if (other == bar) {
			return is == size;
		}
	}
	return false;
}

static int apply(struct machine *machine, const struct change *change, struct error *error) {
	const struct step *step = &change->step;
	const char *wanted = step->to;
	char now[VALUE_SIZE], driver[DRIVER_SIZE];
	unsigned int bar;
	uint64_t size;
	AUTO_CLOSE int fd = setting_open(machine->root, step->subject, error);
	int r = fd < 0 ? fd : get(machine, step->subject, now, error);

	if (r == 0 && link_read_name(fd, "driver", driver, sizeof(driver)) == 0) {
		return error_set(error, -EBUSY, "driver %s has %s, so its BARs stay as they are",
			driver, step->subject);
	}
	while (r == 0 && bars_take(&wanted, &bar, &size)) {
		r = has_size(now, bar, size) ? 0 : resize(machine, step->subject, bar, size, error);
	}
	return r == 0 && *wanted ? error_set(error, -EINVAL, "\"%s\" are no sizes", step->to) : r;
}

const struct fact_row bar_size_row = {get, apply, .blocks = true};
