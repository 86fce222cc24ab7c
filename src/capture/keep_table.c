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

/* Those of nodes and buffers, with no address of this machine. */
int keep_maps(const struct keeping *keeping, struct text *ret) {
	int r = 0;

	for (const char *line = keeping->data; *line && r == 0; line = text_next_line(line)) {
		char one[LINE_SIZE], permissions[5], device[16], name[256];
		unsigned long long inode;

		if (sscanf(bound(line, one, sizeof(one)), "%*s %4s %*s %15s %llu %255[^\n]",
			    permissions, device, &inode, name) == 4 &&
			text_starts(name, "/dev/") && !text_starts(name, "/dev/shm/") &&
			!text_starts(name, "/dev/zero")) {
			r = text_add(ret, "1000-2000 %s 00000000 %s %llu %s\n", permissions, device,
				inode, name);
		}
	}
	return r;
}

/* Of the options only the server's address: others may be passwords. */
static int add_mount(struct text *ret, const char *line, const char *rest) {
	char one[LINE_SIZE], type[64], source[512], options[4096] = "";
	const char *address;
	int r;

	if (sscanf(bound(rest, one, sizeof(one)), " - %63s %511s %4095s", type, source, options) <
		2) {
		return 0;
	}
	address = strstr(options, ",addr=");
	r = text_add(ret, "%.*s - %s %s rw", (int)(rest - line), line, type, source);
	r = r == 0 && address ? text_add(ret, "%.*s", (int)(strcspn(address + 1, ",") + 1), address)
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
static int add_options(struct text *ret, const char *options) {
	static const char *const known[] = {"noauto", "nofail", "ro", "rw"};
	int r = text_add(ret, "defaults");

	for (size_t i = 0; i < COUNT(known) && r == 0; i++) {
		const char *found = strstr(options, known[i]);
		size_t length = strlen(known[i]);

		if (found && (found == options || found[-1] == ',') &&
			(!found[length] || found[length] == ',')) {
			r = text_add(ret, ",%s", known[i]);
		}
	}
	return r;
}

int keep_fstab(const struct keeping *keeping, struct text *ret) {
	int r = 0;

	for (const char *line = keeping->data; *line && r == 0; line = text_next_line(line)) {
		char one[LINE_SIZE], device[256], point[256], type[64], options[1024] = "";
		int n = *line == '#'
				? 0
				: sscanf(bound(line, one, sizeof(one)), "%255s %255s %63s %1023s",
					  device, point, type, options);

		r = n >= 3 && strcspn(line, "\n") > 0
			    ? text_add(ret, "%s %s %s ", device, point, type)
			    : 0;
		r = r == 0 && n >= 3 ? add_options(ret, options) : r;
		r = r == 0 && n >= 3 ? text_add(ret, "\n") : r;
	}
	return r;
}

/* A name and its number. */
int keep_passwd(const struct keeping *keeping, struct text *ret) {
	int r = 0;

	for (const char *line = keeping->data; *line && r == 0; line = text_next_line(line)) {
		char one[LINE_SIZE], name[64];
		unsigned int uid;

		if (sscanf(bound(line, one, sizeof(one)), "%63[^:\n]:%*[^:\n]:%u:", name, &uid) ==
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
