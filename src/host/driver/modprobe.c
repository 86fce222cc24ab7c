// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/modprobe.h"

int modprobe_read(int root, const struct line_reader *reader) {
	static const char *const directories[] = {"/etc/modprobe.d", "/run/modprobe.d",
		"/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"};
	static const struct drop_ins all = {directories, COUNT(directories), ".conf"};

	struct line_reader wrapped = *reader;

	wrapped.wrapped_comments = true;
	return lines_read_all(root, &all, &wrapped);
}
