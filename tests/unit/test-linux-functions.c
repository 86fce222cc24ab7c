// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/linux.h"

#include <errno.h>

#include "snapshot.h"

#define PHYSICAL "0000:3b:00.0"
#define SECOND   "0000:3b:00.1" /* of the same card, and not their physical function */
#define FUNCTION "0000:3b:00.2"

static int prove(const struct snapshot *snapshot, const char *device, struct error *error) {
	const struct linux_options options = {.root = snapshot->machine.path};
	struct ops *ops = linux_ops_new(&options, error);
	int r;

	assert_non_null(ops);
	r = ops->prove_functions_free(ops, device, error);
	linux_ops_free(ops);
	return r;
}

/* A guest that got its function from somebody else than baton. */
static void whoever_has_one_of_its_functions_is_named(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sriov-nic");
	struct error error = {0};

	assert_int_equal(prove(&snapshot, PHYSICAL, &error), 0);
	snapshot_link(&snapshot, "/sys/dev/char/240:0", "../../devices/virtual/vfio/93");
	snapshot_write(&snapshot, "/proc/500/comm", "qemu-system-x86\n");
	snapshot_write(&snapshot, "/proc/500/cgroup", "0::/machine.slice/vm.scope\n");
	snapshot_link(&snapshot, "/proc/500/fd/3", "/dev/vfio/93");
	assert_int_equal(prove(&snapshot, PHYSICAL, &error), -EBUSY);
	assert_non_null(strstr(error.text,
		FUNCTION " is a virtual function of " PHYSICAL ", would be removed, and is in use: "
			 "it is open in qemu-system-x86 (process 500, vm.scope, vfio/93); "));
	assert_int_equal(prove(&snapshot, SECOND, &error), 0);
	assert_int_equal(prove(&snapshot, "nothing", &error), -EINVAL);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_has_one_of_its_functions_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
