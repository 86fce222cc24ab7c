// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>
#include <string.h>

#include "front/command.h"
#include "linux/linux.h"

/* The one place that knows on which machine the operations work. */

static void (*tell_front)(const struct event *event);

static void tell(void *context, const struct event *event) {
	tell_front(event);
}

static struct ops *open_linux(const struct configuration *configuration,
	void (*tell_caller)(const struct event *event), struct error *error) {
	struct linux_options options = {
		.writer_timeout_ms = configuration->writer_timeout_s * 1000,
		.service_timeout_ms = configuration->service_timeout_s * 1000,
		.lock_timeout_ms = configuration->lock_timeout_s * 1000,
		.guard = true,
		.tell = tell_caller ? tell : NULL,
	};

	tell_front = tell_caller;
	return linux_ops_new(&options, error);
}

/*
 * The name by which we were called selects a door: a link in /etc/libvirt/hooks, whatever it is
 * called there, or one of ours anywhere.
 */
static bool is_libvirt_door(const char *path) {
	const char *slash = strrchr(path, '/');

	return strcmp(slash ? slash + 1 : path, "baton-libvirt-hook") == 0 ||
	       strstr(path, "/libvirt/hooks/");
}

int main(int argc, char **argv) {
	static const struct platform platform = {.open = open_linux, .close = linux_ops_free};

	if (argc < 1) {
		return RESULT_USAGE;
	}
	if (is_libvirt_door(argv[0])) {
		return door_libvirt(&platform, argc, argv);
	}
	return command_dispatch(&platform, argc, argv);
}
