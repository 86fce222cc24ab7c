// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vf-count ADDRESS: how many virtual functions a device has. They are counted by their links: to
 * read sriov_numvfs waits for the device's lock on Linux 5.3 to 6.8. The driver of the device makes
 * and removes them, all at once, and the kernel gives the new ones their drivers.
 */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "linux/machine.h"
#include "linux/setting.h"

#define FILE_NAME "sriov_numvfs"
#define VFS_MAX   65535

static int get(
	struct machine *machine, const char *subject, char ret[VALUE_SIZE], struct error *error) {
	AUTO_CLOSE int fd = setting_open(machine->root, subject, error);
	AUTO_NAMES struct names names = {0};
	unsigned int count = 0;
	int r = fd < 0 ? fd : names_read(fd, ".", &names);

	if (fd >= 0 && r < 0) {
		return error_set(error, r, "cannot read what %s has: %s", subject, strerror(-r));
	}
	for (size_t i = 0; i < names.count; i++) {
		count += text_starts(names.names[i], "virtfn");
	}
	return r < 0 ? r : name_format(ret, VALUE_SIZE, "%u", count);
}

static int apply(struct machine *machine, const struct change *change, struct error *error) {
	const struct step *step = &change->step;
	unsigned long long count;
	int r;

	if (number_parse(step->to, VFS_MAX, &count) < 0) {
		return error_set(error, -EINVAL, "\"%s\" is no number of functions", step->to);
	}
	r = setting_write(machine->root, step->subject, FILE_NAME, step->to, error);
	return r < 0 ? error_add(error, r, "%s cannot be given %s virtual functions", step->subject,
			       step->to)
		     : 0;
}

const struct fact_row vf_count_row = {get, apply, .blocks = true};
