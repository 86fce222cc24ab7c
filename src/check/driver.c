// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check/area.h"
#include "check/loader.h"
#include "host/driver/rebinder.h"

#define TAINT_DIE (1U << 7) /* Documentation/admin-guide/tainted-kernels.rst */

static void look_vfio(struct look *look) {
	if (!look->host->vfio) {
		look_add(look, "vfio-missing", look->host->kernel,
			"install the module vfio-pci for this kernel, or boot one that has it",
			"has no VFIO driver to hand devices over with");
	}
}

static void look_problems(struct look *look) {
	const struct host *host = look->host;

	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *device = &host->devices[i];

		for (size_t k = 0; is_of_card(host, device) && k < problem_count; k++) {
			const struct problem *problem = &problems[k];

			if (problem_is_of(problem, host, device, problem_may_share(host, device))) {
				look_add(look, "known-problem", device->name, problem->remedy, "%s",
					problem->reason);
				look_at(look, NULL, 0, problem->id);
			}
		}
	}
}

static void look_modeset(struct look *look) {
	static const char path[] = "/sys/module/nvidia_drm/parameters/modeset";
	char line[16];

	if (look_line(look, path, line, sizeof(line)) && line[0] == 'N') {
		look_add(look, "nvidia-modeset", "nvidia_drm",
			"put \"options nvidia-drm modeset=1\" into a file of /etc/modprobe.d, and restart the machine",
			"does not set the screen's mode: consoles and Wayland show nothing on a card that comes home");
		look_at(look, path, 0, line);
	}
}

