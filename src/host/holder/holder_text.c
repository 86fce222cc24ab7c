// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/holder_text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct {
	const char *name;
	const char *predicate;
} ways[] = {
	[WAY_OPEN] = {"open", "is open in"},
	[WAY_MAPPED] = {"mapped", "is mapped into the memory of"},
	[WAY_BUFFER] = {"buffer", "has a buffer that is in the hands of"},
	[WAY_DIRECTORY] = {"directory", "carries the working directory of"},
	[WAY_FILE] = {"file", "carries files that are open in"},
};

const char *holder_way_name(enum holder_way way) {
	assert(way < COUNT(ways));
	return ways[way].name;
}

/* What is empty is left out. */
static void add(char ret[HOLDER_TEXT_SIZE], const char *before, const char *value) {
	size_t length = strlen(ret);

	if (value[0]) {
		snprintf(ret + length, HOLDER_TEXT_SIZE - length, "%s%s", before, value);
	}
}

static void format_process(const struct holder *holder, char ret[HOLDER_TEXT_SIZE]) {
	snprintf(ret, HOLDER_TEXT_SIZE, "%s %s (process %d", ways[holder->way].predicate,
		holder->name[0] ? holder->name : "a program", holder->who.pid);
	/* Who has no name is a number. */
	add(ret, strchr("0123456789", holder->who.user[0]) ? " of user " : " of ",
		holder->who.user);
	add(ret, ", ", holder->who.unit);
	add(ret, ", ", holder->who.user_unit);
	add(ret, ", container ", holder->who.unit[0] ? "" : holder->who.container);
	add(ret, ", guest ", holder->who.guest);
	add(ret, ", ", holder->node);
	add(ret, "", ")");
}

/* What people call the types of volumes. */
static const struct {
	const char *type;
	const char *noun;
} volumes[] = {
	{"LVM", "logical volume"},
	{"crypt", "opened encrypted volume"},
	{"multipath", "multipath map"},
	{"RAID", "array"},
	{"cache", "cache"},
	{"loop", "loop device"},
};

static void format_volume(const struct holder *holder, char ret[HOLDER_TEXT_SIZE]) {
	const char *noun = "device-mapper volume";
	bool same = strcmp(holder->name, holder->node) == 0;

	for (size_t i = 0; i < COUNT(volumes); i++) {
		if (strcmp(holder->type, volumes[i].type) == 0) {
			noun = volumes[i].noun;
		}
	}
	snprintf(ret, HOLDER_TEXT_SIZE, "carries the %s %s%s%s%s, which is active", noun,
		holder->name, same ? "" : " (", same ? "" : holder->node, same ? "" : ")");
}

static void format_mount(const struct holder *holder, char ret[HOLDER_TEXT_SIZE]) {
	if (holder->who.pid == 0) {
		snprintf(ret, HOLDER_TEXT_SIZE, "carries the file system mounted on %s (%s)",
			holder->name, holder->node);
	} else {
		snprintf(ret, HOLDER_TEXT_SIZE,
			"carries the file system that process %d%s%s has mounted on %s (%s)",
			holder->who.pid, holder->who.unit[0] ? " of " : "", holder->who.unit,
			holder->name, holder->node);
	}
}

static void format_login(const struct holder *holder, char ret[HOLDER_TEXT_SIZE]) {
	snprintf(ret, HOLDER_TEXT_SIZE, "carries %s (%s, process %d",
		holder->own ? "the connection by which you are here" : "a remote login",
		holder->name, holder->who.pid);
	add(ret, ", ", holder->who.unit);
	add(ret, ", by ", holder->node);
	add(ret, "", ")");
}

static void format_network(const struct holder *holder, char ret[HOLDER_TEXT_SIZE]) {
	if (holder->kind == HOLDER_ROUTE) {
		snprintf(ret, HOLDER_TEXT_SIZE, "carries the default route (%s)", holder->name);
	} else if (holder->kind == HOLDER_GUEST) {
		snprintf(ret, HOLDER_TEXT_SIZE,
			"carries the network of a guest or container that runs (%s, by %s)",
			holder->name, holder->node);
	} else if (holder->kind == HOLDER_REMOTE) {
		snprintf(ret, HOLDER_TEXT_SIZE, "carries the way to %s (%s, by %s)", holder->name,
			holder->type, holder->node);
	} else {
		snprintf(ret, HOLDER_TEXT_SIZE, "has the network interface %s, which is up",
			holder->name);
	}
}

/* What is only worth knowing. */
static void format_bystander(const struct holder *holder, char ret[HOLDER_TEXT_SIZE]) {
	if (holder->kind == HOLDER_FSTAB) {
		snprintf(ret, HOLDER_TEXT_SIZE, "has what /etc/fstab expects as %s (%s)",
			holder->name, holder->node);
	} else if (holder->kind == HOLDER_CONSOLE) {
		snprintf(ret, HOLDER_TEXT_SIZE, "shows the kernel's text console (%s)",
			holder->node);
	} else if (holder->kind == HOLDER_CONSUMER) {
		snprintf(ret, HOLDER_TEXT_SIZE, "is what %s (%s) depends on", holder->name,
			holder->type);
	} else {
		snprintf(ret, HOLDER_TEXT_SIZE,
			"has a driver that others in the kernel use (module %s)", holder->name);
	}
}

void holder_format(const struct holder *holder, char ret[HOLDER_TEXT_SIZE]) {
	switch (holder->kind) {
	case HOLDER_PROCESS:
		format_process(holder, ret);
		break;
	case HOLDER_MOUNT:
		format_mount(holder, ret);
		break;
	case HOLDER_SWAP:
		snprintf(ret, HOLDER_TEXT_SIZE, "carries swap space (%s)", holder->name);
		break;
	case HOLDER_VOLUME:
		format_volume(holder, ret);
		break;
	case HOLDER_FILE_SYSTEM:
		snprintf(ret, HOLDER_TEXT_SIZE,
			"carries a file system in use (%s on %s) that is mounted nowhere to be seen",
			holder->type, holder->node);
		break;
	case HOLDER_EXPORT:
		snprintf(ret, HOLDER_TEXT_SIZE,
			"is served to other machines (%s, by the kernel's %s)", holder->name,
			holder->type);
		break;
	case HOLDER_LOGIN:
		format_login(holder, ret);
		break;
	case HOLDER_ROUTE:
	case HOLDER_GUEST:
	case HOLDER_REMOTE:
	case HOLDER_INTERFACE:
		format_network(holder, ret);
		break;
	case HOLDER_FSTAB:
	case HOLDER_CONSOLE:
	case HOLDER_CONSUMER:
	case HOLDER_MODULE:
		format_bystander(holder, ret);
		break;
	}
	(void)text_tame(ret);
}
