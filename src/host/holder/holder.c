// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/holder.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"
#include "host/disk/export.h"
#include "host/disk/filesystem.h"
#include "host/disk/fstab.h"
#include "host/disk/mount.h"
#include "host/disk/volume.h"
#include "host/display/display_manager.h"
#include "host/holder/kernel.h"
#include "host/holder/lingering.h"
#include "host/holder/namespace.h"
#include "host/holder/node.h"
#include "host/holder/walk.h"
#include "host/network/network.h"
#include "host/network/profile.h"

void holders_free(struct holders *holders) {
	free(holders->holders);
	*holders = (struct holders){0};
}

void label_set(char ret[LABEL_SIZE], const char *value) {
	static const char cut[] = "...";
	size_t length = strlen(value);

	if (length < LABEL_SIZE) {
		memcpy(ret, value, length + 1);
		return;
	}
	length = LABEL_SIZE - sizeof(cut);
	memcpy(ret, value, length);
	memcpy(ret + length, cut, sizeof(cut));
}

static int compare(const void *a, const void *b) {
	const struct holder *x = a, *y = b;
	int order = address_compare(x->device, y->device);

	if (order == 0) {
		order = (int)x->kind - (int)y->kind;
	}
	if (order == 0) {
		order = (x->who.pid > y->who.pid) - (x->who.pid < y->who.pid);
	}
	if (order == 0) {
		order = strcmp(x->node, y->node);
	}
	return order ? order : strcmp(x->name, y->name);
}

int holders_add(struct holders *holders, const struct holder *holder) {
	/* A process is looked at as a whole, so what it has open twice stands near the end. */
	for (size_t i = holders->count; i > 0; i--) {
		const struct holder *other = &holders->holders[i - 1];

		if (compare(other, holder) == 0) {
			return 0;
		}
		if (holder->kind == HOLDER_PROCESS && other->who.pid != holder->who.pid) {
			break;
		}
	}
	if (holders->count >= HOLDERS_MAX) {
		return -E2BIG;
	}
	if (!ARRAY_ROOM(holders->holders, holders->count)) {
		return -ENOMEM;
	}
	holders->holders[holders->count++] = *holder;
	return 0;
}

static bool has_disk(const struct nodes *nodes) {
	for (size_t i = 0; i < nodes->count; i++) {
		if (nodes->nodes[i].block) {
			return true;
		}
	}
	return false;
}

/* Each looks at what those before it have found. */
int disks_hold(int root, const struct nodes *nodes, struct holders *holders) {
	static int (*const readers[])(int root, const struct nodes *nodes,
		struct holders *holders) = {mounts_read, namespaces_read, swaps_read, volumes_read,
		exports_read, lingering_read, fstab_read};
	int r = 0;

	for (size_t i = 0; i < COUNT(readers) && r == 0 && has_disk(nodes); i++) {
		r = readers[i](root, nodes, holders);
	}
	return r;
}

static int read_all(int root, const struct host *host, struct holders *holders, size_t *hidden) {
	AUTO_NODES struct nodes nodes = {0};
	AUTO_FILESYSTEMS struct filesystems filesystems = {0};
	int r = nodes_read(root, host, &nodes);

	r = r < 0 ? r : disks_hold(root, &nodes, holders);
	r = r < 0 ? r : filesystems_read(root, &nodes, holders, &filesystems);
	r = r < 0 ? r : processes_read(root, &nodes, &filesystems, holders, hidden);
	return r < 0 ? r : kernel_users_read(root, host, holders);
}

/* The network, and which of its connections end with the display manager's sessions. */
static int read_network(int root, struct host *host, struct holders *holders) {
	AUTO_NAMES struct names own = {0};
	struct profile *profiles = NULL;
	size_t count = 0;
	int r = network_read(root, host, holders, &own);

	r = r < 0 ? r : profiles_read(root, &host->display_manager.users, &own, &profiles, &count);
	if (r == 0) {
		free(host->profiles);
		host->profiles = profiles;
		host->profile_count = count;
	}
	return r;
}

bool holder_keeps(const struct holder *holder) {
	switch (holder->kind) {
	case HOLDER_PROCESS:
	case HOLDER_MOUNT:
	case HOLDER_SWAP:
	case HOLDER_VOLUME:
	case HOLDER_FILE_SYSTEM:
	case HOLDER_EXPORT:
	case HOLDER_ROUTE:
	case HOLDER_LOGIN:
	case HOLDER_GUEST:
	case HOLDER_REMOTE:
		return true;
	case HOLDER_INTERFACE:
	case HOLDER_FSTAB:
	case HOLDER_CONSOLE:
	case HOLDER_CONSUMER:
	case HOLDER_MODULE:
		return false;
	}
	return true;
}

int host_read_holders(int root, struct host *host, struct error *error) {
	AUTO_HOLDERS struct holders holders = {0};
	size_t hidden = 0;
	int r = display_manager_read_sessions(root, &host->display_manager);

	if (r == 0) {
		r = read_all(root, host, &holders, &hidden);
	}
	if (r == 0) {
		r = read_network(root, host, &holders);
	}
	if (r < 0) {
		return error_set(
			error, r, "cannot find out who uses the devices: %s", strerror(-r));
	}
	if (holders.count > 1) {
		qsort(holders.holders, holders.count, sizeof(*holders.holders), compare);
	}
	free(host->holders);
	host->holders = TAKE(holders.holders);
	host->holder_count = holders.count;
	host->hidden_processes = hidden;
	return 0;
}
