// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "front/command.h"
#include "linux/actor.h"
#include "linux/aside.h"
#include "linux/child.h"
#include "linux/errand.h"
#include "linux/limit.h"
#include "linux/linux.h"
#include "linux/lock.h"
#include "linux/memory.h"
#include "linux/pause.h"
#include "linux/rom.h"
#include "linux/store.h"

/* The one place that knows on which machine the operations work. */

static struct ops *open_linux(const struct configuration *configuration,
	void (*tell)(void *context, const struct event *event), void *context,
	struct error *error) {
	struct linux_options options = {
		.writer_timeout_ms = configuration->writer_timeout_s * 1000,
		.service_timeout_ms = configuration->service_timeout_s * 1000,
		.process_timeout_ms = configuration->process_timeout_s * 1000,
		.lock_timeout_ms = configuration->lock_timeout_s * 1000,
		.guard = true,
		.tell = tell,
		.context = context,
	};

	return linux_ops_new(&options, error);
}

/*
 * The name by which we were called selects a door: a link where a hypervisor looks for its hooks,
 * whatever it is called there, or one of ours anywhere.
 */
static const struct door {
	const char *name;
	const char *place;
	int (*enter)(const struct platform *platform, int argc, char **argv);
} doors[] = {
	{"baton-libvirt-hook", "/libvirt/hooks/", door_libvirt},
	{"baton-proxmox-hook", "/snippets/", door_proxmox},
};

int main(int argc, char **argv) {
	static const struct platform platform = {
		.open = open_linux,
		.close = linux_ops_free,
		.lock_holder = lock_holder,
		.find_actor = actor_find,
		.journal_written = store_written,
		.recall = memory_read,
		.remember = memory_write,
		.forget = memory_remove,
		.log = linux_log,
		.read_rom = rom_read,
		.write_file = rom_write,
		.run = child_run,
		.errand_begin = errand_begin,
		.errand_end = errand_end,
		.pause = pause_wait,
		.aside = aside_step,
		.limit = limit_time,
	};
	const char *slash;

	if (argc < 1) {
		return RESULT_USAGE;
	}
	slash = strrchr(argv[0], '/');
	for (size_t i = 0; i < COUNT(doors); i++) {
		if (strcmp(slash ? slash + 1 : argv[0], doors[i].name) == 0 ||
			strstr(argv[0], doors[i].place)) {
			return doors[i].enter(&platform, argc, argv);
		}
	}
	return command_dispatch(&platform, argc, argv);
}
