// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "check/area.h"

/* What is not installed or not enabled. What a captured machine does not tell of is no finding:
 * only where the directory is there is a file in it known to be missing. */

#define LIBVIRT  "/etc/libvirt"
#define NETWORKS LIBVIRT "/qemu/networks"
#define PROXMOX  "/etc/pve/qemu-server"
#define MISC     "/sys/devices/virtual/misc"

static bool is_proxmox(const struct look *look) {
	return look_knows(look, PROXMOX);
}

static bool is_libvirt(const struct look *look) {
	return look_knows(look, LIBVIRT);
}

/* The processor's flags, as /proc/cpuinfo has them for the first. */
static void look_virtualization(struct look *look) {
	AUTO_FREE char *data = NULL;
	const char *flags;
	char *end;

	if (file_read(look->root, "/proc/cpuinfo", 16U << 20, &data, NULL) < 0) {
		return;
	}
	flags = strstr(data, "\nflags");
	end = flags ? strchr(flags + 1, '\n') : NULL;
	if (!end) {
		return;
	}
	*end = '\0';
	if (!strstr(flags, " vmx") && !strstr(flags, " svm")) {
		look_add(look, "virtualization-off", "the processor",
			"switch VT-x or SVM on in the firmware's settings",
			"has no virtualization, or it is switched off in the firmware: guests are far too slow for a card");
		look_at(look, "/proc/cpuinfo", 0, "flags has neither vmx nor svm");
	} else if (look_knows(look, MISC) && !file_exists(look->root, MISC "/kvm")) {
		look_add(look, "kvm-missing", "/dev/kvm",
			strstr(flags, " vmx") ? "modprobe kvm_intel" : "modprobe kvm_amd",
			"is not there, although the processor can do it");
		look_at(look, MISC "/kvm", 0, "is not there");
	}
}

static void look_qemu(struct look *look) {
	static const char *const programs[] = {"/usr/bin/qemu-system-x86_64",
		"/usr/bin/qemu-system-aarch64", "/usr/bin/kvm", "/usr/bin/qemu-kvm",
		"/usr/libexec/qemu-kvm", "/usr/local/bin/qemu-system-x86_64",
		"/run/current-system/sw/bin/qemu-kvm", "/run/libvirt/nix-emulators"};

	if (look_knows(look, "/usr/bin") && !look_find(look, programs, COUNT(programs))) {
		look_add(look, "qemu-missing", "QEMU",
			"install it: apt install qemu-system-x86, dnf install qemu-kvm, pacman -S qemu-desktop",
			"is not installed, and every guest is one");
		look_at(look, programs[0], 0, "is not there");
	}
}

static void look_firmware(struct look *look) {
	static const char *const places[] = {"/usr/share/OVMF", "/usr/share/ovmf",
		"/usr/share/edk2", "/usr/share/edk2-ovmf", "/usr/share/AAVMF",
		"/usr/share/pve-edk2-firmware", "/usr/share/qemu/ovmf-x86_64.bin",
		"/usr/share/qemu/edk2-x86_64-code.fd", "/run/libvirt/nix-ovmf"};

	if (look_knows(look, "/usr/bin") && look_knows(look, "/usr/share") &&
		!look_find(look, places, COUNT(places))) {
		look_add(look, "ovmf-missing", "OVMF",
			"install it: apt install ovmf, dnf install edk2-ovmf, pacman -S edk2-ovmf",
			"is not installed: it is the firmware with which a guest shows something on a card of today");
		look_at(look, places[0], 0, "is not there");
	}
}

static void look_hypervisor(struct look *look) {
	if (look_knows(look, "/usr/bin") && !is_proxmox(look) && !is_libvirt(look)) {
		look_add(look, "hypervisor-missing", "libvirt",
			"install it, or start guests with baton run",
			"is not installed, and this is no Proxmox VE");
		look_at(look, LIBVIRT, 0, "is not there");
	}
}

