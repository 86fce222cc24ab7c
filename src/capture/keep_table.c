// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/keep.h"

#include <stdio.h>
#include <string.h>

#include "capture/bound.h"

#define LINE_SIZE   8192
#define STAT_FIELDS 22 /* up to the time at which it began */

/* Tables of the kernel's and the distribution's: the rows, or the columns, that are wanted. */

static int add_line(struct text *ret, const char *line) {
	return text_add(ret, "%.*s\n", (int)strcspn(line, "\n"), line);
}

/* Behind the name come numbers; addresses in memory follow after those that are wanted. */
int keep_stat(const struct keeping *keeping, struct text *ret) {
	const char *end = strrchr(keeping->data, ')');

	if (!end) {
		return 0;
	}
	for (int fields = 2; *end && *end != '\n' && fields < STAT_FIELDS; fields++) {
		end += end[1] ? 2 : 1;
		end += strcspn(end, " \n");
	}
	return text_add(ret, "%.*s\n", (int)(end - keeping->data), keeping->data);
}

/* What is between blanks in a line, however long it is: taken by its place, nothing is cut. */
struct field {
	const char *at;
	int length;
};

/* The next one of the line; *at moves behind it. Of length 0: there is none. */
static struct field next_field(const char **at) {
	const char *begin = *at + strspn(*at, " \t");
	const struct field field = {begin, (int)strcspn(begin, " \t\n")};

	*at = begin + field.length;
	return field;
}

/* Those of nodes and buffers, with no address of this machine. */
int keep_maps(const struct keeping *keeping, struct text *ret) {
	int r = 0;

	for (const char *line = keeping->data; *line && r == 0; line = text_next_line(line)) {
		char one[LINE_SIZE], permissions[5], device[16];
		unsigned long long inode;
		int name = 0;

		if (sscanf(bound(line, one, sizeof(one)), "%*s %4s %*s %15s %llu %n", permissions,
			    device, &inode, &name) == 3 &&
			name > 0 && text_starts(line + name, "/dev/") &&
			!text_starts(line + name, "/dev/shm/") &&
			!text_starts(line + name, "/dev/zero")) {
			r = text_add(ret, "1000-2000 %s 00000000 %s %llu %.*s\n", permissions,
				device, inode, (int)strcspn(line + name, "\n"), line + name);
		}
	}
	return r;
}

/* Of the options only the server's address: others may be passwords. */
static int add_mount(struct text *ret, const char *line, const char *rest) {
	static const char key[] = ",addr=";
	const char *at = rest + strlen(" - "), *address;
	struct field type = next_field(&at), source = next_field(&at), options = next_field(&at);
	int r;

	if (!source.length) {
		return 0;
	}
	address = memmem(options.at, (size_t)options.length, key, strlen(key));
	r = text_add(ret, "%.*s - %.*s %.*s rw", (int)(rest - line), line, type.length, type.at,
		source.length, source.at);
	r = r == 0 && address
		    ? text_add(ret, "%.*s", (int)(strcspn(address + 1, ", \t\n") + 1), address)
		    : r;
	return r < 0 ? r : text_add(ret, "\n");
}

/* Those of disks, pools and servers; not the kernel's own file systems. */
static bool is_of_interest(const char *line, const char *rest) {
	static const char *const types[] = {"btrfs", "zfs", "nfs", "cifs", "smb3"};
	char one[LINE_SIZE];
	unsigned int major;

	for (size_t i = 0; i < COUNT(types); i++) {
		if (text_starts(rest + strlen(" - "), types[i])) {
			return true;
		}
	}
	return sscanf(bound(line, one, sizeof(one)), "%*s %*s %u:", &major) == 1 && major != 0;
}

int keep_mounts(const struct keeping *keeping, struct text *ret) {
	int r = 0;

	for (const char *line = keeping->data; *line && r == 0; line = text_next_line(line)) {
		const char *rest = memmem(line, strcspn(line, "\n"), " - ", strlen(" - "));

		r = rest && is_of_interest(line, rest) ? add_mount(ret, line, rest) : 0;
	}
	return r;
}

/* Whether it fails, waits for a unit or is not mounted at all; no name and no password. */
static int add_options(struct text *ret, const struct field *options) {
	static const char *const known[] = {"noauto", "nofail", "ro", "rw"};
	int r = text_add(ret, "defaults");

	for (size_t i = 0; i < COUNT(known) && r == 0; i++) {
		const char *end = options->at + options->length;
		size_t length = strlen(known[i]), run;

		for (const char *at = options->at; at < end && r == 0; at += run + 1) {
			run = strcspn(at, ", \t\n");
			if (run == length && memcmp(at, known[i], length) == 0) {
				r = text_add(ret, ",%s", known[i]);
				break;
			}
		}
	}
	return r;
}

int keep_fstab(const struct keeping *keeping, struct text *ret) {
	int r = 0;

	for (const char *line = keeping->data; *line && r == 0; line = text_next_line(line)) {
		const char *at = line;
		struct field device = next_field(&at), point = next_field(&at);
		struct field type = next_field(&at), options = next_field(&at);

		if (*line == '#' || !type.length) {
			continue;
		}
		r = text_add(ret, "%.*s %.*s %.*s ", device.length, device.at, point.length,
			point.at, type.length, type.at);
		r = r < 0 ? r : add_options(ret, &options);
		r = r < 0 ? r : text_add(ret, "\n");
	}
	return r;
}

/* A name and its number. */
int keep_passwd(const struct keeping *keeping, struct text *ret) {
	int r = 0;

	for (const char *line = keeping->data; *line && r == 0; line = text_next_line(line)) {
		char one[LINE_SIZE], name[256];
		unsigned int uid;

		if (sscanf(bound(line, one, sizeof(one)), "%255[^:\n]:%*[^:\n]:%u:", name, &uid) ==
			2) {
			r = text_add(ret, "%s:x:%u:%u:::\n", name, uid, uid);
		}
	}
	return r;
}

/* Through which somebody is here. */
int keep_connections(const struct keeping *keeping, struct text *ret) {
	int r = 0;

	for (const char *line = keeping->data; *line && r == 0; line = text_next_line(line)) {
		char one[LINE_SIZE];
		unsigned int state;

		if (sscanf(bound(line, one, sizeof(one)), " %*u: %*s %*s %x ", &state) == 1 &&
			state == 1) {
			r = add_line(ret, line);
		}
	}
	return r;
}
