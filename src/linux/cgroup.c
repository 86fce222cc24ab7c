// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/cgroup.h"

#include "base/text.h"
#include "linux/attribute.h"

/* systemd's own hierarchy: unified, legacy (named "systemd"), hybrid. */
static const char *const tops[] = {
	"sys/fs/cgroup/cgroup.procs",
	"sys/fs/cgroup/systemd/cgroup.procs",
	"sys/fs/cgroup/unified/cgroup.procs",
};

void cgroup_leave(int root, pid_t pid) {
	char line[32];

	if (name_format(line, sizeof(line), "%d\n", (int)pid) < 0) {
		return;
	}
	for (size_t i = 0; i < COUNT(tops); i++) {
		(void)!attribute_write(root, tops[i], line, NULL);
	}
}
