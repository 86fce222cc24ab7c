// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/vigil.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>

#include "base/text.h"

/* Where the classes that host/holder/node.c knows have their nodes. What is not there yet has none.
 */
static const char *const places[] = {"dev", "dev/accel", "dev/dri", "dev/infiniband",
	"dev/nvidia-caps", "dev/snd", "dev/vfio", "dev/vfio/devices"};

/* Opened all the time, and of no device. */
static const char *const harmless[] = {
	"console", "full", "kmsg", "null", "ptmx", "random", "tty", "urandom", "zero"};

void vigil_end(struct machine *machine) {
	closep(&machine->vigil.opens);
	machine->vigil.opens = -1;
	machine->vigil.count = 0;
}

void vigil_begin(struct machine *machine) {
	struct vigil *vigil = &machine->vigil;
	char path[64];

	vigil_end(machine);
	vigil->opens = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	for (size_t i = 0; vigil->opens >= 0 && i < COUNT(places); i++) {
		/* inotify knows no paths below a directory fd. */
		if (name_format(path, sizeof(path), "/proc/self/fd/%d/%s", machine->root,
			    places[i]) < 0 ||
			(inotify_add_watch(vigil->opens, path, IN_OPEN | IN_ONLYDIR) < 0 &&
				errno != ENOENT)) {
			vigil_end(machine);
		}
	}
}

void vigil_note_free(struct machine *machine, struct address device) {
	struct vigil *vigil = &machine->vigil;

	if (vigil->opens >= 0 && vigil->count < COUNT(vigil->free)) {
		vigil->free[vigil->count++] = device;
	}
}

static bool is_harmless(const struct inotify_event *event) {
	/* A directory that is listed; its nodes have names. */
	if (event->mask & IN_ISDIR || (event->mask & IN_OPEN && event->len == 0)) {
		return true;
	}
	for (size_t i = 0; i < COUNT(harmless); i++) {
		if (event->len > 0 && strcmp(event->name, harmless[i]) == 0) {
			return true;
		}
	}
	/* A place that goes (IN_IGNORED) takes its nodes along. */
	return event->mask & IN_IGNORED;
}

/* Has somebody opened something? Too many events (IN_Q_OVERFLOW) say so too. */
static bool is_disturbed(int opens) {
	_Alignas(struct inotify_event) char events[4096];
	ssize_t n;

	while ((n = read(opens, events, sizeof(events))) > 0) {
		const char *at = events;

		while (at < events + n) {
			const struct inotify_event *event = (const void *)at;

			if (!is_harmless(event)) {
				return true;
			}
			at += sizeof(*event) + event->len;
		}
	}
	return errno != EAGAIN;
}

bool vigil_knows_free(struct machine *machine, struct address device) {
	struct vigil *vigil = &machine->vigil;

	if (vigil->opens < 0) {
		return false;
	}
	if (is_disturbed(vigil->opens)) {
		vigil_end(machine);
		return false;
	}
	for (size_t i = 0; i < vigil->count; i++) {
		if (address_compare(vigil->free[i], device) == 0) {
			return true;
		}
	}
	return false;
}

void vigil_drop(struct machine *machine, struct address device) {
	struct vigil *vigil = &machine->vigil;

	for (size_t i = 0; i < vigil->count; i++) {
		if (address_compare(vigil->free[i], device) == 0) {
			vigil->free[i--] = vigil->free[--vigil->count];
		}
	}
}
