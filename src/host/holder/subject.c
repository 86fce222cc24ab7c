// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/subject.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "host/holder/kfd.h"

/* By which of several ways does not matter: the first is kept. */
static bool is_known(const struct subject *subject, const struct node *node) {
	const struct found *found = subject->look->found;

	for (size_t i = subject->first; i < found->count; i++) {
		if (address_compare(found->holders[i].device, node->device) == 0 &&
			strcmp(found->holders[i].node, node->name) == 0) {
			return true;
		}
	}
	return false;
}

void subject_add_one(const struct subject *subject, const struct node *node, enum holder_way way) {
	struct found *found = subject->look->found;
	struct holder *holder = &found->holders[found->count];

	if (is_known(subject, node) ||
		(node->kfd_gpu && !kfd_uses(subject->look->kfd, subject->pid, node->kfd_gpu))) {
		return;
	}
	if (found->count == HOLDERS_MAX) {
		found->full = true;
		return;
	}
	*holder = (struct holder){.kind = HOLDER_PROCESS,
		.device = node->device,
		.way = way,
		.who.pid = subject->pid};
	memcpy(holder->node, node->name, sizeof(holder->node));
	found->count++;
}

/* Every device of the node. */
void subject_add(const struct subject *subject, const struct node *node, enum holder_way way) {
	const struct node *number = node;

	for (; node; node = nodes_next(subject->look->nodes, node + 1, number)) {
		subject_add_one(subject, node, way);
	}
}

void subject_add_on_disk(
	const struct subject *subject, const struct node *node, enum holder_way way) {
	struct found *found = subject->look->found;
	size_t before = found->count;

	if (found->on_disks < FOUND_ON_DISKS_MAX) {
		subject_add(subject, node, way);
		found->on_disks += found->count - before;
	}
}

int subject_look_up(int directory, const char *name, struct statx *ret) {
	int r = statx(directory, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
		STATX_TYPE | STATX_MNT_ID, ret);

	return r < 0 ? -errno : 0;
}

const struct node *subject_find_device(const struct subject *subject, const struct statx *file) {
	const struct node number = {.block = S_ISBLK(file->stx_mode),
		.major = file->stx_rdev_major,
		.minor = file->stx_rdev_minor};

	return S_ISCHR(file->stx_mode) || S_ISBLK(file->stx_mode)
		       ? nodes_find(subject->look->nodes, &number)
		       : NULL;
}

/* In a captured machine the links are only text, and must not lead us out of it. */
const struct node *subject_find_path(const struct subject *subject, const char *path) {
	return text_starts(path, "/dev/")
		       ? nodes_find_name(subject->look->nodes, path + strlen("/dev/"))
		       : NULL;
}
