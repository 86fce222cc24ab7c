// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/hypervisor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "setup/door.h"
#include "setup/libvirt.h"

static int add_words(struct names *names, const char *const *words) {
	int r = 0;

	for (; r == 0 && *words; words++) {
		r = names_add(names, *words);
	}
	return r;
}

/* By the UUID, which no name can be taken for. */
static int add_virsh(const struct definition *definition, enum wish wish, struct names *ret) {
	static const char *const verbs[] = {
		[WISH_START] = "start",
		[WISH_STOP] = "shutdown",
		[WISH_FORCE] = "destroy",
	};
	const char *const words[] = {"virsh", "--connect", "qemu:///system", verbs[wish],
		"--domain", definition->key + strlen("libvirt:"), NULL};

	return add_words(ret, words);
}

static int add_qm(const struct definition *definition, enum wish wish, unsigned int timeout_s,
	struct names *ret) {
	static const char *const verbs[] = {
		[WISH_START] = "start",
		[WISH_STOP] = "shutdown",
		[WISH_FORCE] = "stop",
	};
	char seconds[16];
	const char *const words[] = {"qm", verbs[wish], definition->name,
		wish == WISH_STOP ? "--timeout" : NULL, seconds, NULL};

	snprintf(seconds, sizeof(seconds), "%u", timeout_s);
	return add_words(ret, words);
}

int hypervisor_command(const struct definition *definition, enum wish wish, unsigned int timeout_s,
	struct names *ret) {
	switch (definition->hypervisor) {
	case HYPERVISOR_LIBVIRT:
		return add_virsh(definition, wish, ret);
	case HYPERVISOR_PROXMOX:
		return add_qm(definition, wish, timeout_s, ret);
	case HYPERVISOR_UNIT:
		return 0;
	}
	return -EINVAL;
}

const char *hypervisor_program(const char *name, char ret[64]) {
	static const char *const places[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"};

	for (size_t i = 0; i < COUNT(places); i++) {
		if (name_format(ret, 64, "%s/%s", places[i], name) == 0 && access(ret, X_OK) == 0) {
			return ret;
		}
	}
	return NULL;
}

static int check_libvirt(int root, const struct definition *definition, struct error *error) {
	AUTO_HOOKS struct hooks hooks = {0};
	const char *unaware;
	int r;

	if (!door_is_installed(root, &door_libvirt_place)) {
		return error_set(error, -EPERM,
			"libvirt does not call baton, and the devices of %s would not come home as they were: baton install libvirt",
			definition->title);
	}
	r = hooks_read(root, &hooks, error);
	if (r < 0) {
		return r;
	}
	unaware = libvirt_unaware(root, &hooks);
	if (unaware) {
		return error_set(error, -EPERM,
			"%s was started when there was no hook and does not call baton yet: systemctl restart %s, which disturbs no guest",
			unaware, unaware);
	}
	return 0;
}

static int check_proxmox(int root, const struct definition *definition, struct error *error) {
	bool ours = strcmp(definition->hookscript, PROXMOX_VOLUME) == 0;

	if (ours && door_is_installed(root, &door_proxmox_place)) {
		return 0;
	}
	if (!ours && definition->hookscript[0]) {
		return error_set(error, -EPERM,
			"%s has the hookscript %s, and nobody can tell whether that calls baton: start it by qm start %u if it does, or take it away (qm set %u --delete hookscript) and run baton install proxmox %u",
			definition->title, definition->hookscript, definition->vmid,
			definition->vmid, definition->vmid);
	}
	return error_set(error, -EPERM,
		"Proxmox VE does not call baton for %s, and its devices would not come home as they were: baton install proxmox %u",
		definition->title, definition->vmid);
}

int hypervisor_check_door(int root, const struct definition *definition, struct error *error) {
	switch (definition->hypervisor) {
	case HYPERVISOR_LIBVIRT:
		return check_libvirt(root, definition, error);
	case HYPERVISOR_PROXMOX:
		return check_proxmox(root, definition, error);
	case HYPERVISOR_UNIT:
		return 0;
	}
	return -EINVAL;
}
