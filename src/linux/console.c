// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * console NAME: whether a driver of virtual consoles is bound to its terminals. It is found by what
 * it says of itself ("(M) frame buffer device"), not by its number.
 *
 * A write to bind never fails. Binding does nothing where no system driver is left to bind from: on
 * a PC whose "VGA+" went when a DRM driver came (drivers/tty/vt/vt.c vt_bind). But unbinding the
 * driver that is bound then falls back to another one, and that is the one that is wanted
 * (vt_unbind; seen on 6.1).
 */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "linux/attribute.h"
#include "linux/machine.h"

#define CONSOLES     "sys/class/vtconsole"
#define MARK_LENGTH  4 /* "(M) " or "(S) ": module or system, drivers/tty/vt/vt.c */
#define UNBOUND_TEXT "0"
#define BOUND_TEXT   "1"

static bool has_name(int root, const char *directory, const char *wanted) {
	char path[128], name[SUBJECT_SIZE];

	if (name_format(path, sizeof(path), CONSOLES "/%s/name", directory) < 0 ||
		file_read_line(root, path, name, sizeof(name)) < 0) {
		return false;
	}
	return name[0] == '(' && strlen(name) > MARK_LENGTH &&
	       strcmp(name + MARK_LENGTH, wanted) == 0;
}

/* The path of its file "bind". */
static int find(int root, const char *wanted, char *ret, size_t size, struct error *error) {
	AUTO_NAMES struct names consoles = {0};
	int r = names_read(root, CONSOLES, &consoles);

	if (r < 0 && r != -ENOENT) {
		return error_set(error, r, "cannot read /" CONSOLES ": %s", strerror(-r));
	}
	for (size_t i = 0; i < consoles.count; i++) {
		if (has_name(root, consoles.names[i], wanted)) {
			return name_format(ret, size, CONSOLES "/%s/bind", consoles.names[i]);
		}
	}
	return error_set(error, -ENODEV, "there is no console driver \"%s\"", wanted);
}

static bool is_bound(int root, const char *path) {
	char bound[8];

	return file_read_line(root, path, bound, sizeof(bound)) == 0 &&
	       strcmp(bound, BOUND_TEXT) == 0;
}

/* The path of the file "bind" of the driver that is bound. -ENOENT: none is. */
static int find_bound(int root, char *ret, size_t size) {
	AUTO_NAMES struct names consoles = {0};
	int r = names_read(root, CONSOLES, &consoles);

	for (size_t i = 0; r == 0 && i < consoles.count; i++) {
		r = name_format(ret, size, CONSOLES "/%s/bind", consoles.names[i]);
		if (r == 0 && is_bound(root, ret)) {
			return 0;
		}
	}
	return r < 0 ? r : -ENOENT;
}

static int get(
	struct machine *machine, const char *subject, char ret[VALUE_SIZE], struct error *error) {
	char path[128], bound[8];
	int r = find(machine->root, subject, path, sizeof(path), error);

	if (r < 0) {
		return r;
	}
	r = file_read_line(machine->root, path, bound, sizeof(bound));
	if (r < 0) {
		return error_set(error, r, "cannot read /%s: %s", path, strerror(-r));
	}
	strcpy(ret, strcmp(bound, BOUND_TEXT) == 0 ? VALUE_BOUND : VALUE_NONE);
	return 0;
}

static int apply(struct machine *machine, const struct change *change, struct error *error) {
	const struct step *step = &change->step;
	bool bind = strcmp(step->to, VALUE_BOUND) == 0;
	char path[128], other[128];
	int r = find(machine->root, step->subject, path, sizeof(path), error);

	if (r < 0) {
		return r;
	}
	r = attribute_write(machine->root, path, bind ? BOUND_TEXT : UNBOUND_TEXT, error);
	if (r < 0 || !bind || is_bound(machine->root, path) ||
		find_bound(machine->root, other, sizeof(other)) < 0) {
		return r;
	}
	return attribute_write(machine->root, other, UNBOUND_TEXT, error);
}

const struct fact_row console_row = {get, apply, .blocks = true};
