// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reset-method ADDRESS: reset_method (Linux 5.15), the ways in which the kernel may reset the
 * device, in the order in which it tries them. It takes no list with a method that the device has
 * not, and asks the device for that, which wakes it. So what it has shown may be more than it
 * takes: function 0 was asked for "bus" before the other functions were there, and has it in its
 * list ever since.
 */
#include <errno.h>
#include <string.h>

#include "linux/machine.h"
#include "linux/setting.h"

#define FILE_NAME "reset_method"

static int get(
	struct machine *machine, const char *subject, char ret[VALUE_SIZE], struct error *error) {
	char methods[VALUE_SIZE];
	int r = setting_read(machine->root, subject, FILE_NAME, methods, sizeof(methods), error);

	if (r < 0) {
		return r;
	}
	strcpy(ret, methods[0] ? methods : VALUE_NONE);
	return 0;
}

static int apply(struct machine *machine, const struct change *change, struct error *error) {
	const struct step *step = &change->step;
	bool none = strcmp(step->to, VALUE_NONE) == 0;
	int r = setting_write(machine->root, step->subject, FILE_NAME, none ? "" : step->to, error);

	/* Then its own choice is nearest to what was there. */
	if (r == -EINVAL && change->home) {
		(void)!setting_write(machine->root, step->subject, FILE_NAME, "default", NULL);
	}
	return r;
}

const struct fact_row reset_method_row = {get, apply, .blocks = true};
