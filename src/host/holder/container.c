// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/container.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define MONITOR     "libpod-conmon-" /* runs beside the container, and outside of it */
#define SCOPE       ".scope"
#define ID_LENGTH   64 /* of what engines call containers by: hexadecimal digits */
#define ID_SHORT    12 /* as many as they print, and take */
#define NAME_LENGTH 64 /* and none of them is called by more */

/* By the beginning of what they call the scopes of their containers. */
static const struct {
	const char *prefix;
	const char *engine;
} scopes[] = {
	{"docker-", "docker"},
	{"libpod-payload-", "podman"},
	{"libpod-", "podman"},
	{"nerdctl-", "nerdctl"},
	{"cri-containerd-", "cri"},
	{"crio-", "cri"},
};

static const struct {
	const char *engine;
	const char *command;
	const char *other; /* of another engine, whose containers look the same */
} stops[] = {
	{"docker", "docker stop", NULL},
	{"podman", "podman stop", NULL},
	{"nerdctl", "nerdctl stop", NULL},
	{"cri", "crictl stop", NULL},
	{"machine", "machinectl poweroff", NULL},
	{"proxmox", "pct stop", NULL},
	{"lxc", "lxc-stop -n", "incus stop"},
};

static bool is_id(const char *name) {
	return strspn(name, "0123456789abcdef") == ID_LENGTH && name[ID_LENGTH] == '\0';
}

static int set(char ret[LABEL_SIZE], const char *engine, const char *name) {
	int length = is_id(name) ? ID_SHORT : (int)strlen(name);

	if (length == 0 || length > NAME_LENGTH || strchr(name, '\\')) {
		return -ENOENT;
	}
	return name_format(ret, LABEL_SIZE, "%s:%.*s", engine, length, name) < 0 ? -ENOENT : 0;
}

static int parse_scope(const char *unit, char ret[LABEL_SIZE]) {
	char name[LABEL_SIZE];

	if (!text_ends(unit, SCOPE)) {
		return -ENOENT;
	}
	memcpy(name, unit, strlen(unit) + 1);
	name[strlen(name) - strlen(SCOPE)] = '\0';
	if (text_starts(name, "machine-")) {
		return set(ret, "machine", name + strlen("machine-"));
	}
	for (size_t i = 0; i < COUNT(scopes) && !text_starts(name, MONITOR); i++) {
		if (text_starts(name, scopes[i].prefix)) {
			return set(ret, scopes[i].engine, name + strlen(scopes[i].prefix));
		}
	}
	return -ENOENT;
}

/* Engines that use no service manager have a cgroup at the top, where only root makes any:
 * "/docker/ID", "/lxc/101/ns" (Proxmox VE), "/lxc.payload.NAME", "/kubepods/besteffort/POD/ID". */
static int parse_top(char *path, char ret[LABEL_SIZE]) {
	char *first, *second, *third;
	const char *last = strrchr(path, '/') + 1;

	path++;
	first = strsep(&path, "/");
	second = strsep(&path, "/");
	third = strsep(&path, "/");
	if (text_starts(first, "lxc.payload.")) {
		return set(ret, "lxc", first + strlen("lxc.payload."));
	}
	if (!second) {
		return -ENOENT;
	}
	if (strcmp(first, "lxc") == 0) {
		return set(ret, third && strcmp(third, "ns") == 0 ? "proxmox" : "lxc", second);
	}
	if (strcmp(first, "docker") == 0 && is_id(second)) {
		return set(ret, "docker", second);
	}
	if (strcmp(first, "libpod_parent") == 0 && text_starts(second, "libpod-")) {
		return set(ret, "podman", second + strlen("libpod-"));
	}
	return strcmp(first, "kubepods") == 0 && is_id(last) ? set(ret, "cri", last) : -ENOENT;
}

static int parse_line(const char *line, size_t length, char ret[LABEL_SIZE]) {
	const char *path = memchr(line, '/', length);
	char copy[1024];
	size_t size = path ? (size_t)(line + length - path) : 0;

	if (!path || size >= sizeof(copy) ||
		!(text_starts(line, "0::") || strstr(line, ":name=systemd:") == line + 1)) {
		return -ENOENT;
	}
	memcpy(copy, path, size);
	copy[size] = '\0';
	return parse_top(copy, ret);
}

int container_parse(const char *cgroup, const struct units *units, char ret[LABEL_SIZE]) {
	int r = -ENOENT;

	if (units->unit[0]) {
		return parse_scope(units->user_unit[0] ? units->user_unit : units->unit, ret);
	}
	for (; *cgroup && r == -ENOENT; cgroup = text_next_line(cgroup)) {
		r = parse_line(cgroup, strcspn(cgroup, "\n"), ret);
	}
	return r;
}

void container_format_stop(const char *container, char ret[CONTAINER_STOP_SIZE]) {
	size_t length = strcspn(container, ":");
	const char *name = container[length] ? container + length + 1 : "";

	for (size_t i = 0; i < COUNT(stops); i++) {
		const char *other = stops[i].other;

		if (strlen(stops[i].engine) == length &&
			memcmp(stops[i].engine, container, length) == 0) {
			snprintf(ret, CONTAINER_STOP_SIZE, "%s %s%s%s%s%s", stops[i].command, name,
				other ? ", or " : "", other ? other : "", other ? " " : "",
				other ? name : "");
			return;
		}
	}
	snprintf(ret, CONTAINER_STOP_SIZE, "%s", container);
}
