/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "request/qemu/arguments.h"

/*
 * An option group is what QEMU calls the keys and values of one -device, of one -name and so on,
 * however they were written: KEY=VALUE,... or JSON on the command line, lines in a file.
 */

enum qemu_group_kind {
	QEMU_GROUP_DEVICE,
	QEMU_GROUP_GLOBAL,
	QEMU_GROUP_NAME,
	QEMU_GROUP_OTHER, /* tells nothing that we ask for */
};

/* The keys that matter to some kind. */
enum qemu_group_key {
	QEMU_GROUP_DRIVER,   /* device, global */
	QEMU_GROUP_HOST,     /* device */
	QEMU_GROUP_SYSFSDEV, /* device */
	QEMU_GROUP_PROPERTY, /* global */
	QEMU_GROUP_GUEST,    /* name */
	QEMU_GROUP_KEYS
};

struct qemu_group {
	enum qemu_group_kind kind;
	char *values[QEMU_GROUP_KEYS]; /* NULL: not given */
};

/* "device" of `[device "ID"]`. */
enum qemu_group_kind qemu_group_kind(const char *name);

void qemu_group_done(struct qemu_group *group);

#define AUTO_QEMU_GROUP CLEANUP(qemu_group_done)

/* Sets a key, also a second time; keys that do not matter are dropped. -ENOMEM. */
int qemu_group_set(struct qemu_group *group, const char *key, const char *value,
	struct error *error) MUST_CHECK;

/* Sets what the value of an option on the command line gives: KEY=VALUE,... -ENOMEM. */
int qemu_group_read(struct qemu_group *group, const char *text, struct error *error) MUST_CHECK;

/*
 * Sets what an object in JSON gives. -EINVAL: it is none, or a value that matters is no text.
 * QEMU also reads texts in single quotes; we do not. -ENOPKG: there is no jansson.
 */
int qemu_group_read_json(struct qemu_group *group, const char *text, struct error *error)
	MUST_CHECK;

/*
 * Would setting this property of this driver change which device a guest gets? driver NULL: it is
 * one that we cannot tell.
 */
bool qemu_group_is_choice(const char *driver, const char *property);

/*
 * Adds to *arguments what the group as a whole means. -EINVAL, -E2BIG: more than
 * REQUEST_DEVICES_MAX devices; *arguments is untouched then.
 */
int qemu_group_apply(const struct qemu_group *group, struct qemu_arguments *arguments,
	struct error *error) MUST_CHECK;
