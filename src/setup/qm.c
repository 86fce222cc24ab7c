// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/qm.h"

#include "base/text.h"
#include "setup/program.h"

#include <assert.h>
#include <errno.h>

static int run(const char *const *argv, unsigned int timeout_ms, struct error *error) {
	const struct program program = {.argv = argv, .timeout_ms = timeout_ms};
	int r = program_run(&program, error);

	return r == -EIO ? error_set(error, r, "%s set %s %s %s failed", argv[0], argv[2], argv[3],
				   argv[4])
			 : r;
}

int qm_set_hookscript(const char *program, unsigned int vmid, const char *volume,
	unsigned int timeout_ms, struct error *error) {
	char number[16];
	const char *const set[] = {program, "set", number, "--hookscript", volume, NULL};
	const char *const delete[] = {program, "set", number, "--delete", "hookscript", NULL};
	int r = name_format(number, sizeof(number), "%u", vmid);

	assert(r == 0);
	return run(volume ? set : delete, timeout_ms, error);
}