static bool is_claimed(const struct look *look, const struct device *device) {
	const struct claims *claims = look->on->claims;

	for (size_t i = 0; claims && i < claims->device_count; i++) {
		if (address_compare(claims->devices[i].address, device->address) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_in_use(const struct look *look, const struct device *device) {
	for (size_t i = 0; i < look->host->holder_count; i++) {
		const struct holder *holder = &look->host->holders[i];
		const struct device *held = host_device(look->host, holder->device);

		/* Whoever has the group open has all of it. */
		if (held && holder_keeps(holder) &&
			(held == device ||
				(held->group != GROUP_NONE && held->group == device->group))) {
			return true;
		}
	}
	return false;
}

/* On VFIO without a guest, a journal, or a line that says so. */
static void look_left(struct look *look) {
	for (size_t i = 0; !look->on->blind && i < look->host->device_count; i++) {
		const struct device *device = &look->host->devices[i];
		AUTO_REBINDERS struct rebinders rebinders = {0};
		char remedy[64];

		if (!is_graphics(device) || !device->has_vfio_device || is_claimed(look, device) ||
			is_in_use(look, device)) {
			continue;
		}
		look_keep(look, rebinders_read(look->root, device, &rebinders));
		if (rebinders.count == 0) {
			snprintf(remedy, sizeof(remedy), "baton reattach %s", device->name);
			look_add(look, "card-left-on-vfio", device->name, remedy,
				"is with VFIO although no guest runs with it and nothing has put it there at boot: the host cannot use it");
			look_at(look, NULL, 0, device->driver);
		}
	}
}

/* The device that comes first speaks for all of a hand-over. */
static bool is_first(const struct claims *claims, size_t index) {
	for (size_t i = 0; i < index; i++) {
		if (strcmp(claims->devices[i].guest, claims->devices[index].guest) == 0) {
			return false;
		}
	}
	return true;
}

static void look_journals(struct look *look) {
	const struct claims *claims = look->on->claims;

	if (look->on->unread) {
		look_add(look, "journal-unreadable", "a journal",
			"baton status says which; docs/JOURNAL.md, how to undo it by hand",
			"cannot be read, so what a guest has is not known");
		look_at(look, NULL, 0, look->on->unread);
	}
	for (size_t i = 0; claims && i < claims->device_count; i++) {
		const struct claimed_device *claimed = &claims->devices[i];
		char name[ADDRESS_SIZE];

		if (!claimed->held && is_first(claims, i)) {
			look_add(look, "hand-over-unfinished", claimed->title,
				claimed->oopsed ? "restart the machine" : "baton repair",
				claimed->oopsed
					? "has a hand-over in which the kernel oopsed, and which cannot be finished"
					: "has a hand-over that is under way or was interrupted");
			look_at(look, NULL, 0, address_format(claimed->address, name));
		}
	}
}

/* A third person's choice: the kernel gives the device to no other driver. */
static void look_override(struct look *look) {
	for (size_t i = 0; !look->on->blind && i < look->host->device_count; i++) {
		const struct device *device = &look->host->devices[i];
		char remedy[128];

		if (is_of_card(look->host, device) && device->override[0] &&
			strcmp(device->override, device->driver) != 0 &&
			!is_claimed(look, device)) {
			snprintf(remedy, sizeof(remedy),
				"echo > /sys/bus/pci/devices/%s/driver_override", device->name);
			look_add(look, "override-left", device->name, remedy,
				"may have no driver but %s, because somebody has set its driver_override, and has %s",
				device->override, device->driver[0] ? device->driver : "none");
			look_at(look, NULL, 0, device->override);
		}
	}
}

/* Where the kernel's list of aliases can be read, and has nobody for it. */
static void look_no_driver(struct look *look) {
	char path[LABEL_SIZE + 64], module[MODULE_SIZE];

	if (name_format(path, sizeof(path), "/lib/modules/%s/modules.alias", look->host->kernel) <
			0 ||
		!file_exists(look->root, path)) {
		return;
	}
	for (size_t i = 0; i < look->host->device_count; i++) {
		const struct device *device = &look->host->devices[i];

		if (is_graphics(device) && !device->driver[0] && !device->override[0] &&
			host_natural_module(look->root, look->host, device, module,
				sizeof(module)) == -ENOENT) {
			look_add(look, "card-no-driver", device->name,
				"install a driver for it, or keep it for guests",
				"has no driver that the host could use it with, so nothing is shown on it when it is home");
			look_at(look, path, 0, device->modalias);
		}
	}
}

static void look_oops(struct look *look) {
	uint64_t taint;
	char value[32];

	if (file_read_number(look->root, "/proc/sys/kernel/tainted", 10, &taint) == 0 &&
		(taint & TAINT_DIE)) {
		snprintf(value, sizeof(value), "%llu", (unsigned long long)taint);
		look_add(look, "kernel-oopsed", "the kernel",
			"read journalctl -k -b | grep -A30 -e BUG: -e Oops, and restart the machine",
			"has had an oops since it started: locks that died with it may hang a hand-over");
		look_at(look, "/proc/sys/kernel/tainted", 0, value);
	}
}

/* By its case (SMBIOS 3.7, 7.4.1): portable, laptop, notebook, hand held, sub notebook, tablet,
 * convertible, detachable. One that does not say it counts as one if it has two cards. */
static bool is_laptop(const struct look *look) {
	static const unsigned int portable[] = {8, 9, 10, 11, 14, 30, 31, 32};
	uint64_t type;
	size_t cards = 0;

	if (file_read_number(look->root, "/sys/class/dmi/id/chassis_type", 10, &type) < 0) {
		for (size_t i = 0; i < look->host->device_count; i++) {
			cards += is_graphics(&look->host->devices[i]);
		}
		return cards > 1;
	}
	for (size_t i = 0; i < COUNT(portable); i++) {
		if (type == portable[i]) {
			return true;
		}
	}
	return false;
}

/* Desktops have such a program too, where the distribution brings it along. */
static void look_switchers(struct look *look) {
	static const struct {
		const char *path;
		const char *name;
	} switchers[] = {
		{"/etc/supergfxd.conf", "supergfxctl"},
		{"/etc/optimus-manager", "optimus-manager"},
		{"/var/cache/envycontrol", "envycontrol"},
		{"/usr/lib/systemd/system/com.system76.PowerDaemon.service", "system76-power"},
	};

	for (size_t i = 0; i < COUNT(switchers) && is_laptop(look); i++) {
		if (file_exists(look->root, switchers[i].path)) {
			look_add(look, "mode-switcher", switchers[i].name,
				"set it to hybrid, and let one of the two hand the card over",
				"switches cards on and off too, and remembers how it has left them");
			look_at(look, switchers[i].path, 0, NULL);
		}
	}
}

/* What the scripts leave that baton replaces. */
static void look_old(struct look *look) {
	static const char *const files[] = {"/var/lock/gpu-passthrough.lock",
		"/etc/libvirt/hooks/kvm.conf", "/etc/systemd/system/vm-shutdown-monitor@.timer",
		"/etc/systemd/system/vm-shutdown-monitor@.service",
		"/var/lib/vz/snippets/gpu-hookscript.pl",
		"/var/lib/vz/snippets/gpu-reattach-hook.pl", "/tmp/vfio-store-display-manager",
		"/tmp/vfio-bound-consoles", "/tmp/libvirt-xml"};
	char remedy[128];

	for (size_t i = 0; i < COUNT(files); i++) {
		if (file_exists(look->root, files[i])) {
			snprintf(remedy, sizeof(remedy), "rm -r %s", files[i]);
			look_add(look, "old-scripts", files[i], remedy,
				"is left of a script that handed over cards, and baton needs none");
			look_at(look, files[i], 0, NULL);
		}
	}
}

static const struct check checks[] = {
	{"vfio-missing", FINDING_ERROR, look_vfio},
	{"kernel-oopsed", FINDING_WARNING, look_oops},
	{"known-problem", FINDING_WARNING, look_problems},
	{"nvidia-modeset", FINDING_NOTE, look_modeset},
	{"journal-unreadable", FINDING_ERROR, look_journals},
	{"hand-over-unfinished", FINDING_WARNING, NULL},
	{"card-left-on-vfio", FINDING_WARNING, look_left},
	{"override-left", FINDING_WARNING, look_override},
	{"card-no-driver", FINDING_NOTE, look_no_driver},
	{"mode-switcher", FINDING_NOTE, look_switchers},
	{"old-scripts", FINDING_NOTE, look_old},
};
const struct check_area driver_area = {checks, COUNT(checks)};
