// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guard's unit, transient and started for each hand-over. Why it is as it is:
 *
 * Life. Type=notify: the start job is done only when the guard watches, so that "the guard was
 * started before the first step" is true and not hoped. It is in system.slice, outside the cgroup
 * of the hook that asked for it: restarting libvirtd or qmeventd does not take it along.
 * CollectMode: a guard that failed leaves no unit in the way of the next one.
 *
 * Stopping. KillMode=mixed: SIGTERM goes to the guard alone, not to a writer that it has let go.
 *
 * Shutdown. A plain service is stopped at the beginning of the shutdown, together with the guests,
 * and nobody would be left to bring the card home. So it has no default dependencies: Conflicts=
 * shutdown.target stops it, but Before= the daemons and slices of the guests means that it is
 * stopped after all of them (systemd stops in the reverse order of starting), and After=
 * local-fs.target that modules can still be read then. SIGTERM reaches the guard only where it
 * watches (ops.watch gives -EINTR): it looks a last time and, its guest being gone, brings the
 * card home; TimeoutStopSec= is what that may take. There is no After= of
 * anything that may still be starting while guests start: the start job would wait for the very
 * daemon that waits for us.
 *
 * Sandbox. It writes /sys, loads modules (whose options and `install` commands are the
 * administrator's), reads other processes, talks to systemd and listens to uevents; it writes
 * nothing else but the journals. So /sys, /dev and /proc stay as they are, and the rest of the file
 * system is read-only for it. Network: none but AF_UNIX and AF_NETLINK; in a network namespace of
 * its own it would not hear udev. Two settings that look harmless are not: RestrictSUIDSGID= makes
 * openat2 fail, by which everything here is read, and ProtectClock= closes /dev.
 */
#include "linux/guard.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/text.h"
#include "linux/deadline.h"
#include "linux/unit.h"

#define UNIT_SIZE 256

/* What repairing may take when the host shuts down: a stuck driver's deadline, and a service's. */
#define STOP_TIMEOUT_US (180ULL * 1000 * 1000)

/* What the guard may do as root, and not more. */
#define CAPABILITIES                                                                               \
	((1ULL << 1) |         /* CAP_DAC_OVERRIDE: sysfs, and files of install commands */        \
		(1ULL << 2) |  /* CAP_DAC_READ_SEARCH: /proc of others */                          \
		(1ULL << 5) |  /* CAP_KILL */                                                      \
		(1ULL << 16) | /* CAP_SYS_MODULE */                                                \
		(1ULL << 19) | /* CAP_SYS_PTRACE: which files others have open */                  \
		(1ULL << 21))  /* CAP_SYS_ADMIN: systemd asks for it; reading a device's config    \
				  space */

int guard_unit_name(const char *guest, char *ret, size_t size) {
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789:-_.";
	AUTO_TEXT struct text name = {0};
	int r = text_add(&name, "baton-guard-");

	for (const char *c = guest; r >= 0 && *c; c++) {
		r = strchr(plain, *c) ? text_append(&name, c, 1)
				      : text_add(&name, "\\x%02x", (unsigned char)*c);
	}
	r = r < 0 ? r : text_add(&name, ".service");
	return r < 0 ? r : name_set(ret, size, name.data);
}

/* Our own program, also if a newer one was installed in its place meanwhile. */
static int find_program(char *ret, size_t size, struct error *error) {
	static const char gone[] = " (deleted)";
	ssize_t n = readlink("/proc/self/exe", ret, size - 1);
	size_t length;

	if (n < 0) {
		return error_set(error, -errno, "cannot read /proc/self/exe: %s", strerror(errno));
	}
	ret[n] = '\0';
	length = (size_t)n;
	if (length > strlen(gone) && strcmp(ret + length - strlen(gone), gone) == 0) {
		ret[length - strlen(gone)] = '\0';
	}
	return access(ret, X_OK) == 0
		       ? 0
		       : error_set(error, -errno, "cannot start a guard: %s cannot be executed: %s",
				 ret, strerror(errno));
}

struct setting {
	const char *name;
	const char *type;
	const char *text;
	uint64_t number;
};

static const struct setting settings[] = {
	{"Type", "s", .text = "notify"},
	{"NotifyAccess", "s", .text = "main"},
	{"CollectMode", "s", .text = "inactive-or-failed"},
	{"KillMode", "s", .text = "mixed"},
	{"TimeoutStopUSec", "t", .number = STOP_TIMEOUT_US},
	{"DefaultDependencies", "b", .number = false},
	{"CapabilityBoundingSet", "t", .number = CAPABILITIES},
	{"NoNewPrivileges", "b", .number = true},
	{"ProtectSystem", "s", .text = "strict"},
	{"ProtectHome", "s", .text = "read-only"},
	{"ProtectHostname", "b", .number = true},
	{"ProtectKernelLogs", "b", .number = true},
	{"RestrictRealtime", "b", .number = true},
	{"LockPersonality", "b", .number = true},
};

struct list {
	const char *name;
	const char *words[8]; /* up to a NULL */
};

static const struct list lists[] = {
	{"After", {"local-fs.target", "systemd-journald.socket"}},
	{"Before",
		{"shutdown.target", "libvirtd.service", "virtqemud.service", "pve-guests.service",
			"qmeventd.service", "machine.slice", "qemu.slice"}},
	{"Conflicts", {"shutdown.target"}},
	{"SystemCallArchitectures", {"native"}},
};

static int append_setting(
	const struct systemd *lib, sd_bus_message *message, const struct setting *setting) {
	switch (setting->type[0]) {
	case 's':
		return lib->sd_bus_message_append(
			message, "(sv)", setting->name, "s", setting->text);
	case 'b':
		return lib->sd_bus_message_append(
			message, "(sv)", setting->name, "b", (int)setting->number);
	default:
		return lib->sd_bus_message_append(
			message, "(sv)", setting->name, "t", setting->number);
	}
}

static int append_list(
	const struct systemd *lib, sd_bus_message *message, const char *name, char **words) {
	int r = lib->sd_bus_message_open_container(message, 'r', "sv");

	r = r < 0 ? r : lib->sd_bus_message_append(message, "s", name);
	r = r < 0 ? r : lib->sd_bus_message_open_container(message, 'v', "as");
	r = r < 0 ? r : lib->sd_bus_message_append_strv(message, words);
	r = r < 0 ? r : lib->sd_bus_message_close_container(message);
	return r < 0 ? r : lib->sd_bus_message_close_container(message);
}

static int append_properties(struct machine *machine, const struct systemd *lib,
	sd_bus_message *message, const char *program, const char *guest) {
	char *writable[] = {(char *)machine->options.state, NULL};
	int r = lib->sd_bus_message_append(message, "(sv)(sv)(sv)(sv)", "Description", "s",
		"Guard of a hand-over", "ExecStart", "a(sasb)", 1, program, 3, "baton", "guard",
		guest, false, "TimeoutStartUSec", "t",
		(uint64_t)machine->options.service_timeout_ms * US_PER_MS,
		"RestrictAddressFamilies", "(bas)", true, 2, "AF_UNIX", "AF_NETLINK");

	for (size_t i = 0; r >= 0 && i < COUNT(settings); i++) {
		r = append_setting(lib, message, &settings[i]);
	}
	for (size_t i = 0; r >= 0 && i < COUNT(lists); i++) {
		r = append_list(lib, message, lists[i].name, (char **)lists[i].words);
	}
	return r < 0 ? r : append_list(lib, message, "ReadWritePaths", writable);
}

static int make_message(struct machine *machine, struct bus *bus, const char *unit,
	const char *guest, sd_bus_message **ret, struct error *error) {
	const struct systemd *lib = bus->lib;
	char program[4096];
	int r = find_program(program, sizeof(program), error);

	if (r < 0) {
		return r;
	}
	r = bus_message(bus, "StartTransientUnit", ret, error);
	if (r < 0) {
		return r;
	}
	r = lib->sd_bus_message_append(*ret, "ss", unit, "replace");
	r = r < 0 ? r : lib->sd_bus_message_open_container(*ret, 'a', "(sv)");
	r = r < 0 ? r : append_properties(machine, lib, *ret, program, guest);
	r = r < 0 ? r : lib->sd_bus_message_close_container(*ret);
	r = r < 0 ? r : lib->sd_bus_message_append(*ret, "a(sa(sv))", 0);
	return r < 0 ? error_set(error, r, "cannot describe %s: %s", unit, strerror(-r)) : 0;
}

static int start(struct machine *machine, struct bus *bus, const char *unit, const char *guest,
	struct error *error) {
	sd_bus_message *message = NULL;
	int r = make_message(machine, bus, unit, guest, &message, error);

	if (r >= 0) {
		r = unit_run_job(bus, unit, message, error);
	}
	bus->lib->sd_bus_message_unref(message);
	return r;
}

int guard_start(struct machine *machine, const char *guest, struct error *error) {
	AUTO_BUS struct bus bus = {0};
	char unit[UNIT_SIZE];
	int r;

	if (!bus_is_there(machine)) {
		return error_set(error, -EOPNOTSUPP,
			"cannot start a guard for %s: systemd does not run here", guest);
	}
	r = guard_unit_name(guest, unit, sizeof(unit));
	if (r < 0) {
		return error_set(error, r, "cannot name a unit after %s", guest);
	}
	r = bus_open(deadline_after(machine->options.service_timeout_ms), &bus, error);
	if (r < 0) {
		return r;
	}
	r = start(machine, &bus, unit, guest, error);
	if (r == -EEXIST) {
		/* The guard of this guest's last hand-over, which has not noticed yet that it is
		 * over. It repairs under the lock, which is ours: nothing is cut short. */
		r = unit_kill(&bus, unit, error);
		r = r < 0 ? r : start(machine, &bus, unit, guest, error);
	}
	return r < 0 ? error_add(error, r, "cannot start a guard for %s", guest) : 0;
}

/* A path, or '@' and an abstract name: sd_notify(3). */
static void tell_ready(const char *path) {
	static const char ready[] = "READY=1";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);
	AUTO_CLOSE int fd = -1;

	if (length < 2 || length >= sizeof(address.sun_path) || (*path != '/' && *path != '@')) {
		return;
	}
	memcpy(address.sun_path, path, length);
	if (*path == '@') {
		address.sun_path[0] = '\0';
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		(void)sendto(fd, ready, strlen(ready), MSG_NOSIGNAL,
			(const struct sockaddr *)&address,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	}
}

void guard_take_post(struct machine *machine) {
	const char *path = getenv("NOTIFY_SOCKET");
	sigset_t term;

	if (!path) {
		return;
	}
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	machine->stop = signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
	if (machine->stop >= 0) {
		sigprocmask(SIG_BLOCK, &term, NULL);
	}
	tell_ready(path);
	unsetenv("NOTIFY_SOCKET");
}