static void look_network(struct look *look) {
	if (file_exists(look->root, NETWORKS "/default.xml") &&
		!file_exists(look->root, NETWORKS "/autostart/default.xml")) {
		look_add(look, "network-not-started", "libvirt's network default",
			"virsh net-autostart default && virsh net-start default",
			"does not come up with the machine, and guests that use it do not start without it");
		look_at(look, NETWORKS "/autostart/default.xml", 0, "is not there");
	}
}

/* libvirt's networks give addresses by it. */
static void look_dnsmasq(struct look *look) {
	static const char *const programs[] = {"/usr/sbin/dnsmasq", "/usr/bin/dnsmasq",
		"/run/current-system/sw/bin/dnsmasq", "/run/libvirt/nix-helpers"};

	if (file_exists(look->root, NETWORKS "/default.xml") && look_knows(look, "/usr/sbin") &&
		look_knows(look, "/usr/bin") && !look_find(look, programs, COUNT(programs))) {
		look_add(look, "dnsmasq-missing", "dnsmasq",
			"install it: apt install dnsmasq-base, dnf install dnsmasq, pacman -S dnsmasq",
			"is not installed, and libvirt's network default does not start without it");
		look_at(look, programs[0], 0, "is not there");
	}
}

static void look_enabled(struct look *look) {
	static const char *const units[] = {"libvirtd", "virtqemud"};
	static const char *const wants[] = {
		"multi-user.target.wants/%s.service", "sockets.target.wants/%s.socket"};
	static const char *const places[] = {"/etc/systemd/system", "/usr/lib/systemd/system"};
	const char *there = NULL;
	char path[256], remedy[64];

	for (size_t i = 0; i < COUNT(units); i++) {
		for (size_t k = 0; k < COUNT(wants) * COUNT(places); k++) {
			const char *want = wants[k % COUNT(wants)], *name = strstr(want, "%s");

			if (name_format(path, sizeof(path), "%s/%.*s%s%s", places[k / COUNT(wants)],
				    (int)(name - want), want, units[i], name + 2) == 0 &&
				file_exists(look->root, path)) {
				return;
			}
		}
		if (name_format(path, sizeof(path), "/usr/lib/systemd/system/%s.service",
			    units[i]) == 0 &&
			file_exists(look->root, path) && !there) {
			there = units[i];
		}
	}
	if (is_libvirt(look) && there) {
		snprintf(remedy, sizeof(remedy), "systemctl enable --now %s", there);
		look_add(look, "libvirt-not-enabled", there, remedy,
			"is installed and does not come up with the machine");
		look_at(look, "/etc/systemd/system", 0,
			"neither its service nor its socket is wanted");
	}
}

/* "libvirt:x:64055:anna,ben" */
static int look_at_group(void *context, const struct source_line *line) {
	struct look *look = context;

	if (text_starts(line->text, "libvirt:") && text_ends(line->text, ":")) {
		look_add(look, "group-membership", "the group libvirt",
			"usermod -aG libvirt,kvm USER, and log in again",
			"has no members, so nobody can start guests without being root or giving an administrator's password");
		look_at(look, line->path, line->number, line->text);
	}
	return 0;
}

static void look_members(struct look *look) {
	const struct line_reader reader = {look_at_group, look};

	if (is_libvirt(look)) {
		look_keep(look, lines_read(look->root, "/etc/group", &reader));
	}
}

static const struct check checks[] = {
	{"virtualization-off", FINDING_ERROR, look_virtualization},
	{"kvm-missing", FINDING_WARNING, NULL},
	{"qemu-missing", FINDING_WARNING, look_qemu},
	{"ovmf-missing", FINDING_WARNING, look_firmware},
	{"hypervisor-missing", FINDING_NOTE, look_hypervisor},
	{"network-not-started", FINDING_NOTE, look_network},
	{"dnsmasq-missing", FINDING_NOTE, look_dnsmasq},
	{"libvirt-not-enabled", FINDING_NOTE, look_enabled},
	{"group-membership", FINDING_NOTE, look_members},
};
const struct check_area hypervisor_area = {checks, COUNT(checks)};
