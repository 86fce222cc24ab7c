/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What `baton install` changes: like a step of a plan, one fact of one subject from one value to
 * another. As text, in tokens (base/text.h):
 *
 *     directory /etc/libvirt/hooks/qemu.d - made
 *     link /etc/libvirt/hooks/qemu.d/baton - /usr/sbin/baton-libvirt-hook
 *     hookscript 100 - local:snippets/baton
 *
 * Before, there is never anything ("-"): where something stands already, nothing is installed.
 */

enum change_kind {
	CHANGE_DIRECTORY,
	CHANGE_LINK,       /* a symbolic link */
	CHANGE_HOOKSCRIPT, /* the option hookscript of a guest of Proxmox, by its VMID */
	CHANGE_KIND_COUNT,
};

#define CHANGE_SIZE      256 /* of a subject and of a value */
#define CHANGE_TEXT_SIZE (6 * CHANGE_SIZE + 32)
#define CHANGES_MAX      4096

struct change {
	enum change_kind kind;
	char subject[CHANGE_SIZE]; /* a path from the root, or a VMID */
	char value[CHANGE_SIZE];   /* what it is made: "made", the link's text, a volume */
};

/* The name of the fact: "directory". */
const char *change_kind_name(enum change_kind kind);

/*
 * A line of text without its end, which needs no zero. A path is one that cannot lead elsewhere: it
 * begins with '/' and has no component that is empty, "." or "..". -EINVAL with a reason; *ret is
 * untouched then.
 */
int change_parse(const char *line, size_t length, struct change *ret, struct error *error)
	MUST_CHECK;

/* Writes the text and returns ret. home: the change turned round. */
const char *change_format(const struct change *change, bool home, char ret[CHANGE_TEXT_SIZE]);

bool change_same(const struct change *a, const struct change *b);

/* Changes in order. Starts as {0}. */
struct changes {
	struct change *items;
	size_t count;
};

/* -ENAMETOOLONG, -E2BIG, -ENOMEM; as before then. */
int changes_add(struct changes *changes, enum change_kind kind, const char *subject,
	const char *value) MUST_CHECK;
bool changes_have(const struct changes *changes, const struct change *change);
void changes_drop(struct changes *changes, size_t index);
void changes_free(struct changes *changes);

#define AUTO_CHANGES CLEANUP(changes_free)
